// Handles ABSTRACT_DATETIME columns. A cell has the start or the end of a project plan's task. People see and type days.

import { cellWith, valueOf } from "../cells.js";
import { dayOf } from "../days.js";
import { parsed, readOnly } from "./base.js";
import { date } from "./date.js";

const DAY_BEGINS = "T08:00:00"; // the time at which Smartsheet lets a task begin on a day; this time isn't shown

export const projectDate = {
  ...readOnly,
  shown: (column, cell, locale) => date.shown(column, byDay(cell), locale),
  typed: (column, cell, locale) => date.typed(column, byDay(cell), locale),

  parse(column, typed, cell, locale) {
    const { value, doubt } = date.parse(column, typed, byDay(cell), locale);
    return parsed(dayOf(value) ? `${value}${DAY_BEGINS}` : value, doubt);
  },
};

// Returns a cell without the time of day.
function byDay(cell) {
  const match = /^(\d{4}-\d{2}-\d{2})T[0-9:.]+$/.exec(valueOf(cell) ?? "");
  return match ? cellWith(cell, match[1]) : cell;
}
