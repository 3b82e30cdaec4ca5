// Fills cells by repeating the values of other cells. People use the handle at the corner of the selection, or Ctrl+D.

import { carried, contentOf } from "./carrying.js";
import { ID } from "./tree.js";

// Returns the changes that fill the range `to` by repeating the cells of the range `from`. Both ranges are in the view
// and have the same first cell.
export function fillChanges({ view, sheet }, from, to) {
  const changes = [];
  const height = from.bottom - from.top + 1;
  const width = from.right - from.left + 1;
  for (let row = to.top; row <= to.bottom; row++) {
    const position = view.rows[from.top + ((row - from.top) % height)];
    for (let column = to.left; column <= to.right; column++) {
      if (row <= from.bottom && column <= from.right) continue;
      const given = view.columns[from.left + ((column - from.left) % width)];
      const taken = view.columns[column];
      if (given.place < 0 || taken.place < 0) continue;
      const content = contentOf(sheet, position, given.place);
      changes.push({ do: "update", row: view.row(row)[ID], column: taken.id, shown: sheet.value(view.row(row)[ID], taken.id), ...carried(sheet, content, taken.id) });
    }
  }
  return changes;
}

// Fill the selected rows with the values of the first selected row.
export function fillDown(grid) {
  const range = grid.selection.range;
  if (range.bottom > range.top) grid.applyUnlessDoubtful(fillChanges(grid, { ...range, bottom: range.top }, range), "fill");
}
