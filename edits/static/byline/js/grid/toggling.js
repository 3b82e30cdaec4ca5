// Checks and unchecks boxes, collapses and expands rows, and selects whole rows and all cells.

import { ID, PARENT } from "./tree.js";

// Toggle the focused check box, and set the other selected check boxes to the same value.
export function toggleBoxes(grid) {
  const { sheet, selection } = grid;
  const isOn = sheet.value(selection.focus.row, selection.focus.column) === true;
  const boxes = selection.columnIds.filter((id) => sheet.column(id)?.type === "CHECKBOX");
  const changes = selection.rowIds.flatMap((row) => boxes.map((column) => ({ do: "update", row, column, value: !isOn })));
  grid.apply(changes, "edit");
}

// Extend the selection to whole rows.
export function selectRows({ selection, view }) {
  const { top, bottom } = selection.range;
  selection.select(top, 0, bottom, view.columns.length - 1);
}

export function selectAll({ selection, view }) {
  selection.select(0, 1, view.rowCount - 1, view.columns.length - 1);
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

export function collapseAll({ sheet, view }, isCollapsed) {
  const parents = sheet.rows.filter((row, position) => sheet.hasChildren(position));
  view.setCollapsed(parents.map((row) => row[ID]), isCollapsed);
}
