// The list of options below an editor. The person can choose one or several options. The typed text filters them. The
// input keeps the focus, and arrow keys move through the list (ARIA's combobox).

import { make, newId } from "./elements.js";

const MOST_SHOWN = 200;

export class OptionList {
  // Each of `options` is { value, label, note }. If `chosen` is a set of values, the person can choose several options.
  // `onChoose(value)` is called for each choice. If `takesOther` is true, the typed text can be chosen too.
  constructor(input, { host, options, chosen = null, takesOther = false, onChoose }) {
    Object.assign(this, { input, options, chosen, takesOther, onChoose });
    this.active = -1;
    this.list = make("ul", { class: "grid-options", role: "listbox", id: newId("options"), "aria-label": input.getAttribute("aria-label"), "aria-multiselectable": chosen ? "true" : null });
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the input keeps the focus
      const item = event.target.closest("[role=option]");
      if (item) this.#choose(Number(item.dataset.place));
    });
    host.append(this.list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": this.list.id, "aria-autocomplete": "list", autocomplete: "off" })) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", () => this.narrow());
    this.narrow(false);
  }

  close() {
    this.list.remove();
  }

  // Show the options that match the typed text. `isTyped` is false if the input still has the cell's value.
  narrow(isTyped = true) {
    const text = this.input.value.trim().toLowerCase();
    const matches = (option) => [option.label, option.note ?? ""].some((one) => one.toLowerCase().includes(text));
    const found = isTyped && text ? this.options.filter(matches) : this.options;
    const named = namedBy(this.input.value.trim(), found);
    this.shown = found.slice(0, MOST_SHOWN);
    if (named && !this.shown.includes(named)) this.shown.unshift(named);
    const isKnown = this.options.some((option) => [option.label, option.value].includes(this.input.value.trim()));
    if (isTyped && text && this.takesOther && !isKnown) {
      this.shown.push({ value: this.input.value.trim(), label: `“${this.input.value.trim()}”`, note: "as another value" });
    }
    this.list.replaceChildren(...this.shown.map((option, place) => this.#item(option, place)));
    this.list.hidden = !this.shown.length;
    this.#activate(named || !isTyped || !text ? this.shown.indexOf(named) : 0);
    this.isAsked = isTyped;
    this.place();
  }

  // Place the list below the input, or above it if there is no room.
  place() {
    const box = this.input.getBoundingClientRect();
    const { style } = this.list;
    style.minWidth = `${box.width}px`;
    style.left = `${Math.max(8, Math.min(box.left, innerWidth - this.list.offsetWidth - 8))}px`;
    const isBelow = box.bottom + this.list.offsetHeight < innerHeight || box.top < this.list.offsetHeight;
    style.top = `${isBelow ? box.bottom : box.top - this.list.offsetHeight}px`;
  }

  // Returns whether the list handled the key.
  press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.shown.length && !event.altKey) {
      this.#activate((this.active + step + this.shown.length) % this.shown.length);
      this.isAsked = true;
      return true;
    }
    if (this.chosen && event.key === " " && this.active >= 0 && !this.input.value) {
      this.#choose(this.active);
      return true;
    }
    return false;
  }

  // The option that Enter chooses; undefined if no option is active, or if the person has neither typed nor moved to an
  // option.
  get current() {
    return this.isAsked ? this.shown[this.active] : undefined;
  }

  #choose(place) {
    this.#activate(place);
    this.onChoose(this.shown[place].value);
    if (this.chosen) {
      [...this.list.children].forEach((item, one) => item.setAttribute("aria-selected", String(this.chosen.has(this.shown[one].value))));
    }
  }

  #activate(place) {
    this.active = place;
    [...this.list.children].forEach((item, one) => {
      item.classList.toggle("is-active", one === place);
      if (!this.chosen) item.setAttribute("aria-selected", String(one === place));
    });
    const item = this.list.children[place];
    if (item) {
      this.input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  #item({ value, label, note }, place) {
    const isChosen = this.chosen ? this.chosen.has(value) : false;
    const item = make("li", { role: "option", id: newId("option"), "data-place": place, "aria-selected": String(isChosen) }, label);
    if (note) item.append(" ", make("small", { class: "text-secondary" }, note));
    return item;
  }
}

// Returns the option that equals a text, or undefined if there is none. The text “High” doesn't equal the option “High
// risk”.
function namedBy(text, options) {
  const isLike = (one) => text !== "" && one.toLowerCase() === text.toLowerCase();
  return (
    options.find(({ value }) => value === text) ??
    options.find(({ label }) => label === text) ??
    options.find(({ value, label }) => isLike(value) || isLike(label))
  );
}
