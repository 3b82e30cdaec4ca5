// The buttons above the grid.

import { COMMANDS } from "./commands.js";
import { make, plural } from "./elements.js";

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
  makeFilterNote(grid, bar);
}

// Add a button above the grid that says how many rows are shown. Pressing the button shows all rows again.
function makeFilterNote(grid, place) {
  const button = make("button", { type: "button", class: "btn btn-sm", onclick: () => {
    grid.view.set({ filters: [], sort: null });
    grid.painter.focus(); // this button is hidden now
  } });
  const write = () => {
    const { filters, sort } = grid.view.settings;
    button.hidden = !filters.length && !sort;
    const what = filters.length ? `${grid.view.rowCount.toLocaleString("en")} of ${plural(grid.sheet.rows.length, "row")}` : "Sorted";
    button.textContent = `${what}: show all as they are`;
    if (grid.empty || !grid.view.rowCount) grid.parts.show("empty", (part) => part.showEmpty(grid));
  };
  place.append(button);
  grid.view.addEventListener("rows", write);
  write();
}
