// Finds typed and pasted texts that perhaps mean something else than what would be saved.

import { isSame, valueOf } from "./cells.js";
import { Refused, typeOf } from "./types/index.js";

// Parse the texts of changes, before Sheet.apply() gets them. Returns the doubtful ones as [{ of, row, column, text, why }].
// `of` is the change, or the cell of a new row. `why` is a sentence.
export function doubts(sheet, changes) {
  const found = [];
  for (const change of changes) {
    if (change.do === "add") for (const one of change.cells) check(sheet, one, null, found);
    else if (change.do === "update") check(sheet, change, sheet.idOf(change.row), found);
  }
  return found;
}

// Parse one text, and keep the result with it, so that apply() needn't parse it again.
function check(sheet, one, rowId, found) {
  const { column: columnId, text } = one;
  if (text === undefined) return;
  const row = sheet.row(rowId);
  const column = sheet.column(columnId);
  if (!column || (rowId !== null && (!row || sheet.whyReadOnly(row, column)))) return;
  const cell = rowId === null ? null : sheet.cell(rowId, columnId);
  try {
    one.read = typeOf(column).parse(column, text, cell, sheet.locale, sheet.people);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return;
  }
  const { value, doubt: why } = one.read;
  if (why && !isSame(value, valueOf(cell))) found.push({ of: one, row: rowId, column: columnId, text, why });
}
