// Renders only the visible rows and columns. Elements of rows and cells are reused. The element of a row that scrolls
// out at the top is used for a new row at the bottom. Horizontal scrolling exchanges only the cells at the edges.
//
// Frozen cells are in a separate pane, so that the browser keeps only one element in place, not one per row. The
// element of a row is in that pane, and names the row's other cells in aria-owns. The other cells are outside of the
// treegrid's element, because inside they would be cells without a row.

import { valueOf } from "./cells.js";
import { draw, stateText } from "./drawing.js";
import { make } from "./elements.js";
import { CELLS, FORMAT, ID } from "./tree.js";
import { ROW_HEIGHT } from "./view.js";

const MORE_ROWS = 3; // rows that are rendered beyond each edge, so that nothing is blank during fast scrolling
const MORE_COLUMNS = 1;
const MANY = 100; // if more cells have changed, all visible cells are rendered again
const INDENT = 18;
const BRIEF = new Set(["saving", "saved"]); // states that all pasted cells get; an element for each would cost time
const TIDY_AFTER = 200; // milliseconds without scrolling

let grids = 0;

export class Painter {
  constructor(host, sheet, view, selection) {
    Object.assign(this, { host, sheet, view, selection });
    this.prefix = `grid-${++grids}`;
    this.rows = new Map(); // the parts of each rendered row, by the row's index in the view
    this.spare = [];
    this.first = 0;
    this.last = -1;
    this.from = 0;
    this.to = -1;
    this.active = null; // the element of the focused cell
    this.range = selection.range;
    this.#build();
    view.addEventListener("columns", () => this.#layOut());
    view.addEventListener("rows", () => this.repaint());
    selection.addEventListener("moved", () => this.#select());
    sheet.addEventListener("named", () => this.tree.setAttribute("aria-label", sheet.name));
    sheet.addEventListener("changed", () => this.repaint());
    sheet.addEventListener("merged", () => this.repaint());
    sheet.addEventListener("states", ({ detail: { cells } }) => {
      if (cells.length > MANY) this.#bindSoon();
      else cells.forEach(([row, column]) => this.repaintCell(row, column));
    });
    this.element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#measure()).observe(this.element);
    this.#measure();
    this.#layOut();
    setTimeout(() => this.paint(), TIDY_AFTER); // the rows beyond the edges
  }

  // Render the rows and columns that became visible.
  paint() {
    const { scrollTop, scrollLeft } = this.element;
    const { view } = this;
    this.range = this.selection.range;
    const top = Math.floor(scrollTop / ROW_HEIGHT);
    const bottom = Math.ceil((scrollTop + this.height - this.headHeight) / ROW_HEIGHT) - 1;
    const isFar = bottom < this.first || top > this.last; // no rendered row is visible, so at first only what is visible is rendered
    const more = isFar ? 0 : MORE_ROWS;
    this.first = Math.max(0, top - more);
    this.last = Math.min(view.rowCount - 1, bottom + more);
    const from = Math.max(view.frozen, this.#columnAt(scrollLeft + view.frozenWidth) - MORE_COLUMNS);
    const to = Math.min(view.columns.length - 1, this.#columnAt(scrollLeft + this.width) + MORE_COLUMNS);
    const isAside = from !== this.from || to !== this.to;
    this.from = from;
    this.to = to;
    const kept = this.selection.at.row;
    for (const [index, row] of this.rows) {
      if ((index < this.first || index > this.last) && index !== kept) this.#release(row);
    }
    if (isAside) {
      this.#exchange(this.head, (cell, column) => this.#fillHead(cell, column));
      for (const row of this.rows.values()) this.#exchange(row, (cell, column) => this.#fill(row, cell, column));
    }
    for (let index = this.first; index <= this.last; index++) if (!this.rows.has(index)) this.#take(index);
    if (kept < view.rowCount && !this.rows.has(kept)) this.#take(kept);
    for (const row of this.spare) if (!row.frozen.hidden) row.frozen.hidden = row.rest.hidden = true;
  }

  // Render everything visible again. If a row has moved, its element moves too, because it can contain an open editor.
  repaint() {
    const { view } = this;
    this.canvas.style.height = `${ROW_HEIGHT + view.height}px`;
    this.tree.setAttribute("aria-rowcount", view.rowCount + 1);
    const before = [...this.rows.values()];
    this.rows.clear();
    for (const row of before) {
      row.index = view.indexOf(row.data[ID]);
      if (row.index < 0) this.#release(row);
      else this.rows.set(row.index, row);
    }
    this.paint();
    this.#bindAll();
    this.#fillHeads();
    this.#select();
  }

  repaintCell(rowId, columnId) {
    const row = this.rows.get(this.view.indexOf(rowId));
    const column = this.view.columnIndexOf(columnId);
    const cell = row && this.#cellOf(row, column);
    if (cell) this.#fill(row, cell, column);
    const number = row && this.#cellOf(row, 0);
    if (number) this.#fill(row, number, 0);
  }

  // Returns the element of a cell that is visible or focused.
  cell(index, column) {
    const row = this.rows.get(index);
    return (row && this.#cellOf(row, column)) ?? null;
  }

  // Returns the row and column of the view at a point of the window. If the point is in the grid but outside the sheet,
  // returns the nearest cell. If it is outside the grid, returns null.
  locate(x, y) {
    const box = this.element.getBoundingClientRect();
    const aside = x - box.left - this.element.clientLeft;
    const left = aside < this.view.frozenWidth ? aside : aside + this.element.scrollLeft;
    const top = y - box.top - this.headHeight + this.element.scrollTop;
    return {
      row: Math.max(0, Math.min(this.view.rowCount - 1, Math.floor(top / ROW_HEIGHT))),
      column: this.#columnAt(Math.max(0, left)),
    };
  }

  // Scroll as far as necessary to make a cell visible.
  reveal(index, column) {
    const { element, view } = this;
    const top = index * ROW_HEIGHT;
    const seen = this.height - this.headHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_HEIGHT > element.scrollTop + seen) element.scrollTop = top + ROW_HEIGHT - seen;
    if (column >= view.frozen) {
      const { left, width } = view.columns[column];
      if (left < element.scrollLeft + view.frozenWidth) element.scrollLeft = left - view.frozenWidth;
      else if (left + width > element.scrollLeft + this.width) element.scrollLeft = Math.min(left - view.frozenWidth, left + width - this.width);
    }
    this.paint();
  }

  // Focus the element of the focused cell.
  focus() {
    this.active?.focus({ preventScroll: true });
  }

  #build() {
    const add = (className, role, parent) => {
      const element = document.createElement("div");
      element.className = className;
      if (role) element.setAttribute("role", role);
      parent.append(element);
      return element;
    };
    this.element = add("sheet-grid", "", this.host);
    this.canvas = add("grid-canvas", "", this.element);
    this.tree = add("grid-tree", "treegrid", this.canvas);
    this.tree.setAttribute("aria-label", this.sheet.name);
    this.tree.setAttribute("aria-multiselectable", "true");
    const frozenHead = add("grid-head grid-frozen", "rowgroup", this.tree);
    const frozen = add("grid-body grid-frozen", "rowgroup", this.tree);
    this.headPanes = [frozenHead, add("grid-head grid-rest", "", this.canvas)];
    this.panes = [frozen, add("grid-body grid-rest", "", this.canvas)];
    this.handle = add("grid-handle", "", frozen);
    this.handle.setAttribute("aria-hidden", "true");
    this.head = this.#makeRow(this.headPanes, "columnheader");
    this.head.frozen.setAttribute("aria-rowindex", "1");
  }

  // Creates the parts of a row: its element with the frozen cells, the box with the other cells, and the cells by
  // column.
  #makeRow(panes, role) {
    const frozen = document.createElement("div");
    const rest = document.createElement("div");
    frozen.className = rest.className = "grid-row";
    frozen.setAttribute("role", "row");
    rest.setAttribute("role", "none");
    rest.id = `${this.prefix}-${(this.made = (this.made ?? 0) + 1)}`;
    frozen.setAttribute("aria-owns", rest.id);
    panes[0].append(frozen);
    panes[1].append(rest);
    return { index: -1, frozen, rest, role, cells: [], frozenCells: [], from: 0, to: -1 };
  }

  #measure() {
    this.width = this.element.clientWidth;
    this.height = this.element.clientHeight;
    this.headHeight = this.headPanes[0].offsetHeight || ROW_HEIGHT;
    this.view.fit(this.width);
    this.paint();
  }

  #scrolled() {
    this.paint();
    clearTimeout(this.tidying);
    this.tidying = setTimeout(() => this.#tidy(), TIDY_AFTER);
  }

  // Render what a far jump left out, and sort the elements of rows and cells in reading order.
  async #tidy() {
    this.paint();
    const { tidying } = this;
    // If this script can't be loaded, the grid still works. Then the elements just aren't in reading order.
    const ordering = await import("./ordering.js").catch(() => null);
    if (!ordering || tidying !== this.tidying) return; // the script wasn't loaded, or the grid was scrolled again
    const { sortChildren } = ordering;
    const rows = [...this.rows.values()].sort((one, other) => one.index - other.index);
    sortChildren(this.panes[0], rows.map((row) => row.frozen));
    sortChildren(this.panes[1], rows.map((row) => row.rest));
    for (const row of [this.head, ...rows]) sortChildren(row.rest, row.cells.filter(Boolean));
  }

