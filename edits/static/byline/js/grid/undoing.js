// Undoes and redoes changes, with ordinary changes in the person's own name. A cell is changed only if it still has the
// value that was written. Smartsheet can't bring back a deleted row. So this app adds a new row with the values and
// formulas that its log has. The log has only rows that were saved. Other rows are added like any new row.

import { detailsOf, isSame, valueOf } from "./cells.js";
import { CELLS, ID, PARENT } from "./tree.js";

const LOST = {
  is_link: "This cell had a link to a cell of another sheet, which you can only make in Smartsheet itself.",
  is_image: "This cell had a picture, which you can only add in Smartsheet itself.",
};

export function undo(grid) {
  show(grid, new Undoing(grid.history).undo(), "undone", "Nothing to undo.");
}

export function redo(grid) {
  show(grid, new Undoing(grid.history).redo(), "redone", "Nothing to redo.");
}

// Show the report, and go to the first cell that was changed.
function show(grid, report, what, nothing) {
  if (!report) grid.status.tell(nothing);
  else grid.status.report(report, what);
  const first = report?.done.at(what === "undone" ? -1 : 0); // undoing goes from the last change to the first
  const index = first ? grid.view.indexOf(first.row) : -1;
  if (index >= 0) grid.go(index, Math.max(1, grid.view.columnIndexOf(first.column)));
}

class Undoing {
  constructor(history) {
    this.history = history;
    this.sheet = history.sheet;
  }

  // undo() and redo() return the report of apply(), or null if there is nothing to undo or redo.
  undo() {
    return this.#step(this.history.undoable, this.history.redoable, "undo");
  }

  redo() {
    return this.#step(this.history.redoable, this.history.undoable, "redo");
  }

  #step(from, to, why) {
    const changes = from.pop();
    if (!changes) return null;
    const stays = [];
    const going = new Set(changes.filter((change) => change.do === "add").map(({ row }) => row));
    const step = { changes, stays, going, coming: new Set() };
    const inverse = [...changes].reverse().flatMap((change) => this.#inverse(change, step));
    const report = this.sheet.apply(inverse, why);
    report.refused.push(...stays);
    if (report.done.length) to.push(report.done);
    return report;
  }

  // A step has the changes that the person made with one action. Returns the changes that undo one change of the step.
  // If this change can't be undone, adds the reason to the step's `stays`. `going` are all rows that undoing deletes,
  // and `coming` those that it adds.
  #inverse(change, step) {
    switch (change.do) {
      case "update": {
        const { row, column, before, value, linkBefore } = change;
        return [{ do: "update", row, column, value: before, expected: this.#expected(row, column, value), hyperlink: linkBefore }];
      }
      case "move":
        return [{ do: "move", row: change.row, place: change.from }];
      case "add":
        if (this.#isAsAdded(change, step.going)) return [{ do: "delete", row: change.row }];
        step.stays.push({ row: change.row, column: null, text: "", why: "The new row was changed since." });
        return [];
      default:
        return this.#addAgain(change, step);
    }
  }

  // Returns the value that a cell must still have. A box that is empty and a box that isn't checked look the same, and
  // Smartsheet can store false where nothing was.
  #expected(row, column, value) {
    const now = this.sheet.value(row, column);
    const isUnchecked = (one) => one === false || (one ?? null) === null;
    return this.sheet.column(column)?.type === "CHECKBOX" && isUnchecked(value) && isUnchecked(now) ? now : value;
  }

  // Whether a new row is still as it was added: its cells are unchanged, and the step deletes all its child rows too.
  #isAsAdded({ row: rowId, cells }, going) {
    const { sheet } = this;
    const position = sheet.position(rowId);
    if (position === undefined) return false;
    const beneath = sheet.rows.slice(position + 1, position + 1 + sheet.countBeneath(position));
    if (beneath.some((row) => !going.has(row[ID]))) return false;
    return sheet.columns.every((column) => {
      const cell = sheet.cell(rowId, column.id);
      if (column.why_read_only || detailsOf(cell).formula) return true; // nobody typed this value
      const added = cells.find((one) => one.column === column.id)?.value ?? null;
      return isSame(valueOf(cell) || null, added || null);
    });
  }

  // Add the rows of a deletion again, where they were. In later steps, the new rows take the place of the deleted ones.
  #addAgain({ family, from, columns }, { changes, stays, coming }) {
    const ids = new Map(family.map((row) => [row[ID], this.sheet.newId()]));
    const last = new Map(); // for each row, the child row that was added last
    const near = from.sibling_id ?? from.parent_id;
    const isHere = !near || coming.has(near) || this.sheet.position(near) !== undefined;
    const additions = family.map((row, number) => {
      const id = ids.get(row[ID]);
      const parent = ids.get(row[PARENT]);
      const above = last.get(parent);
      const beneath = above ? { sibling_id: above, where: "below" } : { parent_id: parent, where: "top" };
      const first = isHere ? from : { where: "bottom" };
      last.set(parent, id);
      const cells = this.#cellsOf(row, columns, id, stays);
      return { do: "add", id, place: number ? beneath : first, cells, restores: row[ID] };
    });
    for (const [from, to] of ids) {
      this.history.rename({ from, to }, [changes]);
      coming.add(to);
    }
    return additions;
  }

  // Returns the cells of a deleted row that a new row can have. Adds the others to `stays`.
  #cellsOf(row, columns, id, stays) {
    return columns.flatMap(({ id: columnId }, place) => {
      const column = this.sheet.column(columnId);
      const cell = row[CELLS][place] ?? null;
      const [value, details] = [valueOf(cell), detailsOf(cell)];
      if (!column || column.why_read_only || value === null) return [];
      const lost = Object.keys(LOST).find((name) => details[name]);
      if (lost) stays.push({ row: id, column: columnId, text: String(value), why: LOST[lost] });
      return lost ? [] : [{ column: columnId, value, hyperlink: details.hyperlink }];
    });
  }
}

// Drop a change that was not made, so that it isn't undone. If the change added a row, drop all changes of this row.
export function forget(history, { do: what = "update", row, column, value, place }) {
  const isIt = (change) => {
    const isThis = change.do === what && change.column === column && isSame(change.value, value);
    return change.row === row && (what === "add" || (isThis && JSON.stringify(change.place) === JSON.stringify(place)));
  };
  const without = (steps) => {
    const last = steps.findLast((changes) => changes.some(isIt));
    const left = (changes) => (what === "add" || changes === last ? changes.filter((change) => !isIt(change)) : changes);
    return steps.map(left).filter(({ length }) => length);
  };
  history.undoable = without(history.undoable);
  history.redoable = without(history.redoable);
}
