// Empties cells. Asks first if there are many.

import { plural } from "./elements.js";

const MOST_CLEARED = 500; // cells that are cleared without a question

// Empty the cells of these rows in these columns. Rows and columns that no longer exist are left out.
export async function clear(grid, why, { rowIds, columnIds }) {
  const { sheet } = grid;
  const rows = rowIds.map((id) => sheet.idOf(id)).filter((id) => sheet.row(id));
  const columns = columnIds.filter((id) => sheet.column(id));
  const isReadOnly = (row, column) => sheet.whyReadOnly(sheet.row(row), sheet.column(column)) !== "";
  const isOne = rows.length * columns.length === 1;
  const changes = rows.flatMap((row) =>
    columns
      .filter((column) => isOne || sheet.value(row, column) !== null || !isReadOnly(row, column))
      .map((column) => ({ do: "update", row, column, shown: sheet.value(row, column), value: sheet.column(column).type === "CHECKBOX" ? false : null })),
  );
  const held = changes.filter(({ row, column }) => (sheet.value(row, column) || null) !== null && !isReadOnly(row, column));
  if (held.length > MOST_CLEARED && !(await wantsClear(grid, held.length))) return;
  grid.apply(changes, why);
}

function wantsClear(grid, count) {
  return grid.confirm({
    title: `Clear ${plural(count, "cell")}?`,
    lines: ["Their content is deleted from the sheet. Undo (Ctrl+Z) brings back the content of cells that no one has changed since then."],
    yes: `Clear ${plural(count, "cell")}`,
    no: "Keep them",
    isDangerous: true,
  });
}
