// The panel beside the grid shows the focused row as a form, and the log's entries about the row. Arrow keys in the grid
// move the focus, and the panel follows. In the panel, Alt+↑ and Alt+↓ and two buttons move from row to row.

import { make } from "./elements.js";
import { RowFields } from "./row-fields.js";
import { isNew } from "./tree.js";
import { fill, loggedChanges } from "./who-changed.js";

const FEW = 10;
const PAUSE = 300; // milliseconds that a row has the focus before its log is read

export function toggleRowPanel(grid) {
  (grid.rowPanel ??= new RowPanel(grid)).toggle();
}

class RowPanel {
  constructor(grid) {
    this.grid = grid;
    this.row = null;
    this.title = make("h2", { class: "h3 mb-0" });
    this.fields = new RowFields(grid);
    this.links = make("div", { class: "btn-list mt-2" });
    this.log = make("div", { "aria-live": "polite" });
    const close = make("button", { type: "button", class: "btn-close", "aria-label": "Close the row", onclick: () => this.toggle() });
    const step = (by, name, icon) => {
      const sign = make("i", { class: `bi bi-chevron-${icon}`, "aria-hidden": "true" });
      return make("button", { type: "button", class: "btn btn-sm btn-icon", "aria-label": name, title: name, onclick: () => this.#walk(by) }, sign);
    };
    this.element = make(
      "aside",
      { class: "row-panel", "aria-label": "The row", hidden: true, tabindex: "-1" },
      make("div", { class: "grid-dialog-head" }, this.title, make("div", { class: "btn-list" }, step(-1, "Row before (Alt+↑)", "up"), step(1, "Row after (Alt+↓)", "down"), close)),
      this.fields.element,
      make("h3", { class: "h4 mt-3" }, "Last changes"),
      this.log,
      this.links,
    );
    this.element.addEventListener("keydown", (event) => this.#press(event));
    grid.host.querySelector("[data-grid-place]").append(this.element);
    grid.selection.addEventListener("moved", () => this.#follow());
    grid.sheet.addEventListener("renamed", ({ detail: { from, to } }) => {
      if (this.row !== from) return;
      this.row = this.fields.row = to; // the fields stay as they are, because the person may be typing
      this.#offer();
    });
    for (const type of ["changed", "states", "merged"]) grid.sheet.addEventListener(type, () => this.#show());
  }

  toggle() {
    this.element.hidden = !this.element.hidden;
    this.grid.host.classList.toggle("has-row-panel", !this.element.hidden);
    this.row = null;
    this.#follow();
    if (this.element.hidden) this.grid.painter.focus();
  }

  #follow() {
    const { row } = this.grid.selection.focus;
    if (this.element.hidden || row === this.row) return;
    this.row = row;
    this.#show();
    this.#offer();
    clearTimeout(this.timer);
    this.log.replaceChildren();
    if (!row || isNew(row)) return;
    this.timer = setTimeout(() => fill(this.log, () => loggedChanges(this.grid.api, this.grid.sheet, row, null, FEW)), PAUSE);
  }

  #show() {
    if (this.element.hidden) return;
    const { sheet } = this.grid;
    const position = sheet.position(this.row);
    if (position === undefined) return;
    this.title.textContent = sheet.label(position);
    this.fields.show(this.row);
  }

  #press(event) {
    if (event.key === "Escape") this.toggle();
    else if (event.altKey && event.key === "ArrowUp") this.#walk(-1);
    else if (event.altKey && event.key === "ArrowDown") this.#walk(1);
    else return;
    event.preventDefault();
  }

  // Show another row, and keep the focus in the same field.
  #walk(by) {
    const { selection } = this.grid;
    const focused = this.fields.focused?.column.id;
    document.activeElement?.blur(); // when a field loses the focus, what was typed is saved
    const { row, column } = selection.at;
    selection.go(row + by, column);
    this.grid.painter.reveal(selection.at.row, column);
    const field = this.fields.fields.find(({ column: { id } }) => id === focused);
    (field?.choices ?? field?.control ?? this.element).focus();
  }

  // Links to the pages of the row.
  #offer() {
    const { gridTimeline } = this.grid.host.dataset;
    const timeline = gridTimeline?.replace("/rows/0/columns/0/", `/rows/${this.row}/`);
    const form = this.grid.host.querySelector("[data-grid-row-form]")?.href;
    const link = (href, name) => (href && this.row && !isNew(this.row) ? [make("a", { class: "btn btn-sm", href }, name)] : []);
    this.links.replaceChildren(...link(timeline, "Timeline of this row"), ...link(form, "Row form"));
  }
}
