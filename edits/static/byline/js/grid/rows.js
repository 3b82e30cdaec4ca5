// Adds, deletes, indents and moves the selected rows.

import { confirm } from "./dialogs.js";
import { plural } from "./elements.js";
import { ID, PARENT } from "./tree.js";

const MOST_LISTED = 12;

// Add as many rows as are selected. `where` is "above" or "below" the selected rows, or "child" for a child row of the
// focused row.
export function addRows(grid, where) {
  const { view, selection, sheet } = grid;
  const ids = selection.rowIds;
  const count = ids.length || 1;
  const changes = [];
  let near = where === "above" ? ids[0] : ids.at(-1);
  const place = () => {
    if (near === undefined) return { where: "bottom" };
    return where === "child" ? { parent_id: selection.focus.row, where: "top" } : { sibling_id: near, where };
  };
  const column = selection.at.column;
  for (let row = 0; row < (where === "child" ? 1 : count); row++) changes.push({ do: "add", place: place(), cells: [] });
  const { done } = grid.apply(changes, "add");
  if (!done.length) return;
  near = done[0].row;
  view.reveal(near);
  const index = view.indexOf(near);
  if (index >= 0) grid.go(index, column || 1);
  else {
    const text = `${plural(done.length, "row")} added: row ${sheet.position(near) + 1}, which the filter hides.`;
    grid.use("report", () => grid.status.tell(text, "", null, text)); // replaces the report that apply() shows
  }
}

// Delete the selected rows, after showing the person which rows are deleted with them.
export async function deleteRows(grid) {
  const { sheet, selection } = grid;
  const tops = topmost(grid);
  if (!tops.length) return;
  if (sheet.whyNot.delete) {
    grid.status.tell(sheet.whyNot.delete);
    return;
  }
  const all = families(sheet, tops);
  const listed = all.slice(0, MOST_LISTED).map((id) => `Row ${sheet.position(id) + 1}: ${sheet.label(sheet.position(id))}`);
  const more = all.length > MOST_LISTED ? [`And ${plural(all.length - MOST_LISTED, "more row")}.`] : [];
  const others = all.length > selection.rowIds.length ? ["This includes all child rows, at every level."] : [];
  const isOne = all.length === 1;
  const lost = `Comments and attachments are lost. Undo (Ctrl+Z) restores the ${isOne ? "row" : "rows"} without them.`;
  const isSure = await confirm(grid.host, {
    title: `Delete ${plural(all.length, "row")}?`,
    lines: [...others, ...listed, ...more, lost],
    yes: `Delete ${plural(all.length, "row")}`,
    no: isOne ? "Keep it" : "Keep them",
    isDangerous: true,
  });
  if (!isSure) return;
  const now = (ids) => ids.map((id) => sheet.idOf(id));
  if (families(sheet, now(tops)).join() !== now(all).join()) {
    grid.status.tell("Nothing was deleted: someone else has just added, deleted or moved some of these rows.");
    return;
  }
  grid.apply(tops.map((row) => ({ do: "delete", row })), "delete");
}

// The ids of these rows and of all their child rows, at every level.
function families(sheet, ids) {
  return ids.flatMap((id) => {
    const position = sheet.position(id);
    if (position === undefined) return [];
    return sheet.rows.slice(position, position + sheet.countBeneath(position) + 1).map((row) => row[ID]);
  });
}

// Indent the selected rows, so that they become child rows of a row above them.
export function indent(grid) {
  const { sheet } = grid;
  const [first] = topmost(grid);
  const position = sheet.position(first);
  let above = position - 1;
  while (above >= 0 && sheet.levels[above] > sheet.levels[position]) above--;
  if (position === undefined || above < 0 || sheet.levels[above] < sheet.levels[position]) {
    grid.status.tell("There is no row above this row to indent it under.");
    return;
  }
  const parent_id = sheet.rows[above][ID];
  grid.view.setCollapsed([parent_id], false);
  move(grid, topmost(grid), () => ({ parent_id, where: "bottom" }));
}

// Outdent the selected rows to the level of their parent row.
export function outdent(grid) {
  const { sheet } = grid;
  const rows = topmost(grid).filter((id) => sheet.row(id)[PARENT] !== null);
  if (!rows.length) {
    grid.status.tell("The row is already at the top level.");
    return;
  }
  move(grid, rows.reverse(), (id) => ({ sibling_id: sheet.row(id)[PARENT], where: "below" }));
}

// Move the selected rows past the row before them (`step` is -1) or after them (`step` is 1).
export function moveRows(grid, step) {
  const { sheet } = grid;
  const rows = topmost(grid);
  const edge = sheet.position(step < 0 ? rows[0] : rows.at(-1));
  if (edge === undefined) return;
  const level = sheet.levels[edge];
  let near = step < 0 ? edge - 1 : edge + sheet.countBeneath(edge) + 1;
  while (step < 0 && near >= 0 && sheet.levels[near] > level) near--;
  if (near < 0 || near >= sheet.rows.length || sheet.levels[near] !== level) {
    grid.status.tell(step < 0 ? "There is no row before this row." : "There is no row after this row.");
    return;
  }
  const sibling_id = sheet.rows[near][ID];
  move(grid, step < 0 ? rows : rows.reverse(), () => ({ sibling_id, where: step < 0 ? "above" : "below" }));
}

function move(grid, rows, place) {
  grid.apply(rows.map((row) => ({ do: "move", row, place: place(row) })), "move");
  const at = grid.selection.at;
  grid.painter.reveal(at.row, at.column);
  grid.painter.focus();
}

// The selected rows, without child rows of another selected row.
function topmost({ sheet, selection }) {
  const ids = new Set(selection.rowIds);
  return [...ids].filter((id) => {
    for (let parent = sheet.row(id)[PARENT]; parent !== null; parent = sheet.row(parent)?.[PARENT] ?? null) {
      if (ids.has(parent)) return false;
    }
    return true;
  });
}
