// Handles the events of the browser when the person copies, cuts and pastes cells.

import { plural } from "./elements.js";

const NOT_ALLOWED = "The browser didn't allow copying. Press Ctrl+C again.";

export class Clipboard {
  constructor(grid) {
    this.grid = grid;
    this.isTaking = false; // whether cells are being copied, so that the clipboard doesn't have them yet
    const { element } = grid.painter;
    element.addEventListener("copy", (event) => this.#copy(event));
    element.addEventListener("cut", (event) => this.#copy(event, () => grid.clear("cut")));
    element.addEventListener("paste", (event) => this.#paste(event));
  }

  // Copy the selected cells, then call `then`.
  #copy(event, then = () => {}) {
    if (event.target.closest(".grid-editor")) return;
    event.preventDefault();
    const { grid } = this;
    let isDuring = true; // whether browsers still take the event's data
    this.isTaking = true;
    grid.withCopying(async (copying) => {
      const text = copying.take();
      this.isTaking = false;
      if (isDuring) event.clipboardData.setData("text/plain", text);
      else if (!(await this.#write(text))) return;
      const { top, bottom, left, right } = grid.selection.range;
      grid.status.tell(`${plural((bottom - top + 1) * (right - left + 1), "cell")} copied.`);
      then();
    });
    isDuring = false;
  }

  // Copy the selected cells for a command, which has no event of the browser.
  copy() {
    this.grid.withCopying((copying) => this.#write(copying.take()));
  }

  // Put a text on the clipboard without an event. Returns whether the browser allowed it.
  async #write(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      this.grid.status.tell(NOT_ALLOWED);
      return false;
    }
  }

  #paste(event) {
    if (event.target.closest(".grid-editor")) return;
    event.preventDefault();
    const { isTaking } = this;
    const text = event.clipboardData.getData("text/plain");
    this.grid.withCopying((copying) => copying.pasteText((isTaking ? copying.copied.text : null) ?? text));
  }
}
