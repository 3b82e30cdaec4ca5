// The dialog in which the person decides about cells that someone else changed, and about changes that could not be
// saved. What the person typed is kept until they decide.

import { writeMoment } from "./days.js";
import { typeOf } from "./types/index.js";

const TITLE = "What needs you";
const NOTHING = "Everything is saved.";
const NOTHING_YET = "There is nothing left for you to decide, but not everything is saved yet.";
const HIDDEN = "Your view hides this cell. To edit it, show its row and its column.";

export class Attention {
  constructor(grid) {
    const { sheet, saving } = grid;
    Object.assign(this, { grid, sheet, saving });
    this.list = element("div", { className: "attention-list" });
    this.close = element("button", { type: "button", className: "btn", textContent: "Close" });
    this.dialog = element("dialog", { className: "grid-dialog" });
    const heading = element("h2", { id: "attention-title", textContent: TITLE });
    this.dialog.setAttribute("aria-labelledby", heading.id);
    this.dialog.append(heading, this.list, this.close);
    document.body.append(this.dialog);
    this.close.addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => {
      const { activeElement: focused, body } = document;
      // The browser gives the focus back to the button that opened the dialog. If this button is hidden now, no element
      // has the focus.
      if (focused === body || this.dialog.contains(focused)) grid.painter.focus();
    });
    saving.addEventListener("state", () => this.dialog.open && this.#show());
  }

  open() {
    this.#show();
    this.dialog.showModal();
    this.list.querySelector("button")?.focus();
  }

  // Show the problems. The focused button keeps the focus. If its problem is solved, the next problem gets the focus.
  #show() {
    const open = [...this.saving.open];
    const focused = document.activeElement;
    const place = [...this.list.children].findIndex((item) => item.contains(focused));
    const none = element("p", { textContent: this.saving.waiting ? NOTHING_YET : NOTHING });
    this.list.replaceChildren(...(open.length ? open.map(([key, one]) => this.#item(key, one)) : [none]));
    if (place < 0) return;
    const same = [...this.list.querySelectorAll("button")].find(({ dataset }) => dataset.of === focused.dataset.of);
    const next = this.list.querySelectorAll("h3")[Math.min(place, open.length - 1)];
    (same ?? next ?? this.close).focus();
  }

  #item(key, one) {
    const item = element("section", { className: "attention-item" });
    item.append(element("h3", { textContent: this.#nameOf(one), tabIndex: -1 }));
    if (one.why) item.append(element("p", { textContent: one.why }));
    item.append(this.#facts(one), this.#buttons(key, one));
    return item;
  }

  #nameOf({ row, column, cells }) {
    const position = this.sheet.position(row);
    const label = position === undefined ? (cells ? "New row" : "A deleted row") : this.sheet.label(position);
    const title = column && (this.sheet.column(column)?.title ?? "A deleted column");
    return title ? `${title}, ${label}` : label;
  }

  #facts(one) {
    const facts = element("dl", { className: "attention-facts" });
    const tell = (term, text) => facts.append(element("dt", { textContent: term }), element("dd", { textContent: text }));
    if (one.kind === "conflict") {
      tell("You saw", this.#words(one.column, one.shown));
      const when = one.at ? `, ${writeMoment(one.at, this.sheet.locale) ?? one.at}` : "";
      tell(one.by ? `Now, by ${one.by}${when}` : "Now", this.#words(one.column, one.now));
    }
    if (one.column) tell("You typed", this.#words(one.column, one.value));
    for (const { column, value } of one.cells ?? []) {
      tell(`You typed, ${this.sheet.column(column)?.title ?? ""}`, this.#words(column, value));
    }
    return facts;
  }

  #buttons(key, one) {
    const buttons = element("div", { className: "btn-list" });
    const offer = (text, act) => {
      const button = element("button", { type: "button", className: "btn btn-sm", textContent: text });
      button.dataset.of = `${key} ${text}`;
      button.addEventListener("click", act);
      buttons.append(button);
    };
    const isConflict = one.kind === "conflict";
    const isHere = one.column && this.sheet.position(one.row) !== undefined;
    if (isHere) offer(isConflict ? "Use mine" : "Try again", () => this.saving.decide(key, "mine"));
    offer(isConflict ? "Keep theirs" : "Discard", () => this.saving.decide(key, "theirs"));
    if (isHere) {
      offer("Edit", () => {
        const { grid } = this;
        this.dialog.close();
        grid.goTo(one.row, one.column);
        const { row, column } = grid.selection.focus;
        if (row === one.row && column === one.column) this.saving.see(key);
        else grid.status.tell(HIDDEN);
      });
    }
    return buttons;
  }

  #words(columnId, value) {
    const column = this.sheet.column(columnId);
    const text = column ? typeOf(column).shown(column, value ?? null, this.sheet.locale, this.sheet.people) : String(value ?? "");
    return text || "empty";
  }
}

const element = (name, properties) => Object.assign(document.createElement(name), properties);
