// Stores changes that aren't sent yet, in the order in which they were made, and combines them into calls. A change has
// the form of Sheet.apply(): { do, row, … }.

import { isSame } from "./cells.js";
import { isNew } from "./tree.js";

const MOST_ROWS = 500; // the most rows of one write to Smartsheet
const MOST_DELETED = 440; // the most rows that one deletion names, because their ids are in its address
// One call deletes at most this many rows, because this app reads them first. If the call deletes a single row with its
// child rows, the number isn't limited.
const MOST_GONE = 1_000;

export class Pending {
  constructor() {
    this.changes = [];
    this.cells = new Map(); // for each row, a map from column ids to the updates of its cells
    this.turns = 0; // numbers the changes, so that changes that are put back get their old order
  }

  get isEmpty() {
    return !this.changes.length;
  }

  // The number of waiting cells and rows.
  get count() {
    return this.changes.length;
  }

  // Add a change. Returns false if the change leaves nothing to save, because the cell is as it was before.
  collect(change) {
    if (change.do === "update") return this.#collectCell(change);
    if (change.do === "delete") this.#collectDeletion(change);
    else this.changes.push({ ...change, turn: ++this.turns });
    return true;
  }

  // `changes` are all changes that the person made with one action. If these changes and the last waiting ones move the
  // same rows, each to a single place, drop the waiting changes. The new moves have the same effect without them.
  dropMovesBefore(changes) {
    if (changes[0].do !== "move") return;
    const last = this.changes.slice(-changes.length);
    const isBlock = (moves) => moves.every(({ do: what, place }) => what === "move" && isSamePlace(place, moves[0].place));
    const rows = new Set(changes.map(({ row }) => row));
    const isSame = last.length === rows.size && last.every(({ row }) => rows.has(row));
    if (isSame && isBlock(changes) && isBlock(last) && !rows.has(nearOf(changes[0].place))) this.changes.splice(-last.length);
  }

  // The waiting update of a cell, or undefined.
  ofCell(row, column) {
    return this.cells.get(row)?.get(column);
  }

  // Make ofCell() find an update.
  index(change) {
    this.cells.set(change.row, (this.cells.get(change.row) ?? new Map()).set(change.column, change));
  }

