// Handles CONTACT_LIST columns. A cell has one person, who has an e-mail address. If the column isn't restricted, a
// person can also have only a name.

import { detailsOf, textOf, valueOf } from "../cells.js";
import { Refused, oneText, parsed, readOnly } from "./base.js";

const WITH_NAME = /^[^<>]*<([^<>]+@[^<>]+)>$/;
// edits/sheets/column_types/contact.py has the same pattern.
export const ADDRESS =
  /^[!#-'*+\-/-9=?A-Z^-~]+(?:\.[!#-'*+\-/-9=?A-Z^-~]+)*@(?:[a-z0-9\u00a1-\uffff](?:-*[a-z0-9\u00a1-\uffff])*\.)+(?![0-9])[a-z0-9\u00a1-\uffff](?:-*[a-z0-9\u00a1-\uffff])+$/i;

export const contact = {
  ...readOnly,

  // Returns the name if it identifies the person, otherwise the address or the cell's text.
  typed(column, cell, locale, people) {
    const key = textOf(valueOf(cell));
    const known = knownPeople(column, cell, people);
    const name = detailsOf(cell).display || known.find((one) => one.email === key)?.name || "";
    const named = known.filter((one) => isCalled(one, name));
    const isClear = named.length === 1 && keyOf(named[0]) === key;
    return name && isClear && !name.includes("@") && name === name.trim() ? name : key;
  },

  parse(column, typed, cell, locale, people) {
    const text = oneText(typed).trim();
    return text ? find(text, column, knownPeople(column, cell, people)) : parsed(null);
  },

  display(column, cell, value, locale, people) {
    const name = knownPeople(column, cell, people).find((one) => one.email === value)?.name ?? "";
    return name === value ? "" : name;
  },
};

// Returns the people who can be entered by name: those of the column and those in the cell. If the column isn't
// restricted, `people` are added.
export function knownPeople(column, cell, people = []) {
  const known = new Map();
  const value = valueOf(cell);
  const held = typeof value === "string" ? [{ email: value, name: detailsOf(cell).display ?? "" }] : [];
  for (const one of [...column.contacts, ...held, ...(column.is_validated ? [] : people)]) {
    const key = keyOf(one);
    if (key && !known.get(key)?.name) known.set(key, one);
  }
  return [...known.values()];
}

export const keyOf = (one) => one.email || one.name;
const isCalled = (one, name) => one.name.toUpperCase() === name.toUpperCase(); // STRASSE is straße

// Returns the key of the contact that a text means. The text is an address or a name. An address never means another
// person who has it as their name. Raises Refused.
export function find(text, column, known) {
  const wanted = WITH_NAME.exec(text)?.[1].trim() ?? text;
  const isAddress = ADDRESS.test(wanted);
  const exact = known.filter((one) => keyOf(one).toLowerCase() === wanted.toLowerCase());
  const found = exact.length || isAddress ? exact : known.filter((one) => isCalled(one, wanted));
  if (found.length > 1) throw new Refused(`Several people are called ${wanted}: enter an e-mail address.`);
  if (found.length) return parsed(keyOf(found[0]));
  if (!isAddress && wanted.includes("@")) throw new Refused(`“${wanted}” is not an e-mail address.`);
  if (column.is_validated) {
    throw new Refused(`“${isAddress ? wanted : text}” is not among the people of this column.`);
  }
  if (isAddress) return parsed(wanted);
  return parsed(text, `No one here is called “${text}”. The cell would have this name without an e-mail address.`);
}
