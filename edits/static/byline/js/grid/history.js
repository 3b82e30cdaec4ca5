// Records what the person does, for undoing and redoing it.

import { ID, PARENT } from "./tree.js";

const DEEPEST = 200;

export class History {
  constructor(sheet) {
    this.sheet = sheet;
    this.undoable = [];
    this.redoable = [];
    sheet.addEventListener("changed", ({ detail }) => {
      if (detail.why === "undo" || detail.why === "redo") return;
      this.undoable.push(detail.changes);
      if (this.undoable.length > DEEPEST) this.undoable.shift();
      this.redoable = [];
    });
    sheet.addEventListener("renamed", ({ detail }) => this.rename(detail));
  }

  // A row got another id. `more` are changes that aren't recorded at the moment.
  rename({ from, to }, more = []) {
    for (const changes of [...this.undoable, ...this.redoable, ...more]) {
      for (const change of changes) {
        if (change.row === from) change.row = to;
        for (const row of change.family ?? []) {
          if (row[ID] === from) row[ID] = to;
          if (row[PARENT] === from) row[PARENT] = to;
        }
        for (const place of [change.place, change.from]) {
          if (place?.sibling_id === from) place.sibling_id = to;
          if (place?.parent_id === from) place.parent_id = to;
        }
      }
    }
  }
}
