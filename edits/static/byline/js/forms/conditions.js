// Evaluates conditions on the cells of a row. edits/forms/conditions.py and condition_values.py describe the same
// rules, and tests/browser/test_conditions.py compares both sides. The server checks each condition before it sends it
// to a page.

import { plain as digits } from "../grid/cells.js";

const LARGEST_NUMBER = 9_007_199_254_740_992;
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const DAY = /^(([0-9]{4})-([0-9]{2})-([0-9]{2}))(?:T[0-9:.]+)?$/;

const OPPOSITES = { not_empty: "empty", not_equals: "equals", not_contains: "contains", not_me: "me" };
const ORDERS = {
  less: (one, other) => one < other,
  at_most: (one, other) => one <= other,
  greater: (one, other) => one > other,
  at_least: (one, other) => one >= other,
};
const DAYS = {
  before_today: (day, today) => day < today,
  today: (day, today) => day === today,
  after_today: (day, today) => day > today,
};

// Whether a condition holds for a row. `values` has the row's values by column id. A missing value is an empty cell.
// `me` has the addresses that the person is known by. `today` is the day in the person's time zone, as 2026-11-29.
export function holds(condition, values, { me, today }) {
  const about = { me, today };
  if (condition.all) return condition.all.every((part) => holds(part, values, about));
  if (condition.any) return condition.any.some((part) => holds(part, values, about));
  if (condition.not) return !holds(condition.not, values, about);
  const cell = plain(values[condition.column]);
  const operator = OPPOSITES[condition.is] ?? condition.is;
  return isTrueOf(cell, operator, condition.value, about) === (operator === condition.is);
}

// The ids of the columns that a condition reads.
export function columnsOf(condition) {
  const parts = condition.all ?? condition.any ?? (condition.not ? [condition.not] : []);
  return new Set(condition.column ? [condition.column] : parts.flatMap((part) => [...columnsOf(part)]));
}

function isTrueOf(cell, operator, value, { me, today }) {
  if (operator in ORDERS) return isInOrder(cell, ORDERS[operator], value);
  if (operator in DAYS) {
    const day = dayOf(cell);
    return day !== null && DAYS[operator](day, shifted(today, value ?? 0));
  }
  switch (operator) {
    case "empty":
      return cell === null;
    case "equals":
      return isEqual(cell, plain(value));
    case "one_of":
      return (Array.isArray(cell) ? cell : [cell]).some((one) => value.some((wanted) => isEqual(one, wanted)));
    case "contains":
      return contains(cell, fold(value));
    case "me":
      return textsOf(cell).some((text) => me.some((key) => key && key.toLowerCase() === text.toLowerCase()));
    default:
      throw new Error(`The operator ${operator} is unknown.`);
  }
}

// Returns a cell's value without its hyperlink, or null if the cell is empty. A box that isn't ticked counts as empty.
function plain(value) {
  if (value === null || value === undefined || value === "" || value === false) return null;
  if (Array.isArray(value)) {
    const texts = value.filter((item) => typeof item === "string");
    return texts.length ? texts : null;
  }
  if (typeof value !== "object") return value;
  const inner = "hyperlink" in value ? value.value : null;
  return typeof inner === "object" && !Array.isArray(inner) ? null : plain(inner);
}

// Returns the text in a form that is equal for texts that differ only in case, line ends or encoding of accents.
// Characters are converted one by one, because toLowerCase converts a Σ at the end of a word differently.
export function fold(text) {
  const composed = text.normalize("NFC").replace(/\r\n?/g, "\n");
  return Array.from(composed, (each) => each.toLowerCase().toUpperCase().toLowerCase()).join("");
}

function numberOf(cell) {
  if (typeof cell === "string") return NUMBER.test(cell) ? Number(cell) : null;
  return typeof cell === "number" ? cell : null;
}

function dayOf(cell) {
  const match = typeof cell === "string" ? DAY.exec(cell) : null;
  if (!match) return null;
  const [year, month, day] = match.slice(2, 5).map(Number);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) ? match[1] : null;
}

function daysIn(year, month) {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

function shifted(day, days) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

function textsOf(cell) {
  return typeof cell === "string" ? [cell] : Array.isArray(cell) ? cell : [];
}

function isEqual(cell, wanted) {
  if (Array.isArray(cell)) return cell.length === 1 && isEqual(cell[0], wanted);
  if (typeof cell === "string" && typeof wanted === "string") {
    const day = dayOf(wanted);
    return fold(cell) === fold(wanted) || (day !== null && dayOf(cell) === day);
  }
  if (typeof cell === "number" || typeof wanted === "number") return numberOf(cell) === numberOf(wanted);
  return cell === wanted;
}

function contains(cell, part) {
  if (Array.isArray(cell)) return cell.some((item) => fold(item) === part);
  if (typeof cell === "number") return Math.abs(cell) <= LARGEST_NUMBER && digits(cell).includes(part);
  return typeof cell === "string" && fold(cell).includes(part);
}

function isInOrder(cell, order, value) {
  if (typeof value === "number") {
    const number = numberOf(cell);
    return number !== null && order(number, value);
  }
  const [day, limit] = [dayOf(cell), dayOf(value)];
  return day !== null && order(day, limit);
}
