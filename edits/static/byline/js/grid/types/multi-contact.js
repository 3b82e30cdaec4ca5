// Handles MULTI_CONTACT_LIST columns. A cell has any number of people, who have e-mail addresses.

import { detailsOf, valueOf } from "../cells.js";
import { oneText, parsed, readOnly, shownText } from "./base.js";
import { ADDRESS, find, keyOf, knownPeople } from "./contact.js";

const NAMED = /([^,()]+) \(([^()]+@[^()]+)\)/g; // Jane Roe (jane@example.com)

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

// Returns the contacts in a text, which has one per line. A line is split at its commas only if each part is an address
// or a known name, because names can have commas too.
function each(text, keys) {
  if (keys.has(text)) return [text];
  return text.split("\n").filter((line) => line.trim()).flatMap((line) => {
    const parts = line.split(/[,;]/).map((part) => part.trim());
    return parts.length > 1 && parts.every((part) => keys.has(part) || ADDRESS.test(part)) ? parts : [line];
  });
}
