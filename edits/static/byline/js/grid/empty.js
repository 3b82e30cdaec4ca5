// What the grid shows while it has no rows. The person can add the first row by keyboard, and paste rows.

import { make } from "./elements.js";
import { addRows } from "./rows.js";

const PAUSE = 300; // milliseconds
const NO_MATCH = { all: "No row matches the filters.", some: "No row that could be loaded matches the filters." };

// Show why there are no rows. If there are rows again, remove this text.
export function showEmpty(grid) {
  const { element } = grid.painter;
  const { activeElement: focused } = document;
  grid.empty ??= make("div", { class: "grid-empty", onkeydown: keepKey });
  if (grid.view.rowCount) {
    const hadFocus = grid.empty.contains(focused); // the focus can also be in an editor, where it stays
    grid.empty.remove();
    if (hadFocus) grid.painter.focus();
    return;
  }
  const hadFocus = element.contains(focused);
  grid.empty.replaceChildren(...contentOf(grid));
  element.append(grid.empty);
  if (hadFocus) grid.empty.querySelector("button")?.focus();
}

function contentOf(grid) {
  const { sheet, view } = grid;
  if (sheet.rows.length) return [whyNoRows(grid), button("Show all rows", () => view.set({ filters: [], sort: null }))];
  const title = make("p", { class: "empty-title" }, "This sheet has no rows yet");
  if (sheet.whyNot.add) return [title];
  const text = "The first row that you add appears here. In Smartsheet, the row is added in your name. You can also paste rows (Ctrl+V).";
  return [title, make("p", { class: "text-secondary" }, text), button("Add row", () => addRows(grid, "below"))];
}

// Returns a paragraph, whose text changes when all rows of a large sheet are loaded, or can't be loaded.
function whyNoRows(grid) {
  const note = make("p");
  const say = () => {
    note.textContent = NO_MATCH[grid.loaded] ?? "No row matches the filters so far. Not all rows are loaded yet.";
    if (!grid.loaded) setTimeout(() => grid.empty.contains(note) && say(), PAUSE);
  };
  say();
  return note;
}

const button = (name, onclick) => make("button", { type: "button", class: "btn btn-primary", onclick }, name);

// Enter and Space press the button. Otherwise the grid would take them as its own keys.
function keepKey(event) {
  if (!event.ctrlKey && !event.metaKey && [" ", "Enter"].includes(event.key)) event.stopPropagation();
}
