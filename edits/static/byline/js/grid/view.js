// The view has the rows that aren't collapsed or filtered out, and the columns that the person hasn't hidden, in the
// person's order. It affects only what this person sees. Rows and columns of the view are counted from 0. Column 0 is
// the row number.

import { valueOf } from "./cells.js";
import { CELLS, EXPANDED, ID, PARENT } from "./tree.js";

export const ROW_HEIGHT = 32;
const NUMBER_WIDTH = 64;
const LEAST_WIDTH = 48;
const MOST_FROZEN = 0.6; // the largest part of the window's width for frozen columns
const MOST_WIDTH = 900;

export class View extends EventTarget {
  // `settings` are the person's earlier choices: { widths, hidden, order, frozen, filters, sort, collapsed }.
  constructor(sheet, settings = {}) {
    super();
    this.sheet = sheet;
    this.available = Infinity;
    this.settings = { widths: {}, hidden: null, order: [], frozen: 1, filters: [], sort: null, ...settings };
    this.collapsed = new Set(settings.collapsed);
    if (!settings.collapsed) this.#collapseAsInSmartsheet(sheet.rows);
    this.matches = null; // the rows that match the filters; null if there is no filter
    this.held = null; // the id of the row that is being edited, which no filter hides
    this.layOutColumns();
    this.layOutRows();
    sheet.addEventListener("changed", ({ detail }) => {
      if (detail.changes.some((change) => change.do !== "update")) this.layOutRows();
    });
    sheet.addEventListener("merged", ({ detail }) => {
      if (!settings.collapsed) this.#collapseAsInSmartsheet(detail.added ?? []);
      if (detail.isMoved || this.settings.filters.length || this.settings.sort) this.layOutRows();
    });
    sheet.addEventListener("renamed", ({ detail: { from, to } }) => {
      if (this.collapsed.delete(from)) this.collapsed.add(to);
      if (this.held === from) this.held = to;
    });
    sheet.addEventListener("columns", () => {
      this.layOutColumns();
      this.layOutRows();
    });
  }

  // The part of the view that is stored in the browser.
  get kept() {
    return { ...this.settings, collapsed: [...this.collapsed] };
  }

  get rowCount() {
    return this.rows.length;
  }

  get height() {
    return this.rows.length * ROW_HEIGHT;
  }

  // The sheet's row at an index of the view.
  row(index) {
    return this.sheet.rows[this.rows[index]];
  }

  // Returns the index of a row in the view; -1 if the view doesn't have the row.
  indexOf(rowId) {
    const position = this.sheet.position(rowId);
    return position === undefined ? -1 : this.places[position];
  }

  columnIndexOf(columnId) {
    return this.columnIndexes.get(columnId) ?? -1;
  }

