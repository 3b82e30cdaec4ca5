// While no editor is open, the focused cell is contenteditable, although it doesn't look like a control. So an input
// method (for Japanese, Chinese or accents) gets the first key. If this key opened an editor, the editor would get only
// the keys after it.

export class Composing {
  constructor(grid) {
    this.grid = grid;
    const { element } = grid.painter;
    element.addEventListener("focusin", (event) => this.#arm(event));
    element.addEventListener("focusout", ({ target }) => {
      if (target.classList.contains("grid-cell")) target.removeAttribute("contenteditable");
    });
    element.addEventListener("beforeinput", (event) => this.#typed(event));
    element.addEventListener("compositionstart", (event) => this.#compose(event, true));
    element.addEventListener("compositionend", (event) => this.#compose(event, false));
    element.addEventListener("drop", (event) => event.target.isContentEditable && event.preventDefault());
  }

  // Make the focused cell contenteditable, if the person can change it.
  #arm({ target: cell }) {
    const { row: rowId, column: columnId } = this.grid.selection.focus;
    const column = this.grid.sheet.column(columnId);
    if (cell !== this.grid.painter.active || !column || column.type === "CHECKBOX") return;
    if (this.grid.sheet.whyReadOnly(this.grid.sheet.row(rowId), column)) return;
    cell.inputMode = "none"; // a tap selects, and opens no keyboard
    cell.spellcheck = false;
    cell.setAttribute("contenteditable", "true");
    getSelection().selectAllChildren(cell);
  }

  #typed(event) {
    if (event.target !== this.grid.painter.active || event.isComposing || event.inputType === "insertCompositionText") return;
    event.preventDefault();
    if (event.inputType === "insertText" && event.data) this.#give(event);
  }

  // While someone composes a text with an input method, the text is in the cell. When it is complete, it is moved to
  // the editor.
  #compose(event, isStart) {
    const cell = event.target;
    if (cell !== this.grid.painter.active) return;
    cell.isEdited = isStart;
    cell.classList.toggle("is-composed", isStart);
    if (isStart) return;
    cell.replaceChildren();
    if (event.data) this.#give(event);
    else this.grid.painter.repaint();
  }

  // Give a text to the editor, after the keys that were pressed before it.
  #give({ data }) {
    const { grid } = this;
    grid.parts.later(() => grid.withEditors((editors) => editors.type(data)));
  }
}
