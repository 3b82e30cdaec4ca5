// The field of the row panel for cells with several choices. It has a check box for each choice. If the column has many
// options or accepts other values, the field also has an input that adds a choice.

import { make } from "./elements.js";

const MOST_BOXES = 20; // if a column has more options, only the chosen options have check boxes

export class RowChoices {
  // Each of `options` is { value, label }. `name` is the column's title, and `labelId` the id of the element that shows
  // it. `onChange()` is called when the person has chosen or typed.
  constructor({ id, name, labelId, options, takesOther, onChange }) {
    Object.assign(this, { options, onChange });
    this.labels = new Map(options.map(({ value, label }) => [value, label]));
    this.hasBoxes = options.length <= MOST_BOXES;
    this.boxes = new Map(); // the check box of each value
    this.list = make("div", { class: "panel-boxes" });
    this.element = make("div", { id, class: "panel-choices", role: "group", "aria-labelledby": labelId }, this.list);
    this.input = null;
    if (this.hasBoxes && !takesOther) return;
    this.input = make("input", { class: "form-control form-control-sm", "aria-label": `Add to ${name}`, placeholder: "Add", autocomplete: "off", list: `${id}-list` });
    this.input.addEventListener("change", () => this.input.value.trim() && onChange());
    this.element.append(this.input, make("datalist", { id: `${id}-list` }, ...options.map(({ label }) => make("option", { value: label }))));
  }

  // What the person has chosen and typed, as a text with a choice per line.
  get text() {
    const chosen = [...this.boxes].filter(([, { checked }]) => checked).map(([value]) => value);
    return [...chosen, this.typed].filter(Boolean).join("\n");
  }

  // What is in the input that adds a choice.
  get typed() {
    return this.input?.value.trim() ?? "";
  }

  // Show these values as chosen. Check boxes that stay keep the focus.
  show(values) {
    const offered = this.hasBoxes ? this.options.map(({ value }) => value) : [];
    const wanted = new Set([...offered, ...values]);
    for (const [value, box] of this.boxes) {
      if (wanted.has(value)) continue;
      const hadFocus = box === document.activeElement;
      box.parentNode.remove();
      this.boxes.delete(value);
      if (hadFocus) this.focus();
    }
    for (const value of wanted) {
      if (!this.boxes.has(value)) this.#add(value);
      this.boxes.get(value).checked = values.includes(value);
    }
  }

  clear() {
    if (this.input) this.input.value = "";
  }

  focus() {
    (this.boxes.values().next().value ?? this.input)?.focus();
  }

  #add(value) {
    const box = make("input", { type: "checkbox", class: "form-check-input", onchange: () => this.onChange() });
    this.boxes.set(value, box);
    this.list.append(make("label", { class: "form-check mb-0" }, box, make("span", { class: "form-check-label" }, this.labels.get(value) || value)));
  }
}
