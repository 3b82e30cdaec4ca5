// The editor of a cell is one of the browser's own controls inside the cell. Which one depends on the column's type. If
// the cell gets another element, for example because columns have changed, the editor moves there with the typed text.

import { valueOf } from "./cells.js";
import { dayOf, isoDayOf, writeDay } from "./days.js";
import { doubts } from "./doubts.js";
import { make } from "./elements.js";
import { OptionList } from "./option-list.js";
import { labelOf } from "./people.js";
import { keyOf, knownPeople } from "./types/contact.js";

const DAYS = new Set(["DATE", "ABSTRACT_DATETIME"]);
const GONE = "This cell no longer exists in your view.";
const PHONE = matchMedia("(max-width: 600px)");

export class Editors {
  constructor(grid) {
    this.grid = grid;
    this.opened = null;
    const { element } = grid.painter;
    element.addEventListener("focusout", (event) => this.#left(event));
    this.hasKept = () => false; // whether a field below the grid has typed text
    addEventListener("beforeunload", (event) => {
      if (this.hasKept() || (this.isOpen && this.#text !== this.opened.before)) event.preventDefault();
    });
    element.addEventListener("scroll", () => this.opened?.list?.place(), { passive: true });
    grid.view.addEventListener("columns", () => this.#follow());
    grid.view.addEventListener("rows", () => this.#follow());
    grid.sheet.addEventListener("renamed", ({ detail: { from, to } }) => {
      if (this.opened?.rowId === from) this.opened.rowId = to;
    });
  }

  get isOpen() {
    return this.opened !== null;
  }

  // Open the editor of the focused cell. `typed` replaces the cell's value.
  open(typed) {
    const { grid } = this;
    if (this.isOpen && !this.commit()) return;
    const { row: rowId, column: columnId } = grid.selection.focus;
    const column = grid.sheet.column(columnId);
    const row = grid.sheet.row(rowId);
    if (!column || !row) return;
    const whyNot = grid.sheet.whyReadOnly(row, column);
    if (whyNot) {
      grid.status.tell(whyNot);
      return;
    }
    if (column.type === "CHECKBOX" && typeof (grid.sheet.value(rowId, columnId) ?? false) === "boolean") {
      grid.toggleBoxes();
      return;
    }
    if (PHONE.matches && grid.openRowForm()) return;
    this.#show(row, column, typed);
  }

  // Accept the typed text. If the column can't have this text, returns false and leaves the editor open.
  commit() {
    if (!this.isOpen) return true;
    const { rowId, column, before, shown, asked } = this.opened;
    const text = this.#text;
    if (text !== before) {
      const change = { do: "update", row: rowId, column: column.id, text, shown };
      const [doubt] = doubts(this.grid.sheet, [change]);
      if (doubt && asked !== text) return this.#ask(text, doubt.why);
      const report = this.grid.apply([change], "edit");
      if (report.refused.length && this.grid.sheet.row(rowId)) return this.#stay();
    }
    this.#close();
    return true;
  }

  // Ask about a text that perhaps means something else. If the person accepts the same text again, the text is kept.
  #ask(text, why) {
    this.opened.asked = text;
    this.grid.status.tell(`${why} Correct it, or keep it with Enter.`, "Keep it", () => {
      if (this.isOpen && this.commit()) this.grid.painter.focus();
    });
    return this.#stay();
  }

  #stay() {
    const { input } = this.opened;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-errormessage", this.grid.status.told.id);
    input.focus();
    return false;
  }

  // The text in the open editor.
  get #text() {
    const { input, chosen } = this.opened;
    if (!chosen) return input.value;
    const more = input.value.trim();
    return [...chosen, ...(more ? [more] : [])].join("\n");
  }

  cancel() {
    if (this.isOpen) this.#close();
  }

  // Type a text into the open editor. If none is open, open the editor of the focused cell with the text.
  type(text) {
    if (this.isOpen) this.#write(text);
    else this.open(text);
  }

  #write(text, start = this.opened.input.selectionStart, end = this.opened.input.selectionEnd) {
    const { input } = this.opened;
    input.setRangeText(text, start, end, "end");
    input.dispatchEvent(new Event("input"));
  }

  // Handle a key that was pressed before the editor opened, as if it had been pressed in the editor.
  take(event) {
    const { input } = this.opened;
    const { selectionStart: from, selectionEnd: to, value } = input;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const [before, after] = from === to ? [Math.max(0, from - 1), to + 1] : [from, to];
    const go = (place) => input.setSelectionRange(place, place);
    const ways = {
      Backspace: () => this.#write("", before, to),
      Delete: () => this.#write("", from, Math.min(after, value.length)),
      ArrowLeft: () => go(before),
      ArrowRight: () => go(after),
      Home: () => go(0),
      End: () => go(value.length),
    };
    if ([...event.key].length === 1 && !event.ctrlKey && !event.metaKey) this.#write(event.key, from, to);
    else if (isPlain && !event.shiftKey && ways[event.key]) ways[event.key]();
    else this.#press(event);
  }

  #show(row, column, typed) {
    const { grid } = this;
    const { sheet, painter } = grid;
    const at = grid.selection.at;
    painter.reveal(at.row, at.column);
    const cell = painter.active;
    const value = sheet.value(row[0], column.id);
    const whole = sheet.typed(row[0], column.id);
    const kind = this.#kind(column, sheet.cell(row[0], column.id), value);
    const label = `${column.title}, ${sheet.label(sheet.position(row[0]))}`;
    const isDay = DAYS.has(column.type);
    const isLong = !kind.options && !isDay && column.type !== "DURATION";
    const input = make(isLong ? "textarea" : "input", { class: "grid-input", "aria-label": label, rows: isLong ? 1 : null, autocomplete: "off", spellcheck: isLong ? "true" : "false" });
    if (kind.inputMode) input.inputMode = kind.inputMode;
    input.holdsRows = () => column.type === "PREDECESSOR";
    input.value = kind.chosen ? "" : whole;
    const before = kind.chosen ? [...kind.chosen].join("\n") : input.value; // an input has no line breaks
    if (typed !== undefined) input.value = typed;
    if (kind.chosen) input.placeholder = "Type to search";
    const box = make("div", { class: "grid-editor" }, input);
    if (isDay) box.append(this.#calendar(input, isoDayOf(value)));
    this.opened = { rowId: row[0], column, box, input, before, shown: value, ...kind };
    grid.view.held = row[0];
    box.addEventListener("keydown", (event) => this.#press(event));
    this.#putInto(cell);
    if (kind.options) this.opened.list = this.#list(input, kind, typed);
    if (typed === undefined && !isLong) input.select();
    else input.setSelectionRange(input.value.length, input.value.length);
  }

  // Returns the choices of a column's editor as { options, chosen, takesOther }, or null for an editor without choices.
  #kind(column, cell, value) {
    const plain = () => column.options.map((option) => ({ value: option, label: option }));
    const people = () =>
      knownPeople(column, cell, this.grid.sheet.people).map((one) => ({ value: keyOf(one), label: labelOf(one), note: labelOf(one) === one.email ? "" : one.email }));
    const chosen = new Set(Array.isArray(value) ? value : value === null ? [] : [value]);
    switch (column.type) {
      case "PICKLIST":
        return { options: [{ value: "", label: "(empty)" }, ...plain()], takesOther: !column.is_validated };
      case "MULTI_PICKLIST":
        return { options: plain(), chosen, takesOther: false };
      case "CONTACT_LIST":
        return { options: people(), takesOther: !column.is_validated };
      case "MULTI_CONTACT_LIST":
        return { options: people(), chosen, takesOther: !column.is_validated };
      case "CHECKBOX":
        return { options: [{ value: "true", label: "Checked" }, { value: "false", label: "Not checked" }], takesOther: false };
      default:
        return { inputMode: typeof value === "number" ? "decimal" : "" };
    }
  }

  #list(input, { options, chosen, takesOther }, typed) {
    const list = new OptionList(input, {
      host: this.grid.host,
      options,
      chosen,
      takesOther,
      onChoose: (value) => {
        if (chosen) {
          if (!chosen.delete(value)) chosen.add(value);
          input.value = "";
          list.narrow(false);
        } else {
          input.value = value;
          if (this.commit()) this.grid.painter.focus();
        }
      },
    });
    if (typed !== undefined) list.narrow();
    return list;
  }

