// The dialog that lists the keys of all commands.

import { show } from "./dialogs.js";
import { make } from "./elements.js";

const MOVES = [
  ["Arrow keys, Page Up, Page Down", "Go to another cell"],
  ["Ctrl+arrow keys, Home, End, Ctrl+Home, Ctrl+End", "Go to the edge"],
  ["Shift with one of these keys", "Select a range"],
  ["Any character", "Replace the value of the cell"],
  ["Enter, Tab", "Save the cell, and go down or right"],
  ["Alt+Enter or Shift+Enter", "A new line within a cell"],
  ["Alt+↓", "Open the calendar of a date that is edited"],
  ["Esc", "Leave the cell as it was"],
];

export function openHelp(grid) {
  const keys = grid.commands.filter(({ keyText }) => keyText).map(({ keyText, name }) => [keyText, name]);
  const rows = [...MOVES, ...keys];
  const body = make("tbody", {}, ...rows.map(([key, name]) => make("tr", {}, make("th", { scope: "row" }, key), make("td", {}, name))));
  return show(grid.host, "Keyboard", [make("div", { class: "grid-help", tabindex: "0" }, make("table", { class: "table table-sm" }, body))], { isWide: true });
}