  #unindex(change) {
    this.cells.get(change.row)?.delete(change.column);
  }

  // Remove and return the update of a cell.
  drop(row, column) {
    const change = this.ofCell(row, column);
    if (change) this.remove(change);
    return change;
  }

  remove(change) {
    this.changes.splice(this.changes.indexOf(change), 1);
    this.#unindex(change);
  }

  // Put back changes that were not carried out, before all other changes. If a cell was changed again since, only the
  // later change is kept.
  putBack(changes) {
    const kept = changes.filter((change) => {
      const later = change.do === "update" ? this.ofCell(change.row, change.column) : undefined;
      if (later) later.shown = change.shown;
      if (later && later.value !== null && later.hyperlink === undefined) later.hyperlink = change.hyperlink;
      return !later;
    });
    kept.sort((one, other) => (one.turn ?? 0) - (other.turn ?? 0)); // in the order in which the person made them
    this.changes = [...kept, ...this.changes];
    for (const change of kept) if (change.do === "update") this.index(change);
    for (const deletion of this.changes.filter((change) => change.do === "delete")) {
      if (this.#absorb(deletion)) this.remove(deletion);
    }
  }

  // If waiting changes restore all rows of a deletion that was not carried out, remove and return these changes.
  // Returns [] if there are no such changes.
  cancel({ ids }) {
    const saved = ids.filter((id) => !isNew(id));
    const found = this.changes.filter((change) => kindOf(change) === "restore" && saved.includes(change.restores));
    if (found.length !== saved.length) return [];
    found.forEach((change) => this.remove(change));
    return found;
  }

  // Remove the first changes that can go in one call, and return them as { key, changes, origins }. `changes` have the
  // API's form. `origins` has, for each of these changes, the changes of this module that it combines. Returns null if
  // nothing can be sent. `uncertain` are sent changes whose outcome isn't known yet. They may have to be sent again, so
  // changes of the same cells and rows wait for them. Otherwise, the earlier change would replace the later one.
  // `rowNumbers` says which changes have to wait for new rows.
  take(uncertain, rowNumbers) {
    const busy = new Set(uncertain.flatMap(namesOf));
    const ready = this.changes.filter((change) => {
      const isWaiting = waitsFor(change, busy) || rowNumbers?.waits(change);
      if (isWaiting && busy.size) namesOf(change).forEach((name) => busy.add(name));
      return !isWaiting;
    });
    if (!ready.length) return null;
    const origins = this.#ways[kindOf(ready[0])](ready);
    const taken = new Set(origins.flat());
    this.changes = this.changes.filter((change) => !taken.has(change));
    for (const change of taken) this.#unindex(change);
    const { place } = ready[0];
    return { key: crypto.randomUUID(), changes: origins.map((changes) => toApi(changes, place)), origins };
  }

  // A new row got its id from Smartsheet.
  rename(from, to) {
    const cells = this.cells.get(from);
    this.cells.delete(from);
    if (cells) this.cells.set(to, cells);
    for (const change of this.changes) renameIn(change, from, to);
  }

  #ways = {
    update: (ready) => this.#updates(ready),
    add: (ready) => this.#placed(ready),
    delete: (ready) => this.#deletions(ready),
    move: (ready) => this.#placed(ready),
    restore: (ready) => this.#restored(ready),
  };

  #collectCell(change) {
    const { row, column, value, hyperlink } = change;
    const before = this.ofCell(row, column);
    const addition = isNew(row) && !before && this.changes.find((one) => kindOf(one) === "add" && one.row === row);
    if (addition) {
      const link = hyperlink === undefined ? addition.cells.find((cell) => cell.column === column)?.hyperlink : hyperlink;
      addition.cells = addition.cells.filter((cell) => cell.column !== column);
      if (value !== null) addition.cells.push({ column, value, ...(link ? { hyperlink: link } : {}) });
      return true;
    }
    if (!before) {
      this.changes.push(change);
      this.index(change);
      return true;
    }
    before.value = value;
    if (value === null) delete before.hyperlink; // without a text, a cell has no link
    else if (hyperlink !== undefined) before.hyperlink = hyperlink;
    const isWaiting = !isSame(before.shown, value) || before.hyperlink !== undefined;
    if (!isWaiting) this.remove(before);
    return isWaiting;
  }

  #collectDeletion({ row, rows, family = [], parent = family[0]?.[2] ?? null, ids = family.map(([id]) => id) }) {
    const deletion = { do: "delete", row, rows, parent, ids };
    if (!this.#absorb(deletion)) this.changes.push(deletion);
  }

  // A deletion also deletes all child rows, at every level. Remove the waiting changes that the deletion makes
  // needless: additions of these rows, deletions of some of these rows, and other changes of rows that aren't saved
  // yet. Returns whether the deleted row itself was waiting to be added. If it was, there is nothing to delete.
  #absorb(deletion) {
    const ids = new Set(deletion.ids);
    let isUnsent = false;
    for (const change of [...this.changes]) {
      const isInside = change !== deletion && ids.has(change.row);
      if (change.do === "add" && isInside) {
        this.remove(change);
        deletion.rows -= 1;
        isUnsent ||= change.row === deletion.row;
      } else if (change !== deletion && change.do === "delete" && ids.has(change.parent)) {
        this.remove(change);
        deletion.rows += change.rows;
        deletion.ids = [...deletion.ids, ...change.ids];
      } else if (isInside && isNew(change.row)) this.remove(change);
    }
    return isUnsent;
  }

  // Collect the updates of up to 500 rows, row by row.
  #updates(ready) {
    const rows = new Map();
    for (const change of ready) {
      const isMore = !rows.has(change.row);
      if (change.do !== "update" || (isMore && rows.size === MOST_ROWS)) break;
      if (isMore) rows.set(change.row, []);
      rows.get(change.row).push(change);
    }
    return [...rows.values()];
  }

  // Collect the first deletions. None of them includes another one (#absorb).
  #deletions(ready) {
    let count = 0;
    const isNext = ({ do: what, rows }, place) => {
      count += rows;
      return what === "delete" && place < MOST_DELETED && (place === 0 || count <= MOST_GONE);
    };
    const end = ready.findIndex((change, place) => !isNext(change, place));
    return ready.slice(0, end < 0 ? ready.length : end).map((change) => [change]);
  }

  // Collect rows that go to the same place, or next to one of the collected rows. Smartsheet puts the rows of one call
  // there in their order. If two rows go directly below the same row, the second one pushes the first one down. So the
  // second one comes first in the call.
  #placed(ready) {
    const [{ do: what, place }] = ready;
    const found = [];
    for (const change of ready) {
      if (change.do !== what || kindOf(change) === "restore" || found.length === MOST_ROWS || found.some((one) => isOneFamily(one, change))) break;
      const beside = found.findIndex(({ row }) => row === change.place.sibling_id);
      if (beside < 0 && !isSamePlace(change.place, place)) break;
      const here = isInFront(place) ? 0 : found.length;
      found.splice(beside < 0 ? here : beside + (change.place.where === "below" ? 1 : 0), 0, change);
    }
    return found.map((change) => [change]);
  }

  // Collect the first rows to restore. This app finds their places and their hierarchy in its log.
  #restored(ready) {
    const end = ready.findIndex((change, place) => kindOf(change) !== "restore" || place === MOST_ROWS);
    return ready.slice(0, end < 0 ? ready.length : end).map((change) => [change]);
  }
}

