// The model of a sheet. It has the columns, the rows, and the state of each cell. A person's changes are made only with
// `apply`.
//
// Events, each with a `detail`:
//   changed   { changes, why }   after apply(): what was done, for saving, undoing and rendering
//   states    { cells }          after setState() and setStates(): [[rowId, columnId], …]
//   merged    { cells, isMoved } after merge() and append(). `cells` were changed by others. `isMoved` says whether rows were
//             added, deleted or moved. After append(), `added` has the added rows. After merge(), `kept` has the cells
//             that still show what the person typed, as [[rowId, columnId, cell], …] with Smartsheet's cells
//   outlined  { before, fresh, done }   the rows perhaps have other positions than in the map `before`. `fresh` are rows
//             that were just read. `done` are the person's changes that did this
//   renamed   { from, to }       a new row got its id from Smartsheet
//   columns   {}                 the columns have changed

import { cellWith, detailsOf, isSame, isSameLink, valueOf } from "./cells.js";
import { shareTexts } from "./sharing.js";
import { CELLS, ID, LOCKED, NUMBER, PARENT, familyEnd, outline, placeOf, spot } from "./tree.js";
import { Refused, typeOf } from "./types/index.js";

const BY_PREDECESSORS = "=CALCSTART("; // the formula that Smartsheet reports for the start of a row with predecessors
const CHANGED_SINCE = "The cell no longer has the value that the earlier change wrote.";
const FROM_CHILDREN = "Smartsheet calculates this cell from the child rows.";
const FROM_PREDECESSORS = "Smartsheet calculates this date from the row's predecessors. Change the predecessors instead.";
const COPIED_ERROR = "The copied cell has an error instead of a value, so nothing was written.";
const GONE = "This row or column no longer exists.";
const INTO_ITSELF = "A row can't be its own child row.";

const NOWHERE = { levels: [], positions: new Map() }; // for places such as the bottom, which depend on no other row

// States in which a cell shows what the person typed. A merge doesn't change such cells.
const OPEN = new Set(["saving", "refused", "conflict", "unknown"]);

export class Sheet extends EventTarget {
  // `answer` is the API's answer to readSheet. append() adds further rows.
  constructor(answer, locale) {
    super();
    this.locale = locale;
    this.id = answer.id;
    this.states = new Map(); // for each row, a map from column ids to states
    this.savedIds = new Map(); // the ids that new rows got from Smartsheet, by their local ids
    this.setColumns(answer);
    this.rows = [];
    this.append(answer.rows);
    this.news = 0;
  }

  setColumns(answer) {
    this.name = answer.name;
    this.whyNot = answer.why_not;
    this.columns = answer.columns;
    this.columnPlaces = new Map(answer.columns.map((column, place) => [column.id, place]));
    this.primary = Math.max(0, answer.columns.findIndex((column) => column.is_primary));
    const people = new Map();
    for (const { contacts } of answer.columns) {
      for (const one of contacts) if (one.email && one.name) people.set(one.email, one);
    }
    this.people = [...people.values()];
    this.#tell("columns", {});
  }

  // Use the sheet's current name, which someone may have changed in Smartsheet.
  setName(name) {
    if (name === this.name) return;
    this.name = name;
    this.#tell("named", {});
  }

  // Replace the columns if they have changed. The cells of each row get the order of the new columns.
  replaceColumns(answer) {
    if (JSON.stringify(answer.columns) === JSON.stringify(this.columns)) return;
    const before = this.columnPlaces;
    for (const row of this.rows) {
      const cells = row[CELLS];
      row[CELLS] = answer.columns.map(({ id }) => (before.has(id) ? cells[before.get(id)] : null));
    }
    this.setColumns(answer);
  }

  // Add rows at the end, as they arrive. Rows that are already here stay as they are.
  append(rows) {
    const added = rows.filter((row) => !this.positions?.has(row[ID]));
    shareTexts(added, this.columns);
    this.rows = this.rows.concat(added);
    this.#outline();
    this.#tell("merged", { cells: [], isMoved: true, added });
  }

  // The position of a row; undefined if it doesn't exist.
  position(rowId) {
    return this.positions.get(rowId);
  }

  row(rowId) {
    return this.rows[this.positions.get(rowId)];
  }

  column(columnId) {
    return this.columns[this.columnPlaces.get(columnId)];
  }

  cell(rowId, columnId) {
    return this.row(rowId)?.[CELLS][this.columnPlaces.get(columnId)] ?? null;
  }

  value(rowId, columnId) {
    return valueOf(this.cell(rowId, columnId));
  }

