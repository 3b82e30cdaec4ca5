// Stores the focused cell and the selected range by the ids of their rows and columns. So changes by others don't move
// the focus or the range.

import { ID } from "./tree.js";

export class Selection extends EventTarget {
  constructor(view) {
    super();
    this.view = view;
    view.selection = this;
    this.focus = { row: null, column: null };
    this.anchor = { row: null, column: null };
    this.last = { row: 0, column: 1 }; // the last focus, in case its row is deleted
    view.addEventListener("rows", () => this.#settle());
    view.addEventListener("columns", () => this.#settle());
    view.sheet.addEventListener("renamed", ({ detail: { from, to } }) => {
      for (const end of [this.focus, this.anchor]) if (end.row === from) end.row = to;
    });
    this.#settle();
  }

  // The position of the focus in the view: { row, column }.
  get at() {
    return this.indexes(this.focus) ?? this.last;
  }

  // The selected cells as { top, bottom, left, right } in the view. The row `bottom` and the column `right` belong to
  // the range. A range that includes the row numbers has whole rows.
  get range() {
    const one = this.indexes(this.anchor) ?? this.last;
    const other = this.at;
    const isWholeRows = one.column === 0 || other.column === 0;
    return {
      top: Math.min(one.row, other.row),
      bottom: Math.max(one.row, other.row),
      left: isWholeRows ? 1 : Math.min(one.column, other.column),
      right: isWholeRows ? this.view.columns.length - 1 : Math.max(one.column, other.column),
      isWholeRows,
    };
  }

  // The ids of the selected rows.
  get rowIds() {
    const { top, bottom } = this.range;
    return Array.from({ length: Math.max(0, Math.min(bottom + 1, this.view.rowCount) - top) }, (_, offset) => this.view.row(top + offset)[ID]);
  }

  get columnIds() {
    const { left, right } = this.range;
    return this.view.columns.slice(left, right + 1).map((column) => column.id);
  }

  // Go to a cell of the view. If `isExtending` is true, the other end of the range stays where it is.
  go(row, column, isExtending = false) {
    if (!this.view.rowCount) return;
    this.#go(row, column);
    if (!isExtending) this.anchor = { ...this.focus };
    this.#tell();
  }

  #go(row, column) {
    const at = {
      row: Math.max(0, Math.min(this.view.rowCount - 1, row)),
      column: Math.max(0, Math.min(this.view.columns.length - 1, column)),
    };
    this.last = at;
    this.focus = { row: this.view.row(at.row)[ID], column: this.view.columns[at.column].id };
  }

  // Select a range, with the focus in its first cell.
  select(top, left, bottom, right) {
    if (!this.view.rowCount) return;
    this.#go(bottom, right);
    this.anchor = this.focus;
    this.#go(top, left);
    this.#tell();
  }

  // Returns the position of a cell in the view, or null if it isn't in the view.
  indexes({ row, column }) {
    const indexes = { row: row === null ? -1 : this.view.indexOf(row), column: this.view.columnIndexOf(column) };
    return indexes.row < 0 || indexes.column < 0 ? null : indexes;
  }

  // Called when rows or columns were added or removed. If the focused cell no longer exists, the cell that is now in
  // its place gets the focus.
  #settle() {
    const at = this.indexes(this.focus);
    if (at) this.last = at;
    else if (this.view.rowCount) this.go(this.last.row, this.last.column);
    else {
      this.focus.row = null; // keys must not reach a row that isn't shown
      this.#tell();
    }
    if (!this.indexes(this.anchor)) this.anchor = { ...this.focus };
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("moved"));
  }
}
