// Shows, edits and parses the cells of each column type. edits/sheets/column_types/ has the same rules.
// tests/edits/typed_values.json has texts, and the values that both must give for them.
//
//   shown(column, cell, locale, people)         returns the text that the grid shows
//   typed(column, cell, locale, people)         returns the text that an editor starts with, which `parse` reads back
//   parse(column, text, cell, locale, people)   returns { value, doubt }; raises Refused
//   display(column, cell, value, …)             returns the text of a new value until Smartsheet's text arrives

import { readOnly } from "./base.js";
import { checkbox } from "./checkbox.js";
import { contact, multiContact } from "./contact.js";
import { date, moment, projectDate } from "./date.js";
import { multiPicklist, picklist } from "./picklist.js";
import { textNumber } from "./text-number.js";

const TYPES = {
  TEXT_NUMBER: textNumber,
  CHECKBOX: checkbox,
  DATE: date,
  DATETIME: moment,
  ABSTRACT_DATETIME: projectDate,
  PICKLIST: picklist,
  MULTI_PICKLIST: multiPicklist,
  CONTACT_LIST: contact,
  MULTI_CONTACT_LIST: multiContact,
};
const OF_PROJECTS = new Set(["DURATION", "PREDECESSOR"]);

// Load the types of project plans if the sheet is one. Must be called before the sheet gets these columns.
export async function loadTypes(columns) {
  if (TYPES.DURATION || !columns.some(({ type }) => OF_PROJECTS.has(type))) return;
  const { duration, predecessor } = await import("./project.js");
  Object.assign(TYPES, { DURATION: duration, PREDECESSOR: predecessor });
}

export const typeOf = (column) => TYPES[column.type] ?? readOnly;
export { Refused } from "./base.js";
