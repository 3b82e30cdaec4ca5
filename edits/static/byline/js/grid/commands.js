// The commands of the grid. Each has a name and an action, and some have a key. The keyboard, the menu, the bar above
// the grid and the help read this list.

import { detailsOf } from "./cells.js";

// Each of `keys` is a key with its modifiers, such as Ctrl+z, where z is event.key. `menu` adds a command to the menu
// of a cell.
export const COMMANDS = [
  { id: "edit", name: "Edit the cell", keys: ["F2", "Enter"], menu: true, run: (grid) => grid.withEditors((editors) => editors.open()) },
  { id: "undo", name: "Undo", keys: ["Ctrl+z"], run: (grid) => grid.undo() },
  { id: "redo", name: "Redo", keys: ["Ctrl+y", "Ctrl+Shift+z"], run: (grid) => grid.redo() },
  { id: "copy", name: "Copy", shown: "Ctrl+C", menu: true, run: (grid) => grid.withCopying((copying) => copying.copy()) },
  { id: "cut", name: "Cut", shown: "Ctrl+X" },
  { id: "paste", name: "Paste", shown: "Ctrl+V" },
  { id: "fill-down", name: "Fill down from the first selected row", keys: ["Ctrl+d"], menu: true, run: (grid) => grid.use("fill", ({ fillDown }) => fillDown(grid)) },
  { id: "clear", name: "Clear the cells", keys: ["Delete", "Backspace"], menu: true, run: (grid) => grid.clear("clear") },
  { id: "check", name: "Check or uncheck", keys: [" "], shown: "Space", run: (grid) => grid.toggleBoxes(), isFor: (grid) => grid.focusedColumn?.type === "CHECKBOX" },
  { id: "select-row", name: "Select the row", keys: ["Shift+ "], shown: "Shift+Space", run: (grid) => grid.use("toggling", ({ selectRows }) => selectRows(grid)) },
  { id: "select-all", name: "Select all", keys: ["Ctrl+a"], run: (grid) => grid.use("toggling", ({ selectAll }) => selectAll(grid)) },
  { id: "add-above", name: "Add rows above, as many as are selected", keys: ["Insert"], menu: true, needs: "add", run: (grid) => grid.use("rows", ({ addRows }) => addRows(grid, "above")) },
  { id: "add-below", name: "Add rows below", keys: ["Ctrl+Enter"], menu: true, needs: "add", run: (grid) => grid.use("rows", ({ addRows }) => addRows(grid, "below")) },
  { id: "add-child", name: "Add a child row", keys: ["Ctrl+Shift+Enter"], menu: true, needs: "add", run: (grid) => grid.use("rows", ({ addRows }) => addRows(grid, "child")) },
  { id: "delete-rows", name: "Delete the rows", keys: ["Ctrl+Delete"], menu: true, needs: "delete", run: (grid) => grid.use("rows", ({ deleteRows }) => deleteRows(grid)) },
  { id: "indent", name: "Indent", keys: ["Ctrl+]"], menu: true, needs: "change", run: (grid) => grid.use("rows", ({ indent }) => indent(grid)) },
  { id: "outdent", name: "Outdent", keys: ["Ctrl+["], menu: true, needs: "change", run: (grid) => grid.use("rows", ({ outdent }) => outdent(grid)) },
  { id: "move-up", name: "Move the rows up", keys: ["Alt+ArrowUp"], shown: "Alt+↑", menu: true, needs: "change", run: (grid) => grid.use("rows", ({ moveRows }) => moveRows(grid, -1)) },
  { id: "move-down", name: "Move the rows down", keys: ["Alt+ArrowDown"], shown: "Alt+↓", menu: true, needs: "change", run: (grid) => grid.use("rows", ({ moveRows }) => moveRows(grid, 1)) },
  { id: "expand", name: "Expand", keys: ["Alt+ArrowRight"], shown: "Alt+→", run: (grid) => grid.use("toggling", ({ collapse }) => collapse(grid, false)) },
  { id: "collapse", name: "Collapse", keys: ["Alt+ArrowLeft"], shown: "Alt+←", run: (grid) => grid.use("toggling", ({ collapse }) => collapse(grid, true)) },
  { id: "expand-all", name: "Expand all", keys: ["Alt+Shift+ArrowRight"], shown: "Alt+Shift+→", run: (grid) => grid.use("toggling", ({ collapseAll }) => collapseAll(grid, false)) },
  { id: "collapse-all", name: "Collapse all", keys: ["Alt+Shift+ArrowLeft"], shown: "Alt+Shift+←", run: (grid) => grid.use("toggling", ({ collapseAll }) => collapseAll(grid, true)) },
  { id: "who-changed", name: "Who changed this?", keys: ["F4"], menu: true, run: (grid) => grid.use("whoChanged", ({ whoChanged }) => whoChanged(grid)) },
  { id: "row-panel", name: "Show the row beside the grid", keys: ["Ctrl+Shift+e"], menu: true, run: (grid) => grid.use("rowPanel", ({ toggleRowPanel }) => toggleRowPanel(grid)) },
  { id: "find", name: "Find", keys: ["Ctrl+f"], run: (grid) => grid.use("find", ({ openFind }) => openFind(grid)) },
  { id: "filter", name: "Filter by the column", keys: ["Ctrl+Shift+l"], run: (grid) => grid.focusedColumn && grid.use("filters", ({ openFilter }) => openFilter(grid, grid.focusedColumn.id)) },
  { id: "columns", name: "Choose columns", run: (grid) => grid.use("columns", ({ chooseColumns }) => chooseColumns(grid)) },
  { id: "menu", name: "Open the menu", keys: ["Shift+F10", "ContextMenu"], run: (grid) => grid.withMenus((menus) => menus.openAtCell()) },
  { id: "link", name: "Change the link", keys: ["Ctrl+k"], menu: true, needs: "change", run: (grid) => grid.use("links", ({ editLink }) => editLink(grid)), isFor: canHaveLink },
  { id: "open-link", name: "Open the link in a new tab", keys: ["Alt+Enter"], menu: true, run: (grid) => grid.openLink(), isFor: (grid) => grid.focusedLink !== "" },
  { id: "row-form", name: "Open the row's form", keys: ["Ctrl+e"], menu: true, run: (grid) => grid.openRowForm() },
  { id: "help", name: "Show the keyboard", keys: ["Ctrl+/"], shown: "?, Ctrl+/", run: (grid) => grid.openHelp() },
];

// The name of each command's key.
for (const command of COMMANDS) {
  const named = command.keys?.map((key) => key.replace(/\b[a-z]$/, (letter) => letter.toUpperCase()));
  command.keyText = command.shown ?? named?.join(", ") ?? "";
}

// The command for a key, or undefined.
export function commandOf(event, grid) {
  const parts = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : ""];
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const pressed = [...parts.filter(Boolean), key].join("+");
  return COMMANDS.find((command) => command.keys?.includes(pressed) && (command.isFor?.(grid) ?? true));
}

// Whether the focused cell can have a link. Smartsheet's own links, to sheets for example, can be changed or removed too.
function canHaveLink({ sheet, selection, focusedColumn }) {
  const cell = sheet.cell(selection.focus.row, selection.focus.column);
  return focusedColumn?.type === "TEXT_NUMBER" || Boolean(focusedColumn && detailsOf(cell).hyperlink);
}
