// Handles the events of the browser when the person copies, cuts and pastes cells.

export class Clipboard {
  constructor(grid) {
    this.grid = grid;
    this.isTaking = false; // whether cells are being copied, so that the clipboard doesn't have them yet
    const { element } = grid.painter;
    element.addEventListener("copy", (event) => this.#copy(event));
    element.addEventListener("cut", (event) => this.#copy(event, "cut"));
    element.addEventListener("paste", (event) => this.#paste(event));
  }

  // Copy the selected cells. With `why`, empty them afterwards.
  async #copy(event, why) {
    if (event.target.closest(".grid-editor")) return;
    event.preventDefault();
    let data = event.clipboardData; // browsers accept this data only until the event ends
    this.isTaking = true;
    const { grid } = this;
    const copied = grid.parts.later(() => grid.withCopying((copying) => copying.copy(data, why)));
    data = null;
    await copied;
    this.isTaking = false;
  }

  #paste(event) {
    if (event.target.closest(".grid-editor")) return;
    event.preventDefault();
    const { grid, isTaking } = this;
    const text = event.clipboardData.getData("text/plain");
    const links = event.clipboardData.getData("text/x-links");
    grid.parts.later(() => grid.withCopying((copying) => copying.pasteText((isTaking ? copying.copied.text : null) ?? text, links)));
  }
}
