// The line above the grid. It says that everything is saved, that changes are being saved, that problems need the
// person, or why nothing is being saved.

import { make, plural } from "./elements.js";

const NOT_CLEAR = "Smartsheet gave no clear answer. Checking what was saved…";

export class SaveLine {
  // `place` is an element with role=status. `onNeeds()` shows the problems that the person has to solve.
  constructor(place, saving, onNeeds) {
    Object.assign(this, { place, saving });
    this.text = make("span");
    this.button = make("button", { type: "button", class: "btn btn-sm ms-2", onclick: () => this.act() });
    this.onNeeds = onNeeds;
    place.replaceChildren(this.text, this.button);
    saving.addEventListener("state", () => this.#show());
    this.#show();
  }

  #show() {
    const { text, button = "", act = null, isBad = false } = this.#summary();
    if (this.text.textContent !== text) this.text.textContent = text;
    if (!button && document.activeElement === this.button) this.place.focus();
    this.button.textContent = button;
    this.button.hidden = !button;
    this.act = act;
    this.place.classList.toggle("text-danger", isBad);
  }

  #summary() {
    const { saving } = this;
    const { waiting, isKept } = saving;
    const { halted, away } = saving.sending;
    const waits = plural(waiting, saving.hasRows ? "change" : "cell");
    const saves = `Saving ${waits}…${saving.sending.uncertain.length ? ` ${NOT_CLEAR}` : ""}`;
    const kept = isKept ? "kept in this browser" : "not saved, and this browser can't keep them: leave this page open";
    if (halted === "signed-out") return { text: "You signed out. Nothing more is saved here." };
    if (halted === "other-person") {
      return { text: `Someone else is signed in now. ${plural(saving.count, "cell")} that you changed: ${kept}.`, isBad: true };
    }
    if (halted) {
      const text = waiting ? `Your session ended. ${waits}: ${kept}.` : "Your session ended.";
      return { text, button: waiting ? "Sign in and save" : "Sign in", act: () => saving.signInAgain(), isBad: true };
    }
    const needs = [...saving.open.values()];
    const what = plural(needs.length, needs.every(({ column }) => column) ? "cell" : "change");
    const text = `${what} need${needs.length === 1 ? "s" : ""} you`;
    const needy = needs.length && { text, button: "Show", act: this.onNeeds, isBad: true };
    if (waiting && away) {
      return { text: `${waits} ${kept}. ${away} Trying again…`, button: "Try now", act: () => saving.tryNow(), isBad: true };
    }
    if (needy) return { ...needy, text: waiting ? `${saves} ${needy.text}` : needy.text };
    if (waiting) return { text: saves };
    return { text: saving.isReady ? "All changes saved" : "" };
  }
}
