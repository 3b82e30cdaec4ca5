// Decides what is written if the content of one cell is pasted or filled into another cell.

import { detailsOf, textOf, valueOf } from "./cells.js";
import { CELLS, ID } from "./tree.js";

// Returns the content of a cell as { column, value, hyperlink, text, error }. `position` is the place of the cell's
// row, and `place` that of its column. `text` is what other programs get from the clipboard. `error` says what the
// error of the cell's formula means, if it has one.
export function contentOf(sheet, position, place) {
  const column = sheet.columns[place];
  const cell = sheet.rows[position][CELLS][place];
  const value = valueOf(cell);
  const { hyperlink = null, error = "" } = detailsOf(cell);
  return { column: column.id, value, hyperlink, text: textToCopy(sheet, column, value, position, place), error };
}

// Returns the part of a change that writes content into a column: { value } if the cell can have exactly the same value,
// perhaps with a link, otherwise { text }, which the column's type parses. An error of a formula gives { error }, which is refused.
export function carried(sheet, content, columnId) {
  const { column, value, hyperlink, text, error } = content;
  if (error) return { error };
  if (column === columnId) return { value, hyperlink };
  const [from, to] = [sheet.column(column), sheet.column(columnId)];
  if (from?.type !== to?.type) return { text };
  if (to?.type === "TEXT_NUMBER") return { value, hyperlink }; // not parsed, so that a text such as 5 stays a text
  return { text: Array.isArray(value) ? value.join("\n") : text };
}

function textToCopy(sheet, column, value, position, place) {
  if (column.type === "CHECKBOX") return value === null ? "false" : textOf(value);
  if (column.type === "TEXT_NUMBER" && typeof value === "string") return value; // without an apostrophe
  if (column.type === "TEXT_NUMBER" || column.type === "CONTACT_LIST") return sheet.typed(sheet.rows[position][ID], column.id);
  return sheet.shown(position, place);
}
