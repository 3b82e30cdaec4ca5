// Handles the keyboard while no editor is open. Keys move the focus or run commands. Typing opens the editor.

import { commandOf } from "./commands.js";
import { ROW_HEIGHT } from "./view.js";

export class Keyboard {
  constructor(grid) {
    this.grid = grid;
    grid.painter.element.addEventListener("keydown", (event) => this.#hear(event));
    document.addEventListener("keydown", (event) => event.key === "?" && grid.parts.later(() => this.#help(event)));
  }

  // Handle a key. While a part of the grid is loaded for an earlier key, keep the key for later.
  #hear(event) {
    const { parts } = this.grid;
    if (event.defaultPrevented || isClipboardKey(event) || event.isComposing || event.keyCode === 229) return;
    if (!parts.waiting) this.#press(event);
    else {
      event.preventDefault();
      parts.later(() => this.#again(event));
    }
  }

  #again(event) {
    const { editors, painter } = this.grid;
    if (!painter.element.contains(document.activeElement)) typeInto(document.activeElement, event);
    else if (editors?.isOpen) editors.take(event);
    else this.#press(event);
  }

  #press(event) {
    if (event.target.closest(".grid-editor")) return;
    const command = commandOf(event, this.grid);
    if (command) {
      event.preventDefault();
      command.run(this.grid);
    } else if (this.#move(event) || this.#type(event)) {
      event.preventDefault();
    }
  }

  // The ? key opens the keyboard help, unless the person can type into the focused cell.
  #help(event) {
    const { editors } = this.grid;
    const field = document.activeElement; // earlier keys can have moved the focus
    if (event.ctrlKey || event.metaKey || editors?.isOpen) return;
    if (field.closest("input, textarea, select, dialog")) return;
    if (field.closest(".grid-cell") && this.#takesText()) return;
    event.preventDefault();
    this.grid.openHelp();
  }

  // Whether the person can type into the focused cell.
  #takesText() {
    const { sheet, selection, focusedColumn } = this.grid;
    const row = sheet.row(selection.focus.row);
    return Boolean(row && focusedColumn) && !sheet.whyReadOnly(row, focusedColumn);
  }

  // Go to another cell. With Shift, extend the range. Returns whether the key is one that moves the focus.
  #move(event) {
    const { selection, view, painter } = this.grid;
    const { row, column } = selection.at;
    const isFar = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor((painter.height - painter.headHeight) / ROW_HEIGHT) - 1);
    const end = view.columns.length - 1;
    const to = {
      ArrowUp: [isFar ? 0 : row - 1, column],
      ArrowDown: [isFar ? view.rowCount - 1 : row + 1, column],
      ArrowLeft: [row, isFar ? 1 : column - 1],
      ArrowRight: [row, isFar ? end : column + 1],
      PageUp: [row - page, column],
      PageDown: [row + page, column],
      Home: [isFar ? 0 : row, 1],
      End: [isFar ? view.rowCount - 1 : row, end],
    }[event.key];
    if (!to || event.altKey) return false;
    this.grid.go(...to, event.shiftKey);
    return true;
  }

  // Open the editor with the character that was typed.
  #type(event) {
    if ([...event.key].length !== 1 || (event.key === "?" && !this.#takesText()) || event.ctrlKey || event.metaKey || event.altKey) return false;
    this.grid.withEditors((editors) => editors.open(event.key));
    return true;
  }
}

// If a part of the grid has moved the focus to a field, such as the search field, type the character into this field.
// If another kind of element has the focus, drop the character.
function typeInto(element, { key, ctrlKey, metaKey, altKey }) {
  const isCharacter = [...key].length === 1 && !ctrlKey && !metaKey && !altKey;
  if (isCharacter && element.matches("input, textarea")) document.execCommand("insertText", false, key);
}

// Whether the key copies, cuts or pastes. The browser then sends an event for it.
function isClipboardKey({ key, ctrlKey, metaKey, altKey }) {
  return (ctrlKey || metaKey) && !altKey && ["c", "x", "v"].includes(key.toLowerCase());
}
