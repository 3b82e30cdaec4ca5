// Shows, edits and parses the cells of each column type. edits/sheets/column_types/ has the same rules.
// tests/edits/typed_values.json has texts, and the values that both must give for them.
//
//   shown(column, cell, locale, people)         returns the text that the grid shows
//   typed(column, cell, locale, people)         returns the text that an editor starts with, which `parse` reads back
//   parse(column, text, cell, locale, people)   returns { value, doubt }; raises Refused
//   display(column, cell, value, …)             returns the text of a new value until Smartsheet's text arrives
//   attach(grid)                                prepares the grid for columns of this type

import { readOnly } from "./base.js";
import { checkbox } from "./checkbox.js";
import { contact } from "./contact.js";
import { date, moment } from "./date.js";
import { picklist } from "./picklist.js";
import { textNumber } from "./text-number.js";

const TYPES = {
  TEXT_NUMBER: textNumber,
  CHECKBOX: checkbox,
  DATE: date,
  DATETIME: moment,
  PICKLIST: picklist,
  CONTACT_LIST: contact,
};
// Few sheets have these types.
const MORE = {
  MULTI_PICKLIST: async () => (await import("./multi-picklist.js")).multiPicklist,
  MULTI_CONTACT_LIST: async () => (await import("./multi-contact.js")).multiContact,
  ABSTRACT_DATETIME: async () => (await import("./project-date.js")).projectDate,
  DURATION: async () => (await import("./project.js")).duration,
  PREDECESSOR: async () => (await import("./project.js")).predecessor,
};

// Load the types that the columns need. Must be called before the sheet gets these columns.
export async function loadTypes(columns) {
  const missing = columns.map(({ type }) => type).filter((type) => MORE[type] && !TYPES[type]);
  await Promise.all([...new Set(missing)].map(async (type) => (TYPES[type] = await MORE[type]())));
}

export const typeOf = (column) => TYPES[column.type] ?? readOnly;
export { Refused } from "./base.js";
