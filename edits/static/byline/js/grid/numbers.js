// Parses and formats numbers with a locale's separators, a currency, or a percent sign.
// edits/sheets/numbers.py has the same rules. tests/edits/typed_values.json has texts, and the values that both modules
// must give for them.
// Numbers are handled as texts such as "-1234.5", because a float would round what was typed.

import { plain } from "./cells.js";

const LARGEST_NUMBER = 9_007_199_254_740_992;
const SPACES = " \u00a0\u2009\u202f";
const APOSTROPHES = "'’";
// Separators that stand for each other. An ordinary space isn't one of them, because 100 200 can also be two numbers.
const ALIKE = [APOSTROPHES, SPACES.replace(" ", "")];
const CODES =
  "AED|ARS|AUD|BGN|BHD|BRL|CAD|CHF|CLP|CNY|COP|CRC|CZK|DKK|EGP|EUR|GBP|GEL|HKD|HUF|IDR|ILS|INR|ISK|JOD|JPY|KES|KRW" +
  "|KWD|KZT|LKR|MAD|MXN|MYR|NGN|NOK|NZD|OMR|PEN|PHP|PKR|PLN|QAR|RON|RSD|RUB|SAR|SEK|SGD|THB|TND|TRY|TWD|UAH|UGX|USD" +
  "|UYU|VEF|VES|VND|ZAR";
const CURRENCY = String.raw`\p{Sc}|R\$|kr\.?|zł|Kč|${CODES}`;
const WRITTEN = new RegExp(
  `^(?<minus>[\\-−]?)(?<before>${CURRENCY})?[${SPACES}]?(?<inner>[\\-−]?)` +
    `(?<digits>[0-9.,][0-9.,${APOSTROPHES}${SPACES}]*?)[${SPACES}]?(?<after>%|${CURRENCY})?$`,
  "u",
);
const SHOWN = /^(?<before>[^\d.,]*)(?<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?<after>[^\d.,]*)$/;

export const PLAIN = Object.freeze({ before: "", after: "", decimals: 0, isGrouped: false });

export const isPercent = (look) => look.after.includes("%");

// Returns the number as Smartsheet stores it; null if Smartsheet can't store exactly this number.
export function exact(digits) {
  const number = Number(digits);
  if (Math.abs(number) > LARGEST_NUMBER || plain(number) !== digits) return null;
  return number;
}

// Parse a number in this locale. Returns null if the text isn't a number. 007 and 1e5 aren't numbers.
export function read(text, locale) {
  const found = WRITTEN.exec(text.trim())?.groups;
  if (!found || (found.minus && found.inner) || (found.before && found.after)) return null;
  const parts = split(found.digits, locale);
  if (!parts) return null;
  const { whole, decimals, group } = parts;
  const isCurrency = Boolean(found.before || (found.after && found.after !== "%"));
  const isForeignPoint =
    group === "." && locale.thousands !== "." && found.digits.split(".").length === 2 && !decimals.length;
  const number = canonical(found.minus || found.inner ? "-" : "", whole, decimals);
  return {
    number,
    group,
    isPercent: found.after === "%",
    isCurrency,
    isPlain: !isCurrency && found.after !== "%",
    isUnclear: isForeignPoint || (isCurrency && decimals.length === 3 && Math.abs(Number(number)) >= 1 && !group),
  };
}

// Parse a number that has a decimal point, although the locale has a comma. Returns a falsy value for other texts.
export function readOtherwise(text, locale) {
  return locale.decimal !== "." && read(text, { ...locale, decimal: ".", thousands: "," });
}

// Whether this separator of thousands is the locale's, or another form of it; also true if there is none.
export function isOwnGroup(group, { thousands }) {
  const isAlike = (alike) => thousands !== "" && alike.includes(group) && alike.includes(thousands);
  return group === "" || group === thousands || ALIKE.some(isAlike);
}

// Whether a text that isn't a number in this locale can be one elsewhere. Examples are (5), 5 eur and ١٢٣; also 0.5 in
// a locale with a decimal comma, and 0,5 in a locale with a decimal point. A long row of digits doesn't count, because
// it is more likely an identifier.
export function isLikeNumber(text, locale) {
  const usual = text.trim().replace(/^\(([^()]+)\)$/, "-$1").replace(/[a-z]{3}/gi, (code) => code.toUpperCase()).replace(/[^\P{Nd}0-9]/gu, 1).replaceAll("٫", ".").replaceAll("٬", ",");
  return /\D/.test(text) && [locale.decimal, ".", ","].some((decimal) => read(usual, { ...locale, decimal }));
}

