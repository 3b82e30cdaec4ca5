// Handles TEXT_NUMBER columns. A cell has a text or a number. A typed number that Smartsheet can't store exactly is a
// text. In an editor, a text that looks like a number has a leading apostrophe, as in Smartsheet itself.

import { detailsOf, plain, textOf, valueOf } from "../cells.js";
import { PLAIN, exact, isLikeNumber, isOwnGroup, isPercent, lookOf, read, readOtherwise, shifted, shown, write } from "../numbers.js";
import { oneText, parsed, shownText } from "./base.js";

const DECIMALS = 12; // place in Smartsheet's format descriptor
const THOUSANDS = 13;
const NUMBER_FORMAT = 14;

export const textNumber = {
  shown: (column, cell, locale) => shown(shownText(cell), valueOf(cell), locale),

  typed(column, cell, locale) {
    const value = valueOf(cell);
    if (typeof value === "number") return write(plain(value), lookHere(column, cell) ?? PLAIN, locale);
    const text = textOf(value);
    if (detailsOf(cell).hyperlink) return text;
    return needsApostrophe(text, column, cell, locale) ? `'${text}` : text;
  },

  parse(column, typed, cell, locale) {
    const text = oneText(typed);
    if (text === "") return parsed(null);
    if (detailsOf(cell).hyperlink) return parsed(text);
    if (text.startsWith("'") && needsApostrophe(text, column, cell, locale)) return parsed(text.slice(1));
    return readText(text, column, cell, locale);
  },

  // Returns the text of a new number in the format of the cell. An amount such as $5,000.00 stays an amount.
  display(column, cell, value, locale) {
    const look = typeof value === "number" ? lookHere(column, cell) : null;
    return look ? write(plain(value), look, { ...locale, decimal: ".", thousands: "," }) : "";
  },
};

// Returns the number format of a descriptor, without the currency; null if it has no number format.
export function descriptorLook(descriptor) {
  const parts = (descriptor ?? "").split(",");
  if (!parts[NUMBER_FORMAT] || parts[NUMBER_FORMAT] === "0") return null;
  return {
    before: "",
    after: parts[NUMBER_FORMAT] === "3" ? "%" : "",
    decimals: /^[0-5]$/.test(parts[DECIMALS]) ? Number(parts[DECIMALS]) : 0,
    isGrouped: parts[THOUSANDS] === "1",
  };
}

// Returns the number format of this cell; null if neither the cell nor its column has numbers.
function lookHere(column, cell) {
  const { display, format } = detailsOf(cell);
  const value = valueOf(cell);
  const told = descriptorLook(format || column.format);
  if (typeof value !== "number") return told;
  return (display ? lookOf(display, value) : told) ?? PLAIN;
}

function readText(text, column, cell, locale) {
  const look = lookHere(column, cell);
  const usual = read(text, locale);
  const written = usual || (look && readOtherwise(text, locale));
  const number = written ? numberOf(written, look, locale) : null;
  if (number === null) return asText(text, usual, look, cell, locale);
  return parsed(number, doubtOf(text, written, number, look ?? PLAIN, locale));
}

// Returns the number to store. Returns null if Smartsheet can't store it. Also returns null for texts such as 60%, $5
// and 100 200, unless the cell or the column already has numbers of this kind.
function numberOf(written, look, locale) {
  const isSure = written.isPlain && !written.isUnclear && isOwnGroup(written.group, locale);
  if (look === null && !isSure) return null;
  const inPercent = written.isPercent || (look !== null && isPercent(look));
  if (written.isCurrency && inPercent) return null;
  return exact(inPercent ? shifted(written.number, -2) : written.number);
}

function needsApostrophe(text, column, cell, locale) {
  const isAboutNumbers = lookHere(column, cell) !== null;
  if (text.startsWith("'")) return isAboutNumbers || needsApostrophe(text.slice(1), column, cell, locale);
  if (text === "") return false;
  const { value, doubt } = readText(text, column, cell, locale);
  return doubt ? isAboutNumbers || typeof value !== "string" : typeof value !== "string";
}

// Returns the text as it is. `written` is the number that the text looks like, if it looks like one. Adds a doubt if it
// does, or if a number is expected.
function asText(text, written, look, cell, locale) {
  const number = written ? exact(written.isPercent ? shifted(written.number, -2) : written.number) : null;
  const value = valueOf(cell);
  if (look === null && number !== null && value === null) {
    const asTyped = write(plain(number), PLAIN, locale);
    return parsed(text, `“${text}” would be text, which sums leave out. For a number, type ${asTyped}.`);
  }
  if (value === null ? look || isLikeNumber(text, locale) : look && typeof value === "number") {
    const example = write("1234.5", { ...PLAIN, isGrouped: true }, locale);
    const why =
      written && number === null
        ? "has more digits than a number can hold in Smartsheet"
        : `isn't a number as you write it (${example})`;
    return parsed(text, `“${text}” ${why}. It would be text, which sums leave out.`);
  }
  return parsed(text);
}

function doubtOf(text, written, number, look, locale) {
  const held = () => write(plain(number), look, locale);
  if (written.isUnclear) return `“${text}” would be ${held()}. Is that what you mean?`;
  if (written.isPercent && !isPercent(look)) {
    return `“${text}” would be ${held()} here, as this cell isn't shown in percent.`;
  }
  const size = Math.abs(Number(written.number));
  if (isPercent(look) && !written.isPercent && size > 0 && size < 1) {
    return `“${text}” would be ${held()}. If you mean ${write(written.number, look, locale)}, type it with the percent sign.`;
  }
  return "";
}
