// Finds a text in the grid. Ctrl+F opens the search, Enter goes to the next match, and Shift+Enter to the one before.
// Collapsed rows are searched too, but not rows that a filter hides.

import { make, plural } from "./elements.js";
import { ID } from "./tree.js";

export function openFind(grid) {
  (grid.find ??= new Find(grid)).open();
}

class Find {
  constructor(grid) {
    this.grid = grid;
    this.input = make("input", { class: "form-control form-control-sm", type: "search", placeholder: "Find", "aria-label": "Find in the sheet" });
    this.count = make("span", { class: "text-secondary", role: "status" });
    this.box = make("search", { class: "grid-find", hidden: true }, this.input, this.count);
    this.input.addEventListener("input", () => this.#search());
    this.input.addEventListener("keydown", (event) => this.#press(event));
    grid.host.querySelector("[data-grid-bar]").append(this.box);
  }

  open() {
    this.box.hidden = false;
    this.input.focus();
    this.input.select();
  }

  #close() {
    this.box.hidden = true;
    this.grid.painter.focus();
  }

  #search() {
    const { view, sheet } = this.grid;
    const text = this.input.value.trim().toLowerCase();
    this.found = [];
    this.at = -1;
    if (text) {
      for (let position = 0; position < sheet.rows.length; position++) {
        if (view.matches && !view.matches[position]) continue;
        for (const { place, id } of view.columns) {
          if (place >= 0 && sheet.shown(position, place).toLowerCase().includes(text)) this.found.push([sheet.rows[position][ID], id]);
        }
      }
    }
    this.#go(0);
  }

  #press(event) {
    if (event.key === "Escape") this.#close();
    else if (event.key === "Enter") this.#go(this.at + (event.shiftKey ? -1 : 1));
    else return;
    event.preventDefault();
  }

  #go(to) {
    const { length } = this.found ?? [];
    if (!length) {
      this.count.textContent = this.input.value.trim() ? "Not found" : "";
      return;
    }
    this.at = (to + length) % length;
    const [row, column] = this.found[this.at];
    this.count.textContent = `${(this.at + 1).toLocaleString("en")} of ${plural(length, "cell")}`;
    const index = this.grid.view.reveal(row);
    if (index < 0) return;
    this.grid.selection.go(index, this.grid.view.columnIndexOf(column));
    this.grid.painter.reveal(index, this.grid.view.columnIndexOf(column));
  }
}
