// Handles CHECKBOX columns. A cell is checked or not, or has a text. An empty cell counts as not checked.

import { valueOf } from "../cells.js";
import { Refused, oneText, parsed, readOnly, shownText } from "./base.js";

const MEANINGS = new Map(Object.entries({ true: true, on: true, 1: true, false: false, off: false, 0: false, "": false }));

export const checkbox = {
  ...readOnly,

  shown(column, cell) {
    const value = valueOf(cell);
    return typeof value === "boolean" ? (value ? "✓" : "") : shownText(cell);
  },

  parse(column, typed) {
    const meaning = MEANINGS.get(oneText(typed).trim().toLowerCase());
    if (meaning === undefined) throw new Refused("Choose checked or not checked.");
    return parsed(meaning);
  },
};
