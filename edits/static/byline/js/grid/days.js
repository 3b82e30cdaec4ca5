// Reads and writes days and times in the format of the reader's locale. The formats use these codes of Django:
// d j m n Y y, H i g A.

const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

// Returns the parts of an ISO 8601 day, or null if the day doesn't exist.
export function dayOf(value) {
  const match = typeof value === "string" ? ISO_DAY.exec(value) : null;
  if (!match) return null;
  const [year, month, day] = match.slice(1).map(Number);
  return isDay(year, month, day) ? { year, month, day } : null;
}

// Returns the ISO 8601 day of a value that perhaps has a time; "" for other values.
export const isoDayOf = (value) => (dayOf(String(value ?? "").split("T")[0]) ? value.split("T")[0] : "");

export const isoDay = ({ year, month, day }) => `${pad(year, 4)}-${pad(month)}-${pad(day)}`;

// Returns a day in the locale's format, such as 30.11.2026.
export function writeDay(day, locale) {
  const letters = {
    d: pad(day.day), j: day.day, m: pad(day.month), n: day.month, Y: pad(day.year, 4), y: pad(day.year % 100),
  };
  return locale.dayFormat.replace(/[djmnYy]/g, (letter) => letters[letter]);
}

// Parse a day such as 30.11.2026 or 30.11.26. Returns null if the text isn't a day.
export function readDay(text, locale) {
  const pattern = locale.dayFormat.replace(/[djmnYy]|[^\w\s]/g, (letter) => {
    const name = { d: "day", j: "day", m: "month", n: "month", Y: "year", y: "year" }[letter];
    return name ? `(?<${name}>\\d{${name === "year" ? "4}|\\d{2" : "1,2"}})` : `\\${letter}`;
  });
  const found = new RegExp(`^${pattern}$`).exec(text.trim())?.groups;
  if (!found) return null;
  const year = Number(found.year) + (found.year.length === 2 ? (found.year < 69 ? 2000 : 1900) : 0);
  const month = Number(found.month);
  const day = Number(found.day);
  return isDay(year, month, day) ? { year, month, day } : null;
}

// Returns a time such as 2026-11-23T18:00:00Z in the reader's time zone and format; null for other texts.
export function writeMoment(text, locale) {
  const moment = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(moment.getTime())) return null;
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", {
      timeZone: locale.zone, year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", hourCycle: "h23",
    }).formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
  );
  const letters = { H: pad(parts.hour), i: pad(parts.minute), g: parts.hour % 12 || 12, A: parts.hour < 12 ? "AM" : "PM" };
  const time = locale.timeFormat.replace(/[HigA]/g, (letter) => letters[letter]);
  return `${writeDay(parts, locale)} ${time}${locale.zone === "UTC" ? " UTC" : ""}`;
}

function isDay(year, month, day) {
  return month >= 1 && month <= 12 && day >= 1 && year >= 1 && (day < 29 || day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate());
}

const pad = (number, width = 2) => String(number).padStart(width, "0");
