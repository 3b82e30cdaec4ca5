// Handles DATE columns. A cell has a day. If the column isn't restricted, Smartsheet also allows text.
// DATETIME columns are read-only, because Smartsheet fills them in.

import { valueOf } from "../cells.js";
import { dayOf, isoDay, readDay, writeDay, writeMoment } from "../days.js";
import { Refused, oneText, parsed, readOnly, shownText } from "./base.js";

const EXAMPLE = { year: 2026, month: 11, day: 30 };
const YEARS = [1900, 2200]; // people must confirm other years, because browsers turn 26 into 0026

export const date = {
  ...readOnly,

  shown(column, cell, locale) {
    const day = dayOf(valueOf(cell));
    return day ? writeDay(day, locale) : shownText(cell);
  },

  typed(column, cell, locale) {
    return this.shown(column, cell, locale);
  },

  parse(column, typed, cell, locale) {
    const text = oneText(typed);
    if (!text.trim()) return parsed(null);
    const day = dayOf(text.trim()) ?? readDay(text, locale);
    if (!day) return asText(column, text, locale);
    const year = String(day.year).padStart(4, "0");
    const meant = day.year < 100 ? ` If you mean ${2000 + day.year}, type all four digits.` : "";
    const isUsual = day.year >= YEARS[0] && day.year < YEARS[1];
    return parsed(isoDay(day), isUsual ? "" : `Is the year ${year} right?${meant}`);
  },
};

export const moment = {
  ...readOnly,
  shown: (column, cell, locale) => writeMoment(String(valueOf(cell) ?? ""), locale) ?? date.shown(column, cell, locale),
};

function asText(column, text, locale) {
  const examples = [...new Set([isoDay(EXAMPLE), writeDay(EXAMPLE, locale)])];
  const noDate = `“${text}” isn't a date such as ${examples.join(" or ")}.`;
  if (column.is_validated) throw new Refused(noDate);
  return parsed(text, `${noDate} It would be saved as text.`);
}