export const cellKey = (row, column) => `${row} ${column}`;

// Returns the kind of a change in a call. If an added row takes the place of a deleted row that Smartsheet had, the
// change is a "restore": the server adds the row with the values in its log.
const kindOf = ({ do: what, restores }) => (what === "add" && restores && !isNew(restores) ? "restore" : what);

// Replace the local id of a new row by the id from Smartsheet.
function renameIn(change, from, to) {
  if (change.row === from) change.row = to;
  if (change.restores === from) change.restores = to;
  if (change.parent === from) change.parent = to;
  if (change.ids?.includes(from)) change.ids = change.ids.map((id) => (id === from ? to : id));
  if (change.place?.sibling_id === from) change.place = { ...change.place, sibling_id: to };
  if (change.place?.parent_id === from) change.place = { ...change.place, parent_id: to };
}

// Returns the record of another tab. Its new rows get ids that differ from the ids of this tab's new rows.
export function withOwnIds(record) {
  const rename = (change) => {
    const own = (id) => (id && isNew(id) && !id.includes(record.tab) ? `new-${record.tab}-${id.slice(4)}` : id);
    for (const id of [change.row, change.parent, change.place?.sibling_id, change.place?.parent_id, change.restores, ...(change.ids ?? [])]) {
      if (id && own(id) !== id) renameIn(change, id, own(id));
    }
    return change;
  };
  changesIn(record).forEach(rename);
  return record;
}

// Returns all changes of a record, or of a tab.
export function changesIn({ calls, uncertain, waiting, open }) {
  return [...[...calls, ...uncertain].flatMap(({ origins }) => origins.flat()), ...waiting, ...open];
}

// Returns names for what a change affects. If the outcome of a sent change isn't known yet, later changes with one of
// its names have to wait. For a cell, the names are those of the cell and its row. For a row, they are those of the
// row, its child rows, and the row next to which it goes.
function namesOf({ do: what, row, column, restores, place, ids = [] }) {
  if (what === "update") return [cellKey(row, column), cellKey(row, "")];
  return [row, restores, place && (nearOf(place) ?? place.where), ...ids].filter(Boolean);
}

// Whether a change has to wait for changes with the names `busy`, or for the id of its new row.
function waitsFor(change, busy) {
  const { do: what, row, column, ids = [] } = change;
  if (what === "update") return isNew(row) || busy.has(cellKey(row, column));
  return namesOf(change).some((name) => busy.has(name)) || (what === "delete" && [row, ...ids].some((id) => busy.has(cellKey(id, ""))));
}

// If several rows go to this place one after the other: whether each of them comes before the earlier ones.
export const isInFront = ({ where }) => where === "below" || where === "top";

export const nearOf = (place) => place?.sibling_id ?? place?.parent_id;

const isSamePlace = (one, other) => ["where", "sibling_id", "parent_id"].every((name) => (one?.[name] ?? null) === (other?.[name] ?? null));

// Whether two moved rows are the same row, or one is a child row of the other.
const isOneFamily = (one, other) => one.row === other.row || (one.ids ?? []).includes(other.row) || (other.ids ?? []).includes(one.row);

// Returns the changes of one row in the API's form. `place` is the place of all rows that the call adds or moves.
function toApi(changes, place) {
  const [{ row, rows, cells, restores }] = changes;
  const what = kindOf(changes[0]);
  switch (what) {
    case "update":
      return {
        do: what,
        row_id: row,
        cells: changes.map(({ column, shown, value, hyperlink }) => ({ column_id: column, shown, value, hyperlink })),
      };
    case "add":
      return { do: what, place, cells: cells.map(({ column, value, hyperlink }) => ({ column_id: column, value, hyperlink })) };
    case "restore":
      return { do: what, row_id: restores };
    case "delete":
      return { do: what, row_id: row, rows };
    default:
      return { do: what, row_id: row, place };
  }
}
