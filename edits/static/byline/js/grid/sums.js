// Says how large the selected range is, and what its numbers add up to.

import { valueOf } from "./cells.js";
import { plural } from "./elements.js";
import { CELLS } from "./tree.js";
import { typeOf } from "./types/index.js";

const MOST_SUMMED = 200_000; // cells

// Returns the size of the selected range and the sum of its numbers, as one text; "" for one cell.
export function sum({ view, selection, sheet }) {
  const { top, bottom, left, right } = selection.range;
  const height = bottom - top + 1;
  const width = right - left + 1;
  if (height * width <= 1 || !view.rowCount) return "";
  const size = `${plural(height, "row")} × ${plural(width, "column")}`;
  if (height * width > MOST_SUMMED) return size;
  const numbers = [];
  const places = view.columns.slice(left, right + 1).map((column) => column.place);
  for (let index = top; index <= bottom; index++) {
    const cells = view.row(index)[CELLS];
    for (const place of places) {
      const value = valueOf(cells[place]);
      if (typeof value === "number") numbers.push(value);
    }
  }
  if (numbers.length < 2) return size;
  const total = Number(numbers.reduce((before, one) => before + one, 0).toPrecision(12));
  const column = { type: "TEXT_NUMBER", options: [], contacts: [] };
  return `${size} · sum ${typeOf(column).shown(column, total, sheet.locale)}`;
}
