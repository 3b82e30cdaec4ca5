// Filters the rows by a column. The cell must contain a text, or have one of the chosen values. Filters change only
// what this person sees.

import { closingButton, show } from "./dialogs.js";
import { make, plural } from "./elements.js";

const MOST_VALUES = 500;

// Show the dialog for the filter of a column.
export async function openFilter(grid, id) {
  const { view, sheet } = grid;
  const place = sheet.columnPlaces.get(id);
  const before = view.settings.filters.find((filter) => filter.column === id)?.has;
  const counts = new Map();
  sheet.rows.forEach((row, position) => {
    const text = sheet.shown(position, place);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  });
  const values = [...counts.keys()].sort((one, other) => one.localeCompare(other, undefined, { numeric: true }));
  const text = make("input", { class: "form-control", type: "search", value: typeof before === "string" ? before : "", autofocus: true });
  const boxes = values.slice(0, MOST_VALUES).map((value) => {
    const box = make("input", { type: "checkbox", class: "form-check-input", checked: before?.is?.includes(value) });
    box.shows = value;
    return box;
  });
  const items = boxes.map((box) => make("li", {}, make("label", {}, box, " ", box.shows || "(empty)", " ", make("small", { class: "text-secondary" }, counts.get(box.shows).toLocaleString("en")))));
  const form = make(
    "form",
    { method: "dialog" },
    make("label", { class: "form-label d-block" }, "Contains", text),
    make("fieldset", {}, make("legend", { class: "form-label" }, "or is one of"), make("ul", { class: "grid-columns" }, ...items)),
    make("div", { class: "btn-list justify-content-end" },
      closingButton("No filter", "none"),
      make("button", { class: "btn btn-primary", value: "filter" }, "Filter"),
    ),
  );
  text.addEventListener("input", () => boxes.forEach((box) => { box.checked = false; }));
  const answer = await show(grid.host, `Filter ${sheet.column(id).title}`, [form]);
  if (!answer) return;
  const chosen = boxes.filter((box) => box.checked).map((box) => box.shows);
  const has = chosen.length ? { is: chosen } : text.value.trim();
  const others = view.settings.filters.filter((filter) => filter.column !== id);
  view.set({ filters: answer === "filter" && has ? [...others, { column: id, has }] : others });
  grid.status.tell(view.settings.filters.length ? `${plural(view.rowCount, "row")} of ${sheet.rows.length.toLocaleString("en")} shown.` : "");
  grid.painter.focus();
}

// Show a button in `place` that says how many rows are shown. Pressing the button shows all rows again.
export function noteFilters(grid, place) {
  if (!grid.filterNote) {
    grid.filterNote = make("button", { type: "button", class: "btn btn-sm", onclick: () => {
      grid.view.set({ filters: [], sort: null });
      grid.painter.focus(); // this button is hidden now
    } });
    place.append(grid.filterNote);
  }
  const { filters, sort } = grid.view.settings;
  grid.filterNote.hidden = !filters.length && !sort;
  const what = filters.length ? `${grid.view.rowCount.toLocaleString("en")} of ${plural(grid.sheet.rows.length, "row")}` : "Sorted";
  grid.filterNote.textContent = `${what}: show all rows in the sheet's order`;
}
