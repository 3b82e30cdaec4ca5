// Handles PICKLIST columns. A cell has one of the column's options or symbols. If the column isn't restricted, a cell
// can also have any other text or number.

import { valueOf } from "../cells.js";
import { exact, read, shown } from "../numbers.js";
import { Refused, oneText, parsed, readOnly, shownText } from "./base.js";

export const noOption = (text) => `“${text}” is not among the options of this column.`;

export const picklist = {
  ...readOnly,
  shown: (column, cell, locale) => shown(shownText(cell), valueOf(cell), locale),

  parse(column, typed, cell, locale) {
    const text = oneText(typed);
    if (text === "" || column.options.includes(text)) return parsed(text || null);
    if (column.is_validated) throw new Refused(noOption(text));
    const written = read(text, locale);
    const number = written?.isPlain ? exact(written.number) : null;
    return parsed(number ?? text);
  },
};
