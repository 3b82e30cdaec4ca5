// Handles CONTACT_LIST and MULTI_CONTACT_LIST columns. A cell has one person, or any number of people. Each has an
// e-mail address. If a CONTACT_LIST column isn't restricted, a person can also have only a name.

import { detailsOf, textOf, valueOf } from "../cells.js";
import { Refused, oneText, parsed, readOnly, shownText } from "./base.js";

const WITH_NAME = /^[^<>]*<([^<>]+@[^<>]+)>$/;
const NAMED = /([^,()]+) \(([^()]+@[^()]+)\)/g; // Jane Roe (jane@example.com)
const ADDRESS = /^[^\s@<>"(),:;[\]\\]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;

export const contact = {
  ...readOnly,

  // Returns the name if it identifies the person, otherwise the address or the cell's text.
  typed(column, cell, locale, people) {
    const key = textOf(valueOf(cell));
    const known = knownPeople(column, cell, people);
    const name = detailsOf(cell).display || known.find((one) => one.email === key)?.name || "";
    const named = known.filter((one) => same(one.name, name));
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

export const multiContact = {
  ...readOnly,

  shown(column, cell, locale, people) {
    const value = valueOf(cell);
    if (!Array.isArray(value)) return shownText(cell);
    const named = [...(detailsOf(cell).display ?? "").matchAll(NAMED)].map(([, name, email]) => ({ name: name.trim(), email }));
    const known = knownPeople(column, cell, [...named, ...people]);
    return value.map((key) => known.find((one) => one.email === key)?.name || key).join(", ");
  },

  parse(column, typed, cell, locale, people) {
    const known = knownPeople(column, cell, people);
    const keys = new Set(known.map(keyOf));
    const found = [];
    const doubts = [];
    for (const text of each(oneText(typed), keys)) {
      const { value, doubt } = keys.has(text) ? parsed(text) : find(text.trim(), column, known);
      found.push(value);
      if (doubt) doubts.push(doubt);
    }
    return parsed(found.length ? [...new Set(found)] : null, doubts.join(" "));
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

const keyOf = (one) => one.email || one.name;
const same = (one, other) => one.toLowerCase() === other.toLowerCase();

// Returns the key of the contact that a text means. The text is an address or a name. Raises Refused.
function find(text, column, known) {
  const wanted = WITH_NAME.exec(text)?.[1].trim() ?? text;
  const exact = known.filter((one) => same(keyOf(one), wanted));
  const found = exact.length ? exact : known.filter((one) => same(one.name, wanted));
  if (found.length > 1) throw new Refused(`Several people are called ${wanted}: enter an e-mail address.`);
  if (found.length) return parsed(keyOf(found[0]));
  const isAddress = ADDRESS.test(wanted);
  if (!isAddress && wanted.includes("@")) throw new Refused(`“${wanted}” is not an e-mail address.`);
  if (column.is_validated) {
    throw new Refused(`“${isAddress ? wanted : text}” is not among the people of this column.`);
  }
  if (isAddress) return parsed(wanted);
  return parsed(text, `No one here is called “${text}”. It would be a name without an e-mail address.`);
}

// Returns the contacts in a text, which has one per line. A line is split at its commas only if each part is an address
// or a known name, because names can have commas too.
function each(text, keys) {
  if (keys.has(text)) return [text];
  return text.split("\n").filter((line) => line.trim()).flatMap((line) => {
    const parts = line.split(/[,;]/).map((part) => part.trim());
    return parts.length > 1 && parts.every((part) => keys.has(part) || ADDRESS.test(part)) ? parts : [line];
  });
}
