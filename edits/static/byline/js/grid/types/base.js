// Values and functions with which all column types show, edit and parse cells.

import { detailsOf, textOf, valueOf } from "../cells.js";

const LONGEST_TEXT = 4000; // the most characters of a text; Smartsheet silently cuts off longer texts

// The column can't have the typed text. The message is a sentence for the person.
export class Refused extends Error {}

// Returns a value to write. `doubt` is a sentence if the person perhaps means something else, otherwise "".
export const parsed = (value, doubt = "") => ({ value, doubt });

// Returns the typed text with \n as line ends. Raises Refused if no cell can have this text.
export function oneText(typed) {
  const text = textOf(typed);
  if (text.includes("\0")) throw new Refused("Null characters are not allowed.");
  if (text.length > LONGEST_TEXT) {
    throw new Refused(`Use at most ${LONGEST_TEXT.toLocaleString("en")} characters: this has ${text.length.toLocaleString("en")}.`);
  }
  return text;
}

// Returns the text of a cell, for types without their own format.
export function shownText(cell) {
  const value = valueOf(cell);
  return detailsOf(cell).display || (Array.isArray(value) ? value.join(", ") : textOf(value));
}

// The type of columns that this app doesn't change.
export const readOnly = {
  shown: (column, cell) => shownText(cell),
  typed: (column, cell) => textOf(valueOf(cell)),
  parse() {
    throw new Refused("You can only change cells of this kind in Smartsheet itself.");
  },
};
