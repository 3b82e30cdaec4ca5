// Draws the content of a cell, which can be a text, a symbol, pills, a check box, a person's initials or an error. Most cells
// have only a text. Initials and check boxes are attributes of the element, which the style sheet shows. Also says the state
// of a cell in words.

import { detailsOf, valueOf } from "./cells.js";

const CHECKED = { FLAG: "Flagged", STAR: "Starred" }; // the words of edits/sheets/symbols.py

// Returns up to two initials of a name. "Jane Roe" has JR.
export function initials(name) {
  const words = name.split(/[\s.@]+/u).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase();
}

// Returns the state of a cell in words, for the status line and, in the cell itself, for screen readers.
export function stateText(state) {
  switch (state.kind) {
    case "saving":
      return "saving";
    case "saved":
      return "saved";
    case "refused":
      return `not saved: ${state.why}`;
    case "conflict":
      return `not saved: ${state.by || "someone else"} changed it`;
    case "unknown":
      return `not certain yet: ${state.why}`;
    default:
      if (state.by) return `changed by ${state.by}`;
      return state.writer ? `changed in Smartsheet; ${state.writer} changed the row last` : "changed in Smartsheet";
  }
}

// Draw a cell with this text. `rowFormat` is the format descriptor of the cell's row, if the row has one.
export function draw(element, column, cell, text, rowFormat) {
  const value = valueOf(cell);
  const isList = Array.isArray(value) && value.length > 0;
  const isCheck = column.type === "CHECKBOX" && (value === null || typeof value === "boolean");
  let kind = "";
  let mark = "";
  if (column.symbol && (isCheck ? value : column.options.includes(value))) {
    kind = "symbol";
    drawSymbol(element, column.symbol, isCheck ? "true" : value, isCheck ? CHECKED[column.symbol] : value);
  } else if (isList) {
    kind = "pills";
    drawPills(element, text, value);
  } else {
    if (isCheck) [kind, mark] = ["check", column.symbol ? "" : value ? "☑" : "☐"];
    else if (column.type === "CONTACT_LIST" && text) [kind, mark] = ["contact", initials(text)];
    else if (detailsOf(cell).error) [kind, mark] = ["error", "⚠"];
    else if (typeof value === "number") kind = "number";
    else if (detailsOf(cell).hyperlink) kind = "link";
    drawText(element, isCheck ? "" : text);
  }
  setData(element, "kind", kind);
  setData(element, "mark", mark);
  drawFormat(element, detailsOf(cell).format || rowFormat || column.format);
}

// Smartsheet's palette. In a format descriptor, places 8 (text) and 9 (background) are indexes into this palette, and
// place 2 means bold.
// https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/cell-formatting
const PALETTE = (
  "|#000000|#FFFFFF||#FFEBEE|#FFF3DF|#FFFEE6|#E7F5E9|#E2F2FE|#F4E4F5|#F2E8DE|#FFCCD2|#FFE1AF|#FEFF85|#C6E7C8" +
  "|#B9DDFC|#EBC7EF|#EEDCCA|#E5E5E5|#F87E7D|#FFCD7A|#FEFF00|#7ED085|#5FB3F9|#D190DA|#D0AF8F|#BDBDBD|#EA352E|#FF8D00" +
  "|#FFED00|#40B14B|#1061C3|#9210AD|#974C00|#757575|#991310|#EA5000|#EBC700|#237F2E|#0B347D|#61058B|#592C00"
).split("|");

function drawFormat(element, descriptor = "") {
  if (element.descriptor === descriptor) return;
  element.descriptor = descriptor;
  const parts = descriptor.split(",");
  const background = PALETTE[parts[9]] ?? "";
  element.style.setProperty("--cell-background", background || null);
  element.style.color = PALETTE[parts[8]] ?? "";
  if (background && !element.style.color) element.style.color = isDark(background) ? "#fff" : "#1b2430";
  element.style.fontWeight = parts[2] === "1" ? "700" : "";
  element.style.fontStyle = parts[3] === "1" ? "italic" : "";
}

function isDark(colour) {
  const [red, green, blue] = [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
  return red * 0.299 + green * 0.587 + blue * 0.114 < 140;
}

function drawText(element, text) {
  if (element.firstChild?.nodeType !== Node.TEXT_NODE || element.childNodes.length > 1) element.replaceChildren(text);
  else if (element.firstChild.data !== text) element.firstChild.data = text;
}

// Put a symbol into the element, as HTML that symbols.css draws.
function drawSymbol(element, symbol, value, word) {
  const span = document.createElement("span");
  span.className = "symbol";
  span.dataset.symbol = symbol;
  span.dataset.value = value;
  span.title = word;
  const told = document.createElement("span");
  told.className = "visually-hidden";
  told.textContent = word;
  span.append(told);
  element.replaceChildren(span);
}

function drawPills(element, text, values) {
  const texts = text.split(", ").length === values.length ? text.split(", ") : values;
  element.replaceChildren(
    ...texts.flatMap((one, place) => {
      const pill = document.createElement("span");
      pill.className = "grid-pill";
      pill.textContent = one;
      return place ? [", ", pill] : [pill];
    }),
  );
}

// Set data of an element, if it differs. What was set is kept beside the element's attributes, which are slower to read.
function setData(element, name, value) {
  const kept = (element.drawn ??= { kind: "", mark: "" });
  if (kept[name] === value) return;
  kept[name] = value;
  if (value) element.dataset[name] = value;
  else delete element.dataset[name];
}
