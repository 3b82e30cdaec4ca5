// The fields of the row panel, which has a control for each column that the person can change. What is typed is saved
// when the person leaves the field, with the same rules as in the grid.

import { doubts } from "./doubts.js";
import { stateText } from "./drawing.js";
import { make, newId } from "./elements.js";
import { labelOf } from "./people.js";
import { RowChoices } from "./row-choices.js";
import { keyOf, knownPeople } from "./types/contact.js";

const ONE_LINE = new Set(["DATE", "ABSTRACT_DATETIME", "DURATION", "PREDECESSOR"]);

export class RowFields {
  constructor(grid) {
    this.grid = grid;
    this.element = make("div", { class: "panel-fields" });
    this.row = null;
    this.fields = [];
    addEventListener("beforeunload", (event) => {
      if (this.fields.some(isTyped)) event.preventDefault();
    });
  }

  // Show the fields of a row, or update them if the row is shown already.
  show(rowId) {
    const { sheet } = this.grid;
    if (rowId !== this.row || sheet.columns !== this.columns) this.#build(rowId);
    for (const field of this.fields) this.#update(field);
  }

  // Make the fields of a row. If the row is the same and only some columns have changed, the fields of the other
  // columns stay, with the text that the person is typing. If a typed text has no field any more, show this text to the
  // person.
  #build(rowId) {
    const { columns } = this.grid.sheet;
    const before = this.fields;
    const active = document.activeElement;
    const hadFocus = this.element.contains(active);
    const kept = new Map(rowId === this.row ? before.map((field) => [JSON.stringify(field.column), field]) : []);
    Object.assign(this, { row: rowId, columns });
    this.fields = columns.map((column) => kept.get(JSON.stringify(column)) ?? this.#field(column));
    this.element.replaceChildren(...this.fields.map(({ element }) => element));
    if (hadFocus) (active.isConnected ? active : this.element.parentNode).focus();
    this.#tellUnsaved(before.filter((field) => !this.fields.includes(field)));
  }

  // The field that has the focus, or undefined.
  get focused() {
    return this.fields.find(({ control }) => control.contains(document.activeElement));
  }

  // Returns a field as { column, element, control, choices, note }. `choices` are those of a cell with several.
  #field(column) {
    const { sheet } = this.grid;
    const cell = sheet.cell(this.row, column.id);
    const whyNot = sheet.whyReadOnly(sheet.row(this.row), column);
    const id = newId("field");
    const note = make("small", { class: "panel-note text-secondary", id: `${id}-note`, "aria-live": "polite" });
    const field = { row: this.row, column, note, whyNot, tell: "" };
    field.choices = whyNot ? null : this.#choices(column, cell, id, () => this.#save(field));
    const control = field.choices?.element ?? (whyNot ? make("output", { id, class: "panel-value" }) : this.#control(column, cell, id));
    control.setAttribute("aria-describedby", note.id);
    const label = make(field.choices ? "span" : "label", { for: field.choices ? null : id, id: `${id}-label`, class: "panel-label text-secondary" }, column.title);
    field.control = control;
    field.element = make("div", { class: "panel-field" }, label, control, ...(control.choices ? [control.choices] : []), note);
    if (!whyNot) {
      if (!field.choices) control.addEventListener("change", () => this.#save(field));
      control.holdsRows = () => column.type === "PREDECESSOR" && isTyped(field);
      control.addEventListener("keydown", (event) => this.#press(event, field));
    }
    return field;
  }

  // Returns the choices of a column whose cells have several; null for other columns.
  #choices(column, cell, id, onChange) {
    const known = { id, name: column.title, labelId: `${id}-label`, onChange };
    if (column.type === "MULTI_PICKLIST") {
      return new RowChoices({ ...known, options: column.options.map((value) => ({ value, label: value })), takesOther: false });
    }
    if (column.type !== "MULTI_CONTACT_LIST") return null;
    const people = knownPeople(column, cell, this.grid.sheet.people);
    const options = people.map((one) => ({ value: keyOf(one), label: labelOf(one) }));
    return new RowChoices({ ...known, options, takesOther: !column.is_validated });
  }

  #control(column, cell, id) {
    const isSymbol = Boolean(column.symbol) && column.type === "PICKLIST";
    if (column.type === "CHECKBOX") return make("input", { id, type: "checkbox", class: "form-check-input" });
    if (column.type === "PICKLIST" && (column.is_validated || isSymbol)) {
      const options = ["", ...column.options].map((option) => make("option", { value: option }, option || "(empty)"));
      return make("select", { id, class: "form-select form-select-sm" }, ...options);
    }
    const choices = { PICKLIST: column.options, CONTACT_LIST: this.#names(column, cell) }[column.type];
    if (!choices && !ONE_LINE.has(column.type)) return make("textarea", { id, class: "form-control form-control-sm", rows: 1 });
    const input = make("input", { id, class: "form-control form-control-sm", autocomplete: "off", list: choices ? `${id}-list` : null });
    if (choices) input.choices = make("datalist", { id: `${id}-list` }, ...choices.map((value) => make("option", { value })));
    return input;
  }

  #names(column, cell) {
    return knownPeople(column, cell, this.grid.sheet.people).map(labelOf);
  }