  // Compute the columns of the view as { id, place, width, left }. `place` is the place in the sheet's columns, and -1
  // for the row number. `left` is the distance from the left edge of the first column.
  layOutColumns() {
    const { columns, primary } = this.sheet;
    const { widths, order, hidden } = this.settings;
    const isHidden = hidden ? (column) => hidden.includes(column.id) : (column) => column.is_hidden;
    const wanted = new Map(order.map((id, place) => [id, place]));
    const rank = (place) => wanted.get(columns[place].id) ?? place;
    const places = columns.map((column, place) => place).filter((place) => place === primary || !isHidden(columns[place]));
    if (order.length) places.sort((one, other) => rank(one) - rank(other));
    let left = 0;
    const lay = (id, place, usual) => {
      const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, widths[id] ?? usual));
      const column = { id, place, width, left };
      left += width;
      return column;
    };
    this.columns = [
      lay("number", -1, NUMBER_WIDTH),
      ...places.map((place) => lay(columns[place].id, place, columns[place].width)),
    ];
    this.columnIndexes = new Map(this.columns.map((column, index) => [column.id, index]));
    this.width = left;
    this.frozen = this.#frozenCount();
    this.frozenWidth = this.#leftEdge(this.frozen);
    this.#tell("columns");
  }

  // Leave room for columns that scroll, in a window of this width.
  fit(width) {
    this.available = width;
    if (this.#frozenCount() !== this.frozen) this.layOutColumns();
  }

  // Returns the number of frozen columns. It is smaller than the person's choice if the other columns wouldn't have
  // room.
  #frozenCount() {
    let count = Math.min(this.columns.length, 1 + this.settings.frozen);
    while (count > 1 && this.#leftEdge(count) > MOST_FROZEN * this.available) count--;
    return count;
  }

  #leftEdge(index) {
    return this.columns[index]?.left ?? this.width;
  }

  // Compute the rows of the view, after a change. The filters don't hide the row with the id `kept`. This is usually the
  // focused row, so that keys don't suddenly reach another row.
  layOutRows(kept = this.selection?.focus.row) {
    const { sheet } = this;
    const { levels } = sheet;
    this.matches = this.#matching();
    const rows = [];
    let closed = Infinity; // the level of a collapsed row; deeper rows aren't in the view
    for (let position = 0; position < sheet.rows.length; position++) {
      if (levels[position] > closed) continue;
      closed = Infinity;
      if (this.matches && !this.matches[position] && sheet.rows[position][ID] !== kept) continue;
      rows.push(position);
      if (!this.matches && this.collapsed.has(sheet.rows[position][ID]) && sheet.hasChildren(position)) closed = levels[position];
    }
    if (this.settings.sort) this.#sort(rows);
    this.rows = Int32Array.from(rows);
    this.places = new Int32Array(sheet.rows.length).fill(-1);
    this.rows.forEach((position, index) => {
      this.places[position] = index;
    });
    this.#tell("rows");
  }

  isCollapsed(rowId) {
    return this.collapsed.has(rowId) && !this.matches;
  }

  setCollapsed(rowIds, isCollapsed) {
    for (const id of rowIds) {
      if (isCollapsed) this.collapsed.add(id);
      else this.collapsed.delete(id);
    }
    this.layOutRows();
    this.#tell("settings");
  }

  // Expand the parents of a row, and return the row's index in the view.
  reveal(rowId) {
    const above = [];
    let parent = this.sheet.row(rowId)?.[PARENT];
    while (parent) {
      if (this.collapsed.has(parent)) above.push(parent);
      parent = this.sheet.row(parent)?.[PARENT];
    }
    if (above.length) this.setCollapsed(above, false);
    return this.indexOf(rowId);
  }

  // Change settings such as { widths } or { filters }, update the layout, and store them.
  set(settings) {
    Object.assign(this.settings, settings);
    if (settings.filters !== undefined || settings.sort !== undefined) this.layOutRows(this.held);
    else this.layOutColumns();
    this.#tell("settings");
  }

  setWidth(columnId, width) {
    this.set({ widths: { ...this.settings.widths, [columnId]: Math.round(width) } });
  }

  #collapseAsInSmartsheet(rows) {
    for (const row of rows) if (row[EXPANDED] === false) this.collapsed.add(row[ID]);
  }

  #matching() {
    const { filters } = this.settings;
    const tests = filters.flatMap(({ column, has }) => {
      const place = this.sheet.columnPlaces.get(column);
      return place === undefined ? [] : [{ place, has }];
    });
    if (!tests.length) return null;
    return this.sheet.rows.map((row, position) =>
      tests.every(({ place, has }) => isMatch(this.sheet.shown(position, place), has)),
    );
  }

  // Sort siblings by a column. Child rows stay below their parent rows. Empty cells come last.
  #sort(rows) {
    const { sheet } = this;
    const { column, isDescending } = this.settings.sort;
    const place = sheet.columnPlaces.get(column);
    if (place === undefined) return;
    const keys = new Map(rows.map((position) => [position, valueOf(sheet.rows[position][CELLS][place])]));
    const beneath = new Map();
    for (const position of rows) {
      let parent = sheet.rows[position][PARENT];
      while (parent !== null && !keys.has(sheet.position(parent))) parent = sheet.row(parent)?.[PARENT] ?? null;
      if (!beneath.has(parent)) beneath.set(parent, []);
      beneath.get(parent).push(position);
    }
    rows.length = 0;
    const visit = (parent) => {
      const family = beneath.get(parent) ?? [];
      family.sort((one, other) => compare(keys.get(one), keys.get(other), isDescending) || one - other);
      for (const position of family) {
        rows.push(position);
        visit(sheet.rows[position][ID]);
      }
    };
    visit(null);
  }

  #tell(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}

// `has` is a text that the cell must contain, or { is: [texts] }: the cell must equal one of these texts.
function isMatch(text, has) {
  if (typeof has === "string") return text.toLowerCase().includes(has.toLowerCase());
  return has.is.includes(text);
}

const texts = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function compare(one, other, isDescending) {
  const isEmpty = [one, other].map((value) => value === null || value === "" || value === false);
  if (isEmpty[0] || isEmpty[1]) return isEmpty[0] - isEmpty[1];
  const areNumbers = typeof one === "number" && typeof other === "number";
  const order = areNumbers ? one - other : texts.compare(String(one), String(other));
  return isDescending ? -order : order;
}