  // The text that the grid shows in the row at a position, in the column at a place.
  shown(position, place) {
    const column = this.columns[place];
    return typeOf(column).shown(column, this.rows[position][CELLS][place] ?? null, this.locale, this.people);
  }

  // The text that an editor of the cell starts with.
  typed(rowId, columnId) {
    const column = this.column(columnId);
    return typeOf(column).typed(column, this.cell(rowId, columnId), this.locale, this.people);
  }

  // Returns the label of a row, which is the text of its primary cell, or "Row 14" if that cell is empty.
  label(position) {
    return this.shown(position, this.primary).trim() || `Row ${position + 1}`;
  }

  // Returns the number of child rows of the row at a position, at every level.
  countBeneath(position) {
    return familyEnd(this.levels, position) - position - 1;
  }

  hasChildren(position) {
    return this.levels[position + 1] > this.levels[position];
  }

  // Returns a sentence that says why the person can't change a cell; "" if they can.
  whyReadOnly(row, column) {
    const { formula, is_link, is_image } = detailsOf(row[CELLS][this.columnPlaces.get(column.id)] ?? null);
    if (this.whyNot.change) return this.whyNot.change;
    if (column.why_read_only) return column.why_read_only;
    if (column.type === "ABSTRACT_DATETIME" && formula?.startsWith(BY_PREDECESSORS)) return FROM_PREDECESSORS;
    if (formula) return `A formula calculates this cell: ${formula}`;
    if (row[LOCKED]) return "This row is locked: only admins of the sheet can change it.";
    if (is_link) return "This cell gets its value from a cell of another sheet.";
    if (is_image) return "This cell has a picture, which you can only change in Smartsheet itself.";
    if (column.is_rolled_up && this.hasChildren(this.position(row[ID]))) return FROM_CHILDREN;
    return "";
  }

  // Apply those of a person's changes that are possible. `why` is what the person did: "edit", "paste", "fill",
  // "clear", "cut", "undo", "redo", "add", "delete" or "move". A change is one of
  //
  //   { do: "update", row, column, text }      The column's type parses the text. `shown` is what the person saw when
  //                                            they began to type, in case others have changed the cell since.
  //   { do: "update", row, column, value }     The value has the API's form. With `expected`, the cell is changed only
  //                                            if it has that value. With `hyperlink`, it gets this link; null removes
  //                                            the link.
  //   { do: "add", place, cells, id }          `cells` are [{ column, text or value }]. `id` is given for a redo. With
  //                                            `restores`, it stands for the deleted row with this id.
  //   { do: "delete", row }                    All child rows are deleted too, at every level.
  //   { do: "move", row, place }               `place` is the API's { parent_id, sibling_id, where }.
  //
  // Returns { done, refused }. `done` are the changes as saving and undoing need them. `refused` are
  // [{ row, column, text, why }]; each `why` is a sentence.
  apply(changes, why) {
    const report = { done: [], refused: [] };
    for (const change of changes) {
      if (change.row) change.row = this.idOf(change.row); // a new row may have been saved while a dialog was open
      this.#ways[change.do](change, report);
    }
    if (report.done.some((change) => change.do !== "update")) this.#outline([], report.done);
    if (report.done.length) this.#tell("changed", { changes: report.done, why });
    return report;
  }

  // Returns the id that a row has now.
  idOf(rowId) {
    return this.savedIds.get(rowId) ?? rowId;
  }

  // Returns an id for a new row.
  newId() {
    return `new-${++this.news}`;
  }

  // Set the state of a changed cell to null, or to { kind, … }. The kinds are "saving", "saved", "refused" (with why),
  // "conflict" (with saw, now, by, at, typed), "unknown" (with why) and "changed" (with by, at) for someone else's
  // change. Each cell needs its own object: painting.js describes a cell again only if the state is another object.
  setState(rowId, columnId, state) {
    this.setStates([[rowId, columnId, state]]);
  }

  // Set the states of several cells, as [rowId, columnId, state].
  setStates(cells) {
    for (const [rowId, columnId, state] of cells) {
      const ofRow = this.states.get(rowId) ?? new Map();
      if (state) this.states.set(rowId, ofRow.set(columnId, state));
      else if (ofRow.delete(columnId) && !ofRow.size) this.states.delete(rowId);
    }
    if (cells.length) this.#tell("states", { cells });
  }

  state(rowId, columnId) {
    return this.states.get(rowId)?.get(columnId);
  }

  // Whether a cell shows what the person typed.
  isOpen(rowId, columnId) {
    return OPEN.has(this.state(rowId, columnId)?.kind);
  }