  #update(field) {
    const { sheet } = this.grid;
    const { column, control, choices, note, whyNot } = field;
    const position = sheet.position(this.row);
    if (position === undefined) return;
    const place = sheet.columnPlaces.get(column.id);
    const state = sheet.state(this.row, column.id);
    const isBusy = field.tell || (choices ? choices.typed : control === document.activeElement);
    if (!isBusy) {
      if (choices) choices.show([sheet.value(this.row, column.id) ?? []].flat());
      else if (control.type === "checkbox") control.checked = sheet.value(this.row, column.id) === true;
      else if (whyNot) control.textContent = sheet.shown(position, place) || "–";
      else this.#fill(field, sheet.typed(this.row, column.id));
      field.shown = sheet.value(this.row, column.id);
    }
    if (!field.tell) note.textContent = [state ? stateText(state) : "", whyNot].filter(Boolean).join("; ");
  }

  #fill(field, text) {
    const { control } = field;
    field.filled = text;
    if (control.localName === "select" && ![...control.options].some(({ value }) => value === text)) {
      control.append(make("option", { value: text }, text));
    }
    if (control.value !== text) control.value = text;
  }

  // Save what was typed. If the column can't have this value, or if the text perhaps means something else, say so below
  // the field.
  #save(field, isSure = false) {
    const { grid } = this;
    const { row, column, control, choices, shown } = field;
    const isBox = control.type === "checkbox";
    const change = { do: "update", row, column: column.id, shown, ...(isBox ? { value: control.checked } : { text: textIn(field) }) };
    field.tell = "";
    const [doubt] = doubts(grid.sheet, [change]);
    if (doubt && !isSure) {
      this.#tell(field, doubt.why, make("button", { type: "button", class: "btn btn-sm ms-1", onclick: () => this.#save(field, true) }, "Keep it"));
      return;
    }
    const { refused } = grid.apply([change], "edit");
    if (refused.length) this.#tell(field, refused[0].why);
    else {
      control.removeAttribute("aria-invalid");
      choices?.clear();
      field.filled = control.value;
      field.shown = grid.sheet.value(this.row, column.id);
      this.#update(field);
    }
  }

  #tell(field, why, ...more) {
    field.tell = why;
    field.control.setAttribute("aria-invalid", "true");
    field.note.replaceChildren(why, ...more);
  }

  #press(event, field) {
    if (event.key !== "Escape" || event.isComposing) return;
    const typed = this.grid.sheet.typed(this.row, field.column.id);
    const isAsIs = field.choices ? !field.choices.typed : field.control.value === typed;
    if (field.control.type === "checkbox" || (!field.tell && isAsIs)) return; // closes the panel
    event.stopPropagation();
    field.tell = "";
    field.control.removeAttribute("aria-invalid");
    field.note.textContent = "";
    field.choices?.clear();
    if (field.choices) this.#update(field);
    else this.#fill(field, typed);
  }

  // Say what was typed into fields that are no longer shown.
  #tellUnsaved(fields) {
    const left = fields.filter(isTyped).map((field) => `${field.column.title} was not changed to “${textIn(field)}”. ${field.tell}`);
    if (left.length) this.grid.status.tell(left.join(" "));
  }
}

// Whether the person has typed something that isn't saved.
const isTyped = ({ control, choices, filled, tell }) => Boolean(tell || (choices ? choices.typed : filled !== undefined && control.value !== filled));

// What the person has typed or chosen in a field.
const textIn = ({ control, choices }) => (choices ? choices.text : control.value);
