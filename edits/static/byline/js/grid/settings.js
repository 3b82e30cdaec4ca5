// Stores how a person has arranged a sheet in this browser: widths, order, hidden and frozen columns, filters, sort,
// and collapsed rows. Filters can contain names and texts of cells, so signing out on purpose removes everything.

export const PREFIX = "byline grid ";

const keyOf = (person, sheetId) => `${PREFIX}${person} ${sheetId}`;

// Returns the stored arrangement; {} if there is none, or if this browser stores nothing.
export function readSettings(person, sheetId) {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(person, sheetId)) ?? "{}");
    return found !== null && typeof found === "object" && !Array.isArray(found) ? found : {};
  } catch {
    return {};
  }
}

export function keepSettings(person, sheetId, settings) {
  try {
    localStorage.setItem(keyOf(person, sheetId), JSON.stringify(settings));
  } catch {
    // this browser stores nothing, so the arrangement ends with the page
  }
}