  // Set a cell to Smartsheet's value, after the cell was saved, or if the person keeps someone else's value.
  setCell(rowId, columnId, cell) {
    const row = this.row(rowId);
    if (!row) return;
    row[CELLS][this.columnPlaces.get(columnId)] = cell;
    this.#tell("states", { cells: [[rowId, columnId]] });
  }

  // Apply changes by others. `rows` are the API's rows that are new or perhaps changed. `sorted(rows)` returns all rows in
  // their new order; without it, the order stays. Cells with an open state keep what the person typed.
  merge(rows, deletedIds = [], sorted = (all) => all) {
    const gone = new Set(deletedIds);
    const cells = [];
    const kept = [];
    let isMoved = gone.size > 0;
    const added = [];
    for (const row of rows) {
      const old = this.row(row[ID]);
      if (!old) {
        added.push(row);
        isMoved = true;
        continue;
      }
      isMoved ||= old[PARENT] !== row[PARENT];
      row[CELLS].forEach((cell, place) => {
        const columnId = this.columns[place].id;
        if (this.isOpen(row[ID], columnId)) {
          kept.push([row[ID], columnId, cell]);
          row[CELLS][place] = old[CELLS][place];
        } else if (!isSame(valueOf(old[CELLS][place]), valueOf(cell))) cells.push([row[ID], columnId]);
      });
      this.rows[this.positions.get(row[ID])] = row;
    }
    const before = this.rows.filter((row) => !gone.has(row[ID])).concat(added);
    this.rows = sorted(before);
    isMoved ||= this.rows.some((row, position) => row !== before[position]);
    this.#outline(rows);
    this.#tell("merged", { cells, isMoved, kept });
  }

  // Replace the local id of a new row by the id from Smartsheet. If the row with this id has already been read, it
  // replaces the new row, except the cells that show what the person typed.
  rename(from, to) {
    const row = this.row(from);
    if (!row) return;
    const read = this.row(to);
    this.savedIds.set(from, to);
    row[ID] = to;
    if (read) {
      this.columns.forEach(({ id }, place) => {
        if (this.isOpen(from, id)) read[CELLS][place] = row[CELLS][place];
      });
      this.rows.splice(this.rows.indexOf(row), 1);
    }
    for (const one of this.rows) if (one[PARENT] === from) one[PARENT] = to;
    const states = this.states.get(from);
    this.states.delete(from);
    if (states) this.states.set(to, states);
    this.#outline();
    this.#tell("renamed", { from, to });
    if (read) this.#tell("merged", { cells: [], isMoved: true });
  }

