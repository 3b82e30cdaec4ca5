// The buttons above the grid.

import { COMMANDS } from "./commands.js";
import { make } from "./elements.js";

const BUTTONS = [
  ["undo", "arrow-counterclockwise"],
  ["redo", "arrow-clockwise"],
  ["add-below", "plus-lg"],
  ["delete-rows", "trash"],
  ["outdent", "text-indent-right"],
  ["indent", "text-indent-left"],
  ["find", "search"],
  ["columns", "layout-three-columns"],
  ["help", "question-lg"],
];

export function fillBar(grid) {
  const bar = grid.host.querySelector("[data-grid-bar]");
  const buttons = BUTTONS.map(([id, icon]) => [COMMANDS.find((command) => command.id === id), icon])
    .filter(([command]) => !(command.needs && grid.sheet.whyNot[command.needs]))
    .map(([command, icon]) => {
      const keys = command.keyText;
      const button = make(
        "button",
        { type: "button", class: "btn btn-sm btn-icon", "aria-label": command.name, title: keys ? `${command.name} (${keys})` : command.name },
        make("i", { class: `bi bi-${icon}`, "aria-hidden": "true" }),
      );
      button.addEventListener("click", () => grid.parts.later(() => command.run(grid)));
      return button;
    });
  bar.append(make("div", { class: "btn-list", role: "group", "aria-label": "Grid" }, ...buttons));
  explainMissingRows(grid, bar);
}

// Show the parts of the page that say why rows are missing.
function explainMissingRows(grid, place) {
  const explain = () => {
    const { filters, sort } = grid.view.settings;
    if (filters.length || sort || grid.filterNote) grid.parts.show("filters", (part) => part.noteFilters(grid, place));
    if (grid.empty || !grid.view.rowCount) grid.parts.show("empty", (part) => part.showEmpty(grid));
  };
  grid.view.addEventListener("rows", explain);
  explain();
}