  // Called when columns have changed. Place every cell again.
  #layOut() {
    const { view } = this;
    this.tree.setAttribute("aria-colcount", view.columns.length);
    this.canvas.style.width = `${view.width}px`;
    for (const pane of [this.headPanes[0], this.panes[0]]) pane.style.width = `${view.frozenWidth}px`;
    const hadFocus = this.element.contains(document.activeElement);
    this.active = null;
    for (const row of [...this.rows.values()]) this.#release(row);
    for (const row of [this.head, ...this.spare]) {
      for (const cell of [...row.frozenCells, ...row.cells.filter(Boolean)]) cell.remove();
      Object.assign(row, { cells: [], frozenCells: [], from: 0, to: -1 });
    }
    this.from = 0;
    this.to = -1;
    this.#addFrozen(this.head, (cell, column) => this.#fillHead(cell, column));
    this.repaint();
    if (hadFocus) this.focus();
  }

  #take(index) {
    const row = this.spare.shift() ?? this.#makeRow(this.panes, "gridcell");
    this.rows.set(index, row);
    if (row.frozen.hidden) row.frozen.hidden = row.rest.hidden = false;
    this.#bind(row, index);
  }

  #release(row) {
    this.rows.delete(row.index);
    row.index = -1;
    this.spare.push(row);
  }

  #bindAll() {
    this.isStale = false;
    this.rows.forEach((row, index) => this.#bind(row, index));
  }

  // Render all rows again in a moment, unless something else renders them first.
  #bindSoon() {
    this.isStale = true;
    queueMicrotask(() => this.isStale && this.#bindAll());
  }

  // Show the row at an index of the view.
  #bind(row, index) {
    const { view, sheet } = this;
    row.index = index;
    const position = view.rows[index];
    row.data = sheet.rows[position];
    row.position = position;
    const place = `${index * ROW_HEIGHT}px`;
    row.frozen.style.top = place;
    row.rest.style.top = place;
    set(row.frozen, "aria-rowindex", index + 2);
    set(row.frozen, "aria-level", sheet.levels[position] + 1);
    set(row.frozen, "aria-expanded", sheet.hasChildren(position) ? String(!view.isCollapsed(row.data[ID])) : null);
    const fill = (cell, column) => this.#fill(row, cell, column);
    if (!row.frozenCells.length) this.#addFrozen(row, fill);
    else row.frozenCells.forEach(fill);
    const before = [row.from, row.to];
    this.#exchange(row, fill);
    for (let column = Math.max(before[0], row.from); column <= Math.min(before[1], row.to); column++) fill(row.cells[column], column);
    const { row: focused, column } = this.selection.at;
    if (focused === index && column >= view.frozen && (column < row.from || column > row.to)) fill(row.cells[column], column);
  }

  #fillHeads() {
    this.head.frozenCells.forEach((cell, column) => this.#fillHead(cell, column));
    this.head.cells.forEach((cell, column) => cell && this.#fillHead(cell, column));
  }

  #addFrozen(row, fill) {
    for (let column = 0; column < this.view.frozen; column++) {
      const cell = this.#makeCell(row, column, row.frozen);
      row.frozenCells.push(cell);
      fill(cell, column);
    }
  }

  // Give a row the cells of the visible columns. Cells of columns that are no longer visible are reused, except the
  // focused cell.
  #exchange(row, fill) {
    const { from, to } = this;
    const at = this.selection.at;
    const kept = row.index === at.row && at.column >= this.view.frozen ? at.column : -1;
    const left = [];
    for (let column = row.from; column <= row.to; column++) {
      if ((column < from || column > to) && column !== kept && row.cells[column]) {
        left.push(row.cells[column]);
        row.cells[column] = undefined;
      }
    }
    if (row.extra !== undefined && row.extra !== kept && (row.extra < from || row.extra > to)) {
      if (row.cells[row.extra]) left.push(row.cells[row.extra]);
      row.cells[row.extra] = undefined;
    }
    row.extra = kept >= 0 && (kept < from || kept > to) ? kept : undefined;
    row.from = from;
    row.to = to;
    const need = (column) => {
      if (row.cells[column]) return;
      const cell = left.pop();
      row.cells[column] = cell ? this.#place(cell, column) : this.#makeCell(row, column, row.rest);
      fill(row.cells[column], column);
    };
    for (let column = from; column <= to; column++) need(column);
    if (row.extra !== undefined) need(row.extra);
    for (const cell of left) cell.remove();
  }

  #makeCell(row, column, parent) {
    const cell = document.createElement("div");
    cell.setAttribute("role", row.role);
    cell.className = "grid-cell";
    parent.append(cell);
    return this.#place(cell, column);
  }

  #place(cell, column) {
    const { left, width } = this.view.columns[column];
    cell.style.left = `${left}px`;
    cell.style.width = `${width}px`;
    cell.setAttribute("aria-colindex", column + 1);
    return cell;
  }

  #cellOf(row, column) {
    return column < this.view.frozen ? row.frozenCells[column] : row.cells[column];
  }

  #fillHead(cell, column) {
    const { id, place } = this.view.columns[column];
    if (place < 0) {
      cell.textContent = "#";
      cell.setAttribute("aria-label", "Row number");
      return;
    }
    const { title, why_read_only } = this.sheet.columns[place];
    const { sort, filters } = this.view.settings;
    cell.textContent = title;
    set(cell, "aria-description", why_read_only || null);
    set(cell, "aria-sort", sort?.column === id ? (sort.isDescending ? "descending" : "ascending") : null);
    set(cell, "data-filtered", filters.some((filter) => filter.column === id) ? "" : null);
    set(cell, "data-fixed", why_read_only && !this.sheet.whyNot.change ? "" : null);
    cell.append(make("span", { class: "grid-edge", "data-column": id }));
  }

  #fill(row, cell, column) {
    if (cell.isEdited) return;
    const { id, place } = this.view.columns[column];
    const { position, data } = row;
    const isSelected = this.#isSelected(row.index, column);
    if (cell.isSelected !== isSelected) this.#mark(cell, isSelected);
    if (place < 0) {
      this.#fillNumber(cell, data, position);
      return;
    }
    const { sheet } = this;
    const described = sheet.columns[place];
    const value = data[CELLS][place] ?? null;
    draw(cell, described, value, sheet.shown(position, place), data[FORMAT]);
    const isPrimary = place === sheet.primary;
    if (isPrimary) this.#fillTree(cell, position, data);
    else if (cell.level >= 0) {
      cell.level = -1; // this element was a cell of the primary column
      set(cell, "data-tree", null);
    }
    const state = sheet.states.size ? sheet.state(data[ID], id) : undefined;
    const told = state ? stateText(state) : "";
    const isBrief = BRIEF.has(state?.kind);
    if (cell.state !== state) {
      cell.state = state;
      set(cell, "data-state", state?.kind ?? null);
      set(cell, "aria-description", isBrief && cell.dataset.kind !== "check" ? told : null);
    }
    if (cell.dataset.kind === "check") set(cell, "aria-label", [valueOf(value) ? "checked" : "not checked", told].filter(Boolean).join(", "));
    else if (cell.hasAttribute("aria-label")) cell.removeAttribute("aria-label");
    if (told && !isBrief && cell.dataset.kind !== "check") cell.append(make("span", { class: "visually-hidden" }, `, ${told}`));
    const isReadOnly = sheet.whyReadOnly(data, described) !== "";
    if (cell.isReadOnly !== isReadOnly) {
      cell.isReadOnly = isReadOnly;
      set(cell, "aria-readonly", isReadOnly ? "true" : null);
    }
  }

  #fillNumber(cell, data, position) {
    const number = String(position + 1);
    if (cell.firstChild) cell.firstChild.data = number;
    else cell.append(number);
    const { sheet } = this;
    const kinds = sheet.states.size ? sheet.columns.map((column) => sheet.state(data[ID], column.id)?.kind).filter(Boolean) : [];
    const worst = ["conflict", "refused", "unknown", "saving"].find((kind) => kinds.includes(kind)) ?? null;
    set(cell, "data-state", worst);
    set(cell, "data-locked", data[3] ? "" : null);
  }

  #fillTree(cell, position, data) {
    const level = this.sheet.levels[position];
    const hasChildren = this.sheet.hasChildren(position);
    // However deep a row is, its text has room.
    if (cell.level !== level) cell.style.setProperty("--indent", `${Math.min(level * INDENT, parseInt(cell.style.width) / 2.5)}px`);
    cell.level = level;
    set(cell, "data-tree", hasChildren ? (this.view.isCollapsed(data[ID]) ? "closed" : "open") : "leaf");
  }

  #isSelected(index, column) {
    const { top, bottom, left, right, isWholeRows } = this.range;
    return index >= top && index <= bottom && column <= right && (column >= left || (isWholeRows && column === 0));
  }

  #mark(cell, isSelected) {
    cell.isSelected = isSelected;
    set(cell, "aria-selected", isSelected ? "true" : null);
  }

  // Mark the selected cells and the focused cell, and put the fill handle at the selection's corner.
  #select() {
    this.range = this.selection.range;
    const { row: index, column } = this.selection.at;
    if (index < this.view.rowCount && !this.rows.has(index)) this.#take(index);
    const row = this.rows.get(index);
    if (row && column >= this.view.frozen && !row.cells[column]) this.#exchange(row, (cell, one) => this.#fill(row, cell, one));
    for (const one of this.rows.values()) {
      const each = (cell, place) => {
        const isSelected = this.#isSelected(one.index, place);
        if (cell && cell.isSelected !== isSelected) this.#mark(cell, isSelected);
      };
      one.frozenCells.forEach(each);
      one.cells.forEach(each);
    }
    const active = row ? this.#cellOf(row, column) : null;
    if (active !== this.active) {
      const hadFocus = this.active !== null && this.active === document.activeElement;
      this.active?.removeAttribute("tabindex");
      this.active?.removeAttribute("aria-describedby");
      this.active = active;
      active?.setAttribute("tabindex", "0");
      if (hadFocus) this.focus();
    }
    this.#placeHandle();
  }

  #placeHandle() {
    const { bottom, right } = this.range;
    const last = this.view.columns[right];
    const isShown = Boolean(last) && this.view.rowCount > 0 && right >= 1;
    this.handle.hidden = !isShown;
    if (!isShown) return;
    const isFrozen = right < this.view.frozen;
    if (this.handle.parentNode !== this.panes[isFrozen ? 0 : 1]) this.panes[isFrozen ? 0 : 1].append(this.handle);
    this.handle.style.transform = `translate(${last.left + last.width - 5}px, ${(bottom + 1) * ROW_HEIGHT - 5}px)`;
  }

  // Returns the index of the last column whose left edge is at or before `left` (pixels).
  #columnAt(left) {
    const { columns } = this.view;
    let low = 0;
    let high = columns.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (columns[middle].left <= left) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function set(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}