  #ways = {
    update: (change, report) => this.#update(change, report),
    add: (change, report) => this.#add(change, report),
    delete: (change, report) => this.#delete(change, report),
    move: (change, report) => this.#move(change, report),
  };

  #update(change, report) {
    const { row: rowId, column: columnId } = change;
    const row = this.row(rowId);
    const column = this.column(columnId);
    const refuse = (why) => report.refused.push({ row: rowId, column: columnId, text: change.text ?? "", why });
    if (!row || !column) return refuse(GONE);
    const place = this.columnPlaces.get(columnId);
    const cell = row[CELLS][place] ?? null;
    const shown = valueOf(cell);
    const whyNot = this.whyReadOnly(row, column);
    if (whyNot) return this.#isAsIs(change, row, place) ? undefined : refuse(whyNot);
    if ("expected" in change && !isSame(shown, change.expected)) return refuse(CHANGED_SINCE);
    const value = this.#wanted(change, column, cell, refuse);
    if (value === undefined) return undefined;
    const link = linkIn(change, cell, value);
    const { shown: seen = shown } = change;
    const isAsIs = (one) => isSame(one, value) || (one === null && value === false);
    if ((isAsIs(shown) || isAsIs(seen)) && link.hyperlink === undefined) return undefined;
    row[CELLS][place] = this.#cell(column, cell, value, link.hyperlink);
    report.done.push({ do: "update", row: rowId, column: columnId, shown: seen, before: shown, value, ...link });
    return undefined;
  }

  // Whether a change of a read-only cell has the cell's own value, for example because a row is pasted over itself.
  #isAsIs(change, row, place) {
    if (change.text === undefined) return isSame(change.value, valueOf(row[CELLS][place]));
    return change.text === this.shown(this.positions.get(row[ID]), place);
  }

  // Returns the new value in a change; undefined if the change was refused.
  #wanted(change, column, cell, refuse) {
    if (change.error) {
      refuse(`${COPIED_ERROR} ${change.error}`);
      return undefined;
    }
    if (change.text === undefined) return change.value;
    try {
      return (change.read ?? typeOf(column).parse(column, change.text, cell, this.locale, this.people)).value;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refuse(error.message);
      return undefined;
    }
  }

  #cell(column, cell, value, hyperlink) {
    return cellWith(cell, value, typeOf(column).display?.(column, cell, value, this.locale, this.people), hyperlink);
  }

  #add(change, report) {
    const refuse = (why) => report.refused.push({ row: null, column: null, text: "", why });
    if (this.whyNot.add) return refuse(this.whyNot.add);
    const isNear = Boolean(change.place.sibling_id ?? change.place.parent_id);
    const found = spot(change.place, this.rows, isNear ? outline(this.rows) : NOWHERE);
    if (!found) return refuse(GONE);
    const id = change.id ?? this.newId();
    const row = [id, 0, found.parent, false, this.columns.map(() => null), true, null, null];
    const cells = [];
    for (const { column: columnId, ...wanted } of change.cells ?? []) {
      const column = this.column(columnId);
      const refuseCell = (why) => report.refused.push({ row: id, column: columnId, text: wanted.text ?? "", why });
      const whyNot = column ? column.why_read_only : GONE;
      if (whyNot) {
        refuseCell(whyNot);
        continue;
      }
      const value = this.#wanted(wanted, column, null, refuseCell);
      if (value === undefined || value === null) continue;
      const { hyperlink } = linkIn(wanted, null, value);
      row[CELLS][this.columnPlaces.get(columnId)] = this.#cell(column, null, value, hyperlink);
      cells.push({ column: columnId, value, ...(hyperlink ? { hyperlink } : {}) });
    }
    this.rows.splice(found.at, 0, row);
    report.done.push({ do: "add", row: id, place: change.place, cells, restores: change.restores });
    return undefined;
  }

  #delete(change, report) {
    const shape = outline(this.rows);
    const position = shape.positions.get(change.row);
    const refuse = (why) => report.refused.push({ row: change.row, column: null, text: "", why });
    if (position === undefined) return undefined; // the row was already deleted with a parent row
    if (this.whyNot.delete) return refuse(this.whyNot.delete);
    const end = familyEnd(shape.levels, position);
    const family = this.rows.slice(position, end);
    if (family.some((row) => row[LOCKED])) {
      return refuse("This row or a child row is locked, so only admins of the sheet can delete this row.");
    }
    const from = placeOf(position, this.rows, shape.levels);
    this.rows.splice(position, end - position);
    report.done.push({ do: "delete", row: change.row, rows: family.length, family, from, columns: this.columns });
    return undefined;
  }

  #move(change, report) {
    const shape = outline(this.rows);
    const position = shape.positions.get(change.row);
    const refuse = (why) => report.refused.push({ row: change.row, column: null, text: "", why });
    if (position === undefined) return refuse(GONE);
    if (this.whyNot.change) return refuse(this.whyNot.change);
    if (this.rows[position][LOCKED]) return refuse("This row is locked: only admins of the sheet can move it.");
    const found = spot(change.place, this.rows, shape);
    if (!found) return refuse(GONE);
    const end = familyEnd(shape.levels, position);
    const near = shape.positions.get(change.place.sibling_id ?? change.place.parent_id);
    if (near >= position && near < end) return refuse(INTO_ITSELF);
    const from = placeOf(position, this.rows, shape.levels);
    const family = this.rows.splice(position, end - position);
    family[0][PARENT] = found.parent;
    this.rows.splice(found.at > position ? found.at - family.length : found.at, 0, ...family);
    report.done.push({ do: "move", row: change.row, place: change.place, from, ids: family.map((row) => row[ID]) });
    return undefined;
  }

  #outline(fresh = [], done = []) {
    const before = this.positions;
    Object.assign(this, outline(this.rows));
    this.rows.forEach((row, position) => {
      row[NUMBER] = position + 1;
    });
    this.#tell("outlined", { before, fresh, done });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

// Returns the link in a change as { hyperlink, linkBefore } if the change gives the cell another link or none. `hyperlink` is
// undefined if the link stays, or goes with the value.
function linkIn(change, cell, value) {
  const linkBefore = detailsOf(cell).hyperlink ?? null;
  const { hyperlink } = change;
  if (value === null) return linkBefore ? { linkBefore } : {};
  if (hyperlink === undefined || isSameLink(hyperlink, linkBefore)) return {};
  if (hyperlink && (typeof value !== "string" || !value)) return {}; // only a text can be a link
  return { hyperlink, linkBefore };
}
