// Reads cells in the form that the API has: a plain value, or an object with a value and further details.
// A value is null, a boolean, a number or a text. In multi-select and multi-contact columns, it is a list of texts.

const NOTHING = Object.freeze({});

// Returns a cell as an object with value, display, formula, is_link, is_image and format. For a plain value, the object
// has only the value.
export function detailsOf(cell) {
  return cell !== null && typeof cell === "object" && !Array.isArray(cell) ? cell : NOTHING;
}

// The cell's value.
export function valueOf(cell) {
  const details = detailsOf(cell);
  return details === NOTHING ? cell ?? null : details.value ?? null;
}

// Returns the cell with another value. The cell keeps its format and its link, but not its formula. `hyperlink`
// replaces the link; null removes it.
export function cellWith(cell, value, display = "", hyperlink = detailsOf(cell).hyperlink) {
  const { format } = detailsOf(cell);
  const isLink = hyperlink && value !== null;
  if (!display && !format && !isLink) return value;
  const details = { value };
  if (display) details.display = display;
  if (format) details.format = format;
  if (isLink) details.hyperlink = hyperlink;
  return details;
}

// Whether two values look the same to a reader. The order of choices doesn't matter. An empty text equals no value.
export function isSame(one, other) {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each) => other.includes(each));
  }
  return normal(one) === normal(other);
}

// Whether two links lead to the same place. Null is no link.
export function isSameLink(one, other) {
  const names = Object.keys({ ...one, ...other });
  return Boolean(one) === Boolean(other) && names.every((name) => one[name] === other[name]);
}

// Returns a value as plain text. Numbers have a decimal point, and each choice has a line.
export function textOf(value) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join("\n");
  if (typeof value === "number") return plain(value);
  const text = String(value);
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

// Returns a number as a text with all its digits, never as 1e21.
export function plain(number) {
  const text = String(number);
  if (!text.includes("e")) return text;
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text;
  const [, minus, first, rest = "", exponent] = match;
  const digits = first + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${minus}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return `${minus}${digits}${"0".repeat(point - digits.length)}`;
  return `${minus}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function normal(value) {
  return value === undefined || value === "" || (Array.isArray(value) && !value.length) ? null : value;
}
