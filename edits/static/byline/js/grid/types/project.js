// Handles DURATION and PREDECESSOR columns of a project plan, such as 1w 2d and 3FS +2d, 5. Units are always English.

import { RowNumbers } from "../row-numbers.js";
import { Refused, oneText, parsed, readOnly } from "./base.js";

const UNITS = ["w", "d", "h", "m", "s", "ms"];
const AMOUNT = "(?:[0-9]{1,6}(?:\\.[0-9]{1,6})?|\\.[0-9]{1,6})";
const PART = `(${AMOUNT})\\s*(ms|[wdhms])\\s*`;
const DURATION = new RegExp(`^(e)?\\s*(?:((?:${PART})+)|(${AMOUNT}))$`, "i");
const ONE = /^([0-9]{1,6})\s*(FS|SS|FF|SF)?\s*(?:([+\-−])\s*(\S.*))?$/i;
const DECIMAL_LAG = /([+\-−][^,;\n]*[0-9]),([0-9])/g; // in 3FS +2,5d, the comma isn't a separator
const LOST = "#REF";

export const duration = {
  ...readOnly,

  parse(column, typed, cell, locale) {
    const text = oneText(typed).trim();
    if (!text) return parsed(null);
    const found = readDuration(text.replaceAll(locale.decimal, "."));
    if (found) return parsed(found);
    const why = `“${text}” isn't a duration such as 5d, 1w 2d, 4h or e5d.`;
    if (column.is_validated) throw new Refused(why);
    return parsed(text, `${why} It would be saved as text.`);
  },
};

// Only the server checks whether rows with these numbers exist.
export const predecessor = {
  ...readOnly,

  attach({ sheet, saving, history }) {
    saving.rowNumbers ??= new RowNumbers({ sheet, saving, history });
  },

  parse(column, typed, cell, locale) {
    const whole = oneText(typed);
    const text = locale.decimal === "," ? whole.replace(DECIMAL_LAG, "$1.$2") : whole;
    const found = text.split(/[;,\n]/).filter((one) => one.trim()).map(readPredecessor);
    const numbers = found.map(({ number }) => number);
    const twice = numbers.find((number, place) => numbers.indexOf(number) !== place);
    if (twice !== undefined) throw new Refused(`Row ${twice} is in the list twice.`);
    return parsed(found.map(({ words }) => words).join(", ") || null);
  },
};

// Returns a duration as Smartsheet writes it; null if the text isn't one. A number alone means days.
function readDuration(text) {
  const match = DURATION.exec(text.trim());
  if (!match) return null;
  const [, elapsed, parts, , , days] = match;
  const found = days ? [["", days, "d"]] : [...parts.matchAll(new RegExp(PART, "gi"))];
  const amounts = new Map(found.map(([, amount, unit]) => [unit.toLowerCase(), plain(amount)]));
  if (amounts.size < found.length) return null;
  const words = UNITS.filter((unit) => amounts.has(unit)).map((unit) => amounts.get(unit) + unit);
  return (elapsed ? "e" : "") + words.join(" ");
}

function readPredecessor(text) {
  const one = text.trim();
  if (one.toUpperCase() === LOST) throw new Refused(`${LOST} stands for a row that isn't in the sheet. Remove it from the list.`);
  const match = ONE.exec(one);
  const lag = match?.[4] ? readDuration(match[4]) : "";
  if (!match || lag === null) throw new Refused(`“${one}” isn't a predecessor such as 3, 3SS or 3FS +2d.`);
  const number = Number(match[1]);
  const kind = (match[2] ?? "FS").toUpperCase();
  if (!/[1-9]/.test(lag)) return { number, words: `${number}${kind === "FS" ? "" : kind}` };
  return { number, words: `${number}${kind} ${match[3] === "+" ? "+" : "-"}${lag}` };
}

// Returns a number without leading zeros, and without trailing zeros after the decimal point.
const plain = (amount) => {
  const [whole, decimals = ""] = amount.split(".");
  const rest = decimals.replace(/0+$/, "");
  return (whole.replace(/^0+(?=.)/, "") || "0") + (rest ? `.${rest}` : "");
};
