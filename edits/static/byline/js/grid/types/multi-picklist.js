// Handles MULTI_PICKLIST columns. A cell has any number of the options. Smartsheet's API accepts no other values.

import { Refused, oneText, parsed, readOnly } from "./base.js";
import { noOption } from "./picklist.js";

const MOST_WAYS = 2;
const MOST_STEPS = 10_000; // the most steps of the search for ways to split a line

export const multiPicklist = {
  ...readOnly,

  parse(column, typed) {
    const choices = oneText(typed).split("\n").filter(Boolean);
    const unknown = choices.find((choice) => !column.options.includes(choice));
    if (unknown === undefined) return parsed(choices.length ? [...new Set(choices)] : null);
    // This grid and Smartsheet copy choices as one line with commas. An option itself can contain commas.
    const [inLine, other] = choices.length === 1 ? splits(unknown, column.options) : [];
    if (!inLine) throw new Refused(noOption(unknown));
    return parsed(inLine, other ? `“${unknown}” can be ${listed(inLine)} or ${listed(other)}.` : "");
  },
};

const listed = (options) => options.map((option) => `“${option}”`).join(" and ");

// A line has options with commas between them. It can sometimes be read in several ways, because options can contain
// commas. Returns up to two ways in which no option is repeated. If there is none, options can be repeated, and the
// first way is returned.
function splits(line, options) {
  const parts = line.split(",");
  const known = new Set(options);
  const longest = Math.max(1, ...options.map((option) => option.split(",").length));
  const reach = Array(parts.length + 1).fill(null); // for each start: the end of the first option; null if the rest can't be split
  const optionAt = (start, end) => {
    const text = parts.slice(start, end).join(",").trim();
    return known.has(text) ? text : null;
  };
  const ends = (start) => Array.from({ length: Math.min(longest, parts.length - start) }, (_, count) => start + count + 1);
  reach[parts.length] = parts.length;
  for (let start = parts.length - 1; start >= 0; start--) {
    reach[start] = ends(start).find((end) => reach[end] !== null && optionAt(start, end) !== null) ?? null;
  }
  if (reach[0] === null) return [];
  const found = [];
  let steps = 0;
  const search = (start, chosen) => {
    if (start === parts.length) found.push([...chosen]);
    for (const end of ends(start)) {
      const isMore = found.length < MOST_WAYS && ++steps < MOST_STEPS;
      const option = isMore && reach[end] !== null ? optionAt(start, end) : null;
      if (option !== null && !chosen.has(option)) search(end, new Set([...chosen, option]));
    }
  };
  search(0, new Set());
  if (found.length) return found;
  const first = new Set();
  for (let start = 0; start < parts.length; start = reach[start]) first.add(optionAt(start, reach[start]));
  return [[...first]];
}
