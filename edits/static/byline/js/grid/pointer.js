// Handles mouse and touch. They select cells and ranges, expand rows, fill cells and resize columns. Dragging cells
// scrolls at the edges.

import { ID } from "./tree.js";

const EDGE = 24; // pixels from an edge within which dragging scrolls
const STEP = 24;

export class Pointer {
  constructor(grid) {
    this.grid = grid;
    const { element } = grid.painter;
    element.addEventListener("mousedown", (event) => this.#press(event));
    element.addEventListener("dblclick", (event) => {
      if (event.target.closest(".grid-body .grid-cell") && !event.target.closest(".grid-editor")) grid.parts.later(() => grid.withEditors((editors) => editors.open()));
    });
    element.addEventListener("pointerdown", (event) => {
      this.tapped = event.pointerType === "touch" ? event.target.closest(".grid-cell[tabindex]") : null;
      if (event.target.classList.contains("grid-edge")) this.#resize(event);
    });
    element.addEventListener("contextmenu", (event) => this.#ask(event));
    element.addEventListener("click", ({ target }) => {
      const cell = target.closest(".grid-cell");
      const { tapped } = this;
      grid.parts.later(() => {
        if (cell && cell === tapped) grid.withEditors((editors) => editors.open()); // the second tap on this cell
        else if (cell?.dataset.kind === "check" && this.pressed === cell) grid.toggleBoxes();
      });
    });
  }

  // Handle a press. While a part of the grid is loaded for an earlier key, keep the press for later. A press that was
  // kept can't start dragging. Such a press selects the cell that the person saw, even if earlier keys have moved this
  // cell.
  #press(event) {
    const { grid } = this;
    const { painter, parts, selection, view } = grid;
    const { target } = event;
    const isKept = parts.waiting;
    const cell = target.closest(".grid-body .grid-cell");
    if (isKept && target.closest(".grid-body")) event.preventDefault();
    if (target === painter.handle && !isKept) this.#fill(event);
    if (event.button !== 0 || !cell || target.closest(".grid-editor")) return;
    event.preventDefault(); // the browser doesn't move the focus, because grid.go() does
    const isTriangle = this.#isTriangle(event, cell);
    const under = this.#under(event);
    const go = () => {
      if (parts.waiting) {
        parts.waiting.then(go);
        return;
      }
      if (grid.editors && !grid.editors.commit()) return;
      this.pressed = cell.hasAttribute("tabindex") && selection.rowIds.length === 1 ? cell : null; // the cell already had the focus
      const at = selection.indexes(under);
      if (!at) return; // an earlier key has removed the cell
      grid.go(at.row, at.column, !isTriangle && event.shiftKey);
      if (isTriangle) view.setCollapsed([under.row], !view.isCollapsed(under.row));
      else if ((event.ctrlKey || event.metaKey) && cell.dataset.kind === "link") grid.openLink();
      else if (!isKept) {
        this.#drag(({ row, column }) => {
          this.pressed = null;
          selection.go(row, column, true);
          painter.focus();
        });
      }
    };
    go();
  }

  // Returns the ids of the row and column under the pointer, as { row, column }.
  #under({ clientX, clientY }) {
    const { painter, view } = this.grid;
    const { row, column } = painter.locate(clientX, clientY);
    return { row: view.row(row)?.[ID], column: view.columns[column].id };
  }

  #ask(event) {
    const head = event.target.closest(".grid-head .grid-cell");
    const cell = event.target.closest(".grid-body .grid-cell");
    if (event.target.closest(".grid-editor") || (!head && !cell)) return;
    event.preventDefault();
    const under = this.#under(event);
    this.grid.parts.later(() => this.grid.withMenus((menus) => menus.openFor(event, head, under)));
  }

  #fill(event) {
    event.preventDefault();
    const { grid } = this;
    const from = grid.selection.range;
    this.#drag(
      ({ row, column }) => {
        const down = Math.max(0, row - from.bottom);
        const aside = Math.max(0, column - from.right);
        const to = down >= aside ? [from.bottom + down, from.right] : [from.bottom, from.right + aside];
        grid.selection.select(from.top, from.left, ...to);
      },
      () => {
        const to = grid.selection.range;
        grid.use("fill", ({ fillChanges }) => grid.applyUnlessDoubtful(fillChanges(grid, from, to), "fill"));
      },
    );
  }

  // Change the width of a column while the edge of its title is dragged.
  #resize(event) {
    event.preventDefault();
    const { view } = this.grid;
    const { column: id } = event.target.dataset;
    const start = view.columns[view.columnIndexOf(id)].width - event.clientX;
    const move = ({ clientX }) => view.setWidth(id, start + clientX);
    const end = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
  }

  #isTriangle(event, cell) {
    if (!cell.dataset.tree || cell.dataset.tree === "leaf") return false;
    const indent = parseInt(cell.style.getPropertyValue("--indent"), 10) || 0;
    return event.clientX - cell.getBoundingClientRect().left < indent + 26;
  }

  // Report the cell under the pointer until the button is released. Scroll while the pointer is at an edge.
  #drag(onMove, onEnd = () => {}) {
    const { painter } = this.grid;
    const { element } = painter;
    let point = null;
    let frame = 0;
    let last = "";
    const tell = () => {
      const at = painter.locate(point.clientX, point.clientY);
      const key = `${at.row} ${at.column}`;
      if (key !== last) onMove(at);
      last = key;
    };
    const step = () => {
      frame = 0;
      const box = element.getBoundingClientRect();
      const towards = (place, low, high) => (place < low + EDGE ? -STEP : place > high - EDGE ? STEP : 0);
      const down = towards(point.clientY, box.top + painter.headHeight, box.top + painter.height);
      const aside = towards(point.clientX, box.left + this.grid.view.frozenWidth, box.left + painter.width);
      if (!down && !aside) return;
      const before = [element.scrollTop, element.scrollLeft];
      element.scrollBy(aside, down);
      if (before[0] !== element.scrollTop || before[1] !== element.scrollLeft) {
        painter.paint();
        tell();
        frame = requestAnimationFrame(step);
      }
    };
    const move = (event) => {
      if (!event.buttons) return end(); // the button was released where this page didn't hear of it
      point = event;
      tell();
      if (!frame) frame = requestAnimationFrame(step);
    };
    this.isDragging = true; // changes by others wait, so that the rows don't move under the pointer
    const end = () => {
      this.isDragging = false;
      cancelAnimationFrame(frame);
      removeEventListener("mousemove", move);
      removeEventListener("mouseup", end);
      onEnd();
    };
    addEventListener("mousemove", move);
    addEventListener("mouseup", end);
  }
}