// Returns the digits of a number times 10 to the power of `places`.
export function shifted(digits, places) {
  const minus = digits.startsWith("-") ? "-" : "";
  const [whole, decimals = ""] = digits.replace("-", "").split(".");
  const all = whole + decimals;
  const point = whole.length + places;
  if (point <= 0) return canonical(minus, "0", "0".repeat(-point) + all);
  const padded = all.padEnd(point, "0");
  return canonical(minus, padded.slice(0, point), padded.slice(point));
}

// Returns a number as a text in this format, with all its digits. `read` reads the text as the same number.
export function write(digits, look, locale) {
  const figures = isPercent(look) ? shifted(digits, 2) : digits;
  const minus = figures.startsWith("-") ? "-" : "";
  const [whole, decimals = ""] = figures.replace("-", "").split(".");
  const fraction = decimals.padEnd(look.decimals, "0");
  const grouped = look.isGrouped ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
  return `${minus}${look.before}${localized(fraction ? `${grouped}.${fraction}` : grouped, locale)}${look.after}`;
}

// Returns the text that Smartsheet shows for a value. If the text shows the value as a number, the number gets the
// locale's separators.
export function shown(text, value, locale) {
  if (typeof value !== "number") return text;
  const match = SHOWN.exec(text)?.groups;
  const size = Math.abs(value);
  return match && isSaid(match, size) ? `${match.before}${localized(match.number, locale)}${match.after}` : text;
}

// Returns the format in which `text` shows the number `value`, with any separators. Returns null if the text
// shows something else.
export function lookOf(text, value) {
  const swapped = text.replace(/[,.\u00a0\u202f]/g, (mark) => (mark === "," ? "." : ","));
  for (const one of [text, swapped]) {
    const match = SHOWN.exec(one)?.groups;
    if (match && isSaid(match, Math.abs(value))) {
      const before = match.before.replace("-", "");
      if (before.includes("(")) return null;
      const decimals = match.number.split(".")[1]?.length ?? 0;
      return { before, after: match.after, decimals, isGrouped: match.number.includes(",") };
    }
  }
  return null;
}

function localized(english, locale) {
  return english.replace(/[,.]/g, (mark) => (mark === "," ? locale.thousands : locale.decimal));
}

const patterns = {}; // by the decimal separator and the sizes of groups

// Returns a number's whole digits, its decimals, and its separator of thousands; null if the text isn't a number.
function split(text, locale) {
  const match = (patterns[locale.decimal + locale.groupSizes] ??= patternFor(locale)).exec(text)?.groups;
  if (!match) return null;
  return { whole: (match.whole ?? "0").replace(/[^0-9]/g, ""), decimals: match.decimals ?? "", group: match.group ?? "" };
}

function patternFor({ decimal, groupSizes }) {
  const groups = `.,${APOSTROPHES}${SPACES}`.replace(decimal, "");
  return new RegExp(
    `^(?<whole>[1-9][0-9]{0,2}(?<group>[${groups}])(?:[0-9]{${groupSizes}}\\k<group>)*[0-9]{3}|0|[1-9][0-9]*)?` +
      `(?:[${decimal}](?<decimals>[0-9]+))?$`,
  );
}

// Returns a number in JavaScript's format, which has no leading or trailing zeros, and no minus before zero.
function canonical(minus, whole, decimals) {
  const before = whole.replace(/^0+(?=\d)/, "");
  const after = decimals.replace(/0+$/, "");
  const digits = after ? `${before}.${after}` : before;
  return digits === "0" ? "0" : minus + digits;
}

// Whether the shown digits are a rounded form of the value or its percentage.
function isSaid(match, size) {
  const figures = match.number.replaceAll(",", "");
  const exactly = Number(match.after.includes("%") ? shifted(plain(size), 2) : size);
  const decimals = figures.split(".")[1]?.length ?? 0;
  return Math.abs(Number(figures) - exactly) <= 0.5 * 10 ** -decimals * (1 + 1e-9);
}