  // A button that opens the browser's own calendar.
  #calendar(input, value) {
    const { locale } = this.grid.sheet;
    const day = make("input", { type: "date", class: "grid-day", tabindex: "-1", "aria-hidden": "true" });
    day.value = value;
    day.addEventListener("change", () => {
      const chosen = dayOf(day.value);
      if (chosen) input.value = writeDay(chosen, locale);
      input.focus();
    });
    const button = make("button", { type: "button", class: "grid-calendar", tabindex: "-1", title: "Calendar (Alt+↓)", "aria-label": "Calendar" }, "▾");
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => day.showPicker());
    return make("span", { class: "grid-picker" }, day, button);
  }

  #press(event) {
    if (event.isComposing) return;
    const { list, input } = this.opened;
    if (list?.press(event)) {
      event.preventDefault();
      return;
    }
    const isBreak = event.key === "Enter" && (event.altKey || event.shiftKey);
    if (isBreak && input.localName === "textarea") {
      event.preventDefault();
      input.setRangeText("\n", input.selectionStart, input.selectionEnd, "end");
    } else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      this.#takeCurrent();
      if (!this.commit()) return;
      const { row, column } = this.grid.selection.at;
      const step = event.shiftKey ? -1 : 1;
      if (event.key === "Tab") this.grid.go(row, column + step);
      else this.grid.go(row + 1, column);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.cancel();
      this.grid.painter.focus();
    } else if (event.key === "ArrowDown" && event.altKey) {
      event.preventDefault();
      this.opened.cell.querySelector(".grid-day")?.showPicker();
    }
    event.stopPropagation();
  }

  // Choose the active option of the list, after the person pressed Enter or Tab.
  #takeCurrent() {
    const { list, input, chosen } = this.opened;
    const current = list?.current;
    if (!current) return;
    if (!chosen) input.value = current.value;
    else if (input.value.trim()) {
      chosen.add(current.value);
      input.value = "";
    }
  }

  #putInto(cell) {
    cell.isEdited = true;
    cell.removeAttribute("contenteditable");
    cell.classList.add("is-edited");
    cell.parentNode.classList.add("is-edited");
    cell.replaceChildren(this.opened.box);
    this.opened.cell = cell;
    this.opened.input.focus({ preventScroll: true });
  }

  // Take the editor out of its cell, which shows its content again at the next repaint.
  #takeOut() {
    const { cell } = this.opened;
    cell.isEdited = false;
    cell.classList.remove("is-edited");
    cell.parentNode?.classList.remove("is-edited"); // the cell's element may be gone
    cell.replaceChildren();
  }

  // Called when rows or columns of the view have changed. The cell can have another element, or no longer exist.
  #follow() {
    if (!this.isOpen) return;
    const { painter, view } = this.grid;
    const { rowId, column, cell, input, list } = this.opened;
    const now = painter.cell(view.indexOf(rowId), view.columnIndexOf(column.id));
    if (now === cell && cell.isConnected) return;
    if (!now) {
      this.#lose();
      return;
    }
    const { selectionStart, selectionEnd } = input;
    this.#takeOut();
    this.#putInto(now);
    input.setSelectionRange(selectionStart, selectionEnd);
    painter.repaint();
    list?.place();
  }

  // The row or the column is gone. The person may go on typing, so the text moves to a field below the grid.
  #lose() {
    const { input, before, chosen } = this.opened;
    const text = this.#text;
    const isTyped = text !== before;
    const caret = chosen ? [text.length, text.length] : [input.selectionStart, input.selectionEnd];
    if (this.#close(false)) this.#keep(text, before, caret);
    else if (isTyped) this.grid.status.tell(lost(text));
  }

  // Show a field with the text of a lost editor. The field keeps the focus until the person presses Enter or Escape, or
  // chooses a cell. So until then, no key reaches another cell.
  #keep(text, before, caret) {
    const { host, painter, status } = this.grid;
    const field = make("textarea", { class: "grid-kept", rows: 1, "aria-label": "The text of the cell that no longer exists" });
    field.value = text;
    this.hasKept = () => field.isConnected && field.value !== before;
    const end = () => {
      if (!field.isConnected) return;
      field.remove();
      status.tell(field.value === before ? GONE : lost(field.value));
    };
    field.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && end());
    field.addEventListener("keydown", (event) => {
      const isEnd = event.key === "Escape" || (event.key === "Enter" && !event.shiftKey && !event.altKey);
      if (!isEnd || event.isComposing) return;
      event.preventDefault();
      end();
      painter.focus();
    });
    status.tell(`${GONE} Your text is here until you press Enter or choose a cell.`);
    host.querySelector("[data-grid-foot]").append(field);
    field.focus();
    field.setSelectionRange(...caret);
  }

  // Close the editor. Returns whether the editor had the focus. If so, its cell gets the focus, unless `isFocusing` is
  // false.
  #close(isFocusing = true) {
    const { box, list } = this.opened;
    const hadFocus = box.contains(document.activeElement) || !box.isConnected;
    this.#takeOut();
    this.opened = null;
    this.grid.view.held = null;
    list?.close();
    this.grid.painter.repaint();
    if (hadFocus && isFocusing) this.grid.painter.focus();
    return hadFocus;
  }

  #left(event) {
    if (event.target.classList.contains("grid-cell")) return; // an editor opens in it
    const to = event.relatedTarget;
    const isKeeping = to === this.grid.status.more; // this button accepts the text itself
    if (this.isOpen && to && !isKeeping && !this.opened.cell.contains(to)) this.commit();
  }
}

const lost = (text) => `${GONE} You typed: “${text}”`;
