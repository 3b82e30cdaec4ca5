// Keeps each text that many cells have, such as an option or a person, only once in memory. The browser creates a text
// for each cell when it reads the API's answer.

import { CELLS } from "./tree.js";

const REPEATING = new Set(["PICKLIST", "CONTACT_LIST"]);

// Replace equal texts of these rows by one text.
export function shareTexts(rows, columns) {
  const places = columns.flatMap(({ type }, place) => (REPEATING.has(type) ? [place] : []));
  const texts = new Map();
  const share = (text) => {
    const shared = texts.get(text);
    if (shared === undefined) texts.set(text, text);
    return shared ?? text;
  };
  for (const row of rows) {
    const cells = row[CELLS];
    for (const place of places) {
      const cell = cells[place];
      if (typeof cell === "string") cells[place] = share(cell);
      else if (cell?.display) {
        cell.value = share(cell.value);
        cell.display = share(cell.display);
      }
    }
  }
}
