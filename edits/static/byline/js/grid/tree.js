// Computes the hierarchy of a sheet's rows. A row is an array, as in the API. A parent row is always above its child
// rows.

export const ID = 0;
export const NUMBER = 1;
export const PARENT = 2;
export const LOCKED = 3;
export const CELLS = 4;
export const EXPANDED = 5;
export const FORMAT = 6;

// Whether a row isn't in Smartsheet yet.
export const isNew = (rowId) => rowId.startsWith("new-");

// Returns the level of each row, counted from 0, and the position of each row by its id.
export function outline(rows) {
  const positions = new Map();
  const levels = new Uint8Array(rows.length);
  for (let position = 0; position < rows.length; position++) {
    const row = rows[position];
    const above = row[PARENT] === null ? undefined : positions.get(row[PARENT]);
    levels[position] = above === undefined ? 0 : levels[above] + 1;
    positions.set(row[ID], position);
  }
  return { levels, positions };
}

// Returns the position after this row's last child row, at every level.
export function familyEnd(levels, position) {
  let end = position + 1;
  while (end < levels.length && levels[end] > levels[position]) end++;
  return end;
}

// Converts a place, as the API has it, to { at, parent }: a position and the parent's id. Null if the place no longer
// exists.
export function spot({ parent_id = null, sibling_id = null, where }, rows, { levels, positions }) {
  const near = sibling_id ?? parent_id;
  const position = near === null ? -1 : positions.get(near);
  if (position === undefined) return null;
  if (sibling_id !== null) {
    return { at: where === "above" ? position : familyEnd(levels, position), parent: rows[position][PARENT] };
  }
  if (where === "top") return { at: position + 1, parent: parent_id };
  return { at: parent_id === null ? rows.length : familyEnd(levels, position), parent: parent_id };
}

// Returns the current place of a row in the API's form, so that the row can be moved back there.
export function placeOf(position, rows, levels) {
  const parent_id = rows[position][PARENT];
  for (let above = position - 1; above >= 0 && levels[above] >= levels[position]; above--) {
    if (levels[above] === levels[position]) return { sibling_id: rows[above][ID], where: "below" };
  }
  return { parent_id, where: "top" };
}
