// The dialog in which the person decides about cells that someone else changed, and about changes that could not be
// saved. What the person typed is kept until they decide.

import { writeMoment } from "./days.js";
import { typeOf } from "./types/index.js";

const TITLE = "What needs you";
const NOTHING = "Everything is saved.";

export class Attention {
  // `go(rowId, columnId)` goes to a cell of the grid.
  constructor(sheet, saving, go) {
    Object.assign(this, { sheet, saving, go });
    this.list = element("div", { className: "attention-list" });
    const close = element("button", { type: "button", className: "btn", textContent: "Close" });
    this.dialog = element("dialog", { className: "grid-dialog" });
    const heading = element("h2", { id: "attention-title", textContent: TITLE });
    this.dialog.setAttribute("aria-labelledby", heading.id);
    this.dialog.append(heading, this.list, close);
    document.body.append(this.dialog);
    close.addEventListener("click", () => this.dialog.close());
    saving.addEventListener("state", () => this.dialog.open && this.#show());
  }

  // Open the dialog. If the given cell is in the list, it comes first.
  open(rowId = null, columnId = null) {
    this.#show(rowId, columnId);
    this.dialog.showModal();
    this.list.querySelector("button")?.focus();
  }

  #show(rowId = null, columnId = null) {
    const isNamed = ([, one]) => one.row === rowId && one.column === columnId;
    const open = [...this.saving.open];
    const sorted = [...open.filter(isNamed), ...open.filter((entry) => !isNamed(entry))];
    if (!sorted.length) {
      this.list.replaceChildren(element("p", { textContent: NOTHING }));
      return;
    }
    this.list.replaceChildren(...sorted.map(([key, one]) => this.#item(key, one)));
  }

  #item(key, one) {
    const item = element("section", { className: "attention-item" });
    item.append(element("h3", { textContent: this.#nameOf(one) }));
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
      button.addEventListener("click", act);
      buttons.append(button);
    };
    const isConflict = one.kind === "conflict";
    const isHere = one.column && this.sheet.position(one.row) !== undefined;
    if (isHere) offer(isConflict ? "Use mine" : "Try again", () => this.saving.decide(key, "mine"));
    offer(isConflict ? "Keep theirs" : "Discard", () => this.saving.decide(key, "theirs"));
    if (isHere) {
      offer("Edit", () => {
        this.saving.see(key);
        this.dialog.close();
        this.go(one.row, one.column);
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
