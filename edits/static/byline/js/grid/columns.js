// The menu of a column, and the dialog to choose columns. Both change only what this person sees in this browser.

import { show } from "./dialogs.js";
import { make } from "./elements.js";
import { openFilter } from "./filters.js";

const STEP = 40; // pixels by which a command of the menu changes the width

// The commands in a column's menu.
export function columnCommands(grid, id) {
  const { view, sheet } = grid;
  const column = sheet.column(id);
  const { sort, frozen } = view.settings;
  const index = view.columnIndexOf(id);
  const isSorted = sort?.column === id;
  const commands = [
    { name: "Sort A to Z, smallest first", run: () => view.set({ sort: { column: id, isDescending: false } }) },
    { name: "Sort Z to A, largest first", run: () => view.set({ sort: { column: id, isDescending: true } }) },
    isSorted && { name: "Don't sort", run: () => view.set({ sort: null }) },
    { name: "Filter…", run: () => openFilter(grid, id) },
    { name: "Wider", run: () => view.setWidth(id, view.columns[index].width + STEP) },
    { name: "Narrower", run: () => view.setWidth(id, view.columns[index].width - STEP) },
    index > 1 && { name: "Move left", run: () => moveColumn(grid, id, -1) },
    index < view.columns.length - 1 && { name: "Move right", run: () => moveColumn(grid, id, 1) },
    { name: frozen === index ? "Freeze the first column alone" : "Freeze up to here", run: () => view.set({ frozen: frozen === index ? 1 : index }) },
    !column.is_primary && { name: "Hide", run: () => hide(grid, id, true) },
    { name: "Choose columns…", run: chooseColumns },
  ];
  return commands.filter(Boolean);
}

// Show the dialog in which the person chooses which columns are shown, and in which order.
export async function chooseColumns(grid) {
  const { view, sheet, host } = grid;
  const list = make("ul", { class: "grid-columns" });
  const isShown = (column) => view.columnIndexOf(column.id) >= 0;
  const ordered = () => {
    const shown = view.columns.slice(1).map(({ id }) => sheet.column(id));
    return [...shown, ...sheet.columns.filter((column) => !isShown(column))];
  };
  const fill = (focus) => {
    list.replaceChildren(
      ...ordered().map((column) => {
        const box = make("input", { type: "checkbox", class: "form-check-input", checked: isShown(column), disabled: column.is_primary });
        box.addEventListener("change", () => hide(grid, column.id, !box.checked));
        const move = (step, word, sign) =>
          make("button", { type: "button", class: "btn btn-sm btn-icon", "aria-label": `Move ${column.title} ${word}`, disabled: !isShown(column), onclick: () => {
            moveColumn(grid, column.id, step);
            fill(`${column.id} ${step}`);
          }, "data-move": `${column.id} ${step}` }, sign);
        return make("li", {}, make("label", {}, box, " ", column.title), move(-1, "left", "↑"), move(1, "right", "↓"));
      }),
    );
    if (focus) list.querySelector(`[data-move="${CSS.escape(focus)}"]`)?.focus();
  };
  fill();
  const reset = make("button", { type: "button", class: "btn", onclick: () => {
    view.set({ widths: {}, order: [], hidden: null, frozen: 1 });
    fill();
  } }, "As in Smartsheet");
  await show(host, "Columns", [make("p", { class: "text-secondary" }, "Only what you see in this browser changes."), list, reset]);
}

function hide({ view, sheet }, id, isHidden) {
  const hidden = view.settings.hidden ?? sheet.columns.filter((column) => column.is_hidden).map((column) => column.id);
  view.set({ hidden: isHidden ? [...hidden, id] : hidden.filter((one) => one !== id) });
}

function moveColumn({ view, sheet }, id, step) {
  const shown = view.columns.slice(1).map((column) => column.id);
  const from = shown.indexOf(id);
  const other = shown[from + step];
  if (from < 0 || other === undefined) return;
  const { order } = view.settings;
  const all = order.length ? [...order] : sheet.columns.map((column) => column.id);
  for (const column of sheet.columns) if (!all.includes(column.id)) all.push(column.id);
  const [one, two] = [all.indexOf(id), all.indexOf(other)];
  all.splice(one, 1);
  all.splice(two, 0, id);
  view.set({ order: all });
}
