// Predecessors refer to rows by their numbers. In this tab, these numbers are always those that the grid shows: if rows
// are added, deleted or moved, all predecessors get the new numbers of their rows. A call names the rows by their ids too
// (`shown_rows` in docs/api.md), because the numbers can differ in Smartsheet.

import { cellWith, textOf, valueOf } from "./cells.js";
import { cellKey, changesIn } from "./pending.js";
import { CELLS, ID, isNew } from "./tree.js";

// One of the predecessors in a list: what comes before the row's number, the number, and what follows it.
const LISTED = /(^|[;,\n])(\s*)([0-9]{1,6})(?![0-9])([^;,\n]*)/g;
const LOST = "#REF"; // stands for a row that isn't in the sheet
const VALUES = ["value", "shown", "before", "now"]; // the attributes of a change that can have predecessors

export class RowNumbers {
  constructor({ sheet, saving, history }) {
    Object.assign(this, { sheet, saving, history });
    this.restored = []; // changes that are being restored, and perhaps aren't in `saving` yet
    sheet.addEventListener("outlined", ({ detail }) => this.#follow(detail));
  }

  // Returns the ids of the rows to which the predecessors in these changes refer, by their numbers. The id of a row that
  // isn't in Smartsheet yet is null. Returns undefined if there are no predecessors.
  idsIn(changes) {
    const ids = {};
    for (const text of changes.flatMap((change) => this.#texts(change))) {
      for (const [, , , number] of text.matchAll(LISTED)) {
        const id = this.sheet.rows[number - 1]?.[ID];
        if (id) ids[Number(number)] = isNew(id) ? null : id;
      }
    }
    return Object.keys(ids).length ? ids : undefined;
  }

  // Whether a change of a cell has to wait, because it refers to a new row that will be saved.
  waits({ column, value }) {
    return this.isFor(column) && [...textOf(value).matchAll(LISTED)].some(([, , , number]) => this.#isToBeSaved(this.sheet.rows[number - 1]?.[ID]));
  }

  // Prepare a call, or null: name its rows by their ids. If the predecessors of an added row refer to new rows, they are
  // saved after these rows.
  prepare(call) {
    call?.changes.forEach((sent, place) => {
      if (sent.do === "add") this.#postpone(call.origins[place][0], sent);
    });
    if (call) call.shown_rows = this.idsIn(call.origins.flat());
  }

  #postpone(addition, sent) {
    const { pending } = this.saving;
    const { row } = addition;
    for (const { column, value } of addition.cells.filter((cell) => this.waits(cell))) {
      const later = { do: "update", row, column, shown: null, value };
      pending.changes.push(later);
      pending.index(later);
      addition.cells = addition.cells.filter((cell) => cell.column !== column);
      sent.cells = sent.cells.filter((cell) => cell.column_id !== column);
      this.sheet.setState(row, column, { kind: "saving" });
    }
  }

  // Whether this is a new row that isn't in Smartsheet yet. A row that could not be added waits for the person.
  #isToBeSaved(id) {
    return id !== undefined && isNew(id) && !this.saving.open.has(cellKey(id, "add"));
  }

  // Give changes that are being restored the numbers that the rows have now. They were stored together with `ids`, which
  // come from idsIn().
  restore(changes, ids = {}) {
    this.restored.push(...changes);
    this.#rewrite(changes, (number) => (number in ids ? this.#numberOf(ids[number]) : number));
  }

  // The rows have another order than `before`, a map from ids to positions. `fresh` are rows that were just read. `done`
  // are the changes that caused this. They have the earlier numbers, because the person saw these.
  #follow({ before, fresh, done }) {
    const ids = [...before.keys()];
    const renumber = (number) => (ids[number - 1] === undefined ? number : this.#numberOf(ids[number - 1]));
    if (ids.every((id, position) => this.#numberOf(id) === position + 1)) return;
    const { undoable, redoable } = this.history;
    this.#rewrite([...done, ...this.restored, ...changesIn(this.saving.parts), ...undoable.flat(), ...redoable.flat()], renumber);
    this.#rewriteCells(new Set(fresh), renumber);
  }

  // The current number of a row; undefined if it isn't in the sheet.
  #numberOf(id) {
    const position = this.sheet.position(this.sheet.idOf(id));
    return position === undefined ? undefined : position + 1;
  }

  // Whether a column has predecessors.
  isFor(columnId, column = this.sheet.column(columnId)) {
    return column?.type === "PREDECESSOR";
  }

  // Write the new numbers into the cells that the grid shows. Smartsheet already did this in the fresh rows, but not in
  // cells that still show what the person typed.
  #rewriteCells(fresh, renumber) {
    const { sheet } = this;
    const states = [];
    for (const { id: columnId } of sheet.columns.filter((column) => this.isFor(column.id))) {
      for (const row of sheet.rows) {
        const state = sheet.state(row[ID], columnId);
        if (fresh.has(row) && !sheet.isOpen(row[ID], columnId)) continue;
        this.#rewriteCell(row, sheet.columnPlaces.get(columnId), renumber);
        if (state?.kind !== "conflict") continue;
        const { saw, now, typed } = state;
        states.push([row[ID], columnId, { ...state, saw: renumbered(saw, renumber), now: renumbered(now, renumber), typed: renumbered(typed, renumber) }]);
      }
    }
    sheet.setStates(states);
  }

  #rewriteCell(row, place, renumber) {
    const cell = row[CELLS][place] ?? null;
    const value = renumbered(valueOf(cell), renumber);
    if (value !== valueOf(cell)) row[CELLS][place] = cellWith(cell, value);
  }

  #rewrite(changes, renumber) {
    for (const change of new Set(changes)) {
      if (this.isFor(change.column)) {
        for (const name of VALUES) if (change[name]) change[name] = renumbered(change[name], renumber);
        if (change.latest) change.latest = cellWith(change.latest, renumbered(valueOf(change.latest), renumber));
      }
      if (change.cells) change.cells = change.cells.map((cell) => (this.isFor(cell.column) ? { ...cell, value: renumbered(cell.value, renumber) } : cell));
      change.columns?.forEach((column, place) => {
        if (this.isFor(column.id, column)) for (const row of change.family) this.#rewriteCell(row, place, renumber);
      });
    }
  }

  #texts({ column, cells = [], ...values }) {
    const own = this.isFor(column) ? VALUES.map((name) => values[name]) : [];
    return [...own, ...cells.filter((cell) => this.isFor(cell.column)).map(({ value }) => value)].map(textOf);
  }
}

function renumbered(value, renumber) {
  if (typeof value !== "string") return value;
  return value.replace(LISTED, (whole, start, space, number, rest) => {
    const now = renumber(Number(number));
    return start + space + (now === undefined ? LOST : now + rest);
  });
}
