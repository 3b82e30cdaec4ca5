// Checks and unchecks boxes, and collapses and expands rows.

import { PARENT } from "./tree.js";

// Toggle the focused check box, and set the other selected check boxes to the same value.
export function toggleBoxes(grid) {
  const { sheet, selection } = grid;
  const isOn = sheet.value(selection.focus.row, selection.focus.column) === true;
  const boxes = selection.columnIds.filter((id) => sheet.column(id)?.type === "CHECKBOX");
  const changes = selection.rowIds.flatMap((row) => boxes.map((column) => ({ do: "update", row, column, value: !isOn })));
  grid.apply(changes, "edit");
}

// Collapse or expand the focused row. Collapsing a row without child rows collapses its parent row.
export function collapse(grid, isCollapsed) {
  const { row } = grid.selection.focus;
  const position = grid.sheet.position(row);
  if (position === undefined) return;
  if (grid.sheet.hasChildren(position)) grid.view.setCollapsed([row], isCollapsed);
  const parent = grid.sheet.rows[position][PARENT];
  if (!grid.sheet.hasChildren(position) && isCollapsed && parent) {
    grid.view.setCollapsed([parent], true);
    grid.go(grid.view.indexOf(parent), grid.selection.at.column);
  }
}
