// Shows the menus of cells and columns. The right mouse button, Shift+F10 and the menu key open them.

import { columnCommands } from "./columns.js";
import { make } from "./elements.js";

const GONE = "Nothing was done, because this cell no longer exists in your view.";

export class Menus {
  constructor(grid) {
    this.grid = grid;
  }

  // Open the menu of the focused cell at a point of the window.
  openForCell(x, y) {
    const { grid } = this;
    const { whyNot } = grid.sheet;
    const commands = grid.commands.filter((command) => command.menu && !(command.needs && whyNot[command.needs]) && (command.isFor?.(grid) ?? true));
    const column = grid.focusedColumn;
    const more = column ? [{ name: `Column ${column.title}…`, run: () => this.openForColumn(column.id, x, y) }] : [];
    const { row, column: columnId } = grid.selection.focus;
    this.#show([...commands, ...more], x, y, ({ focus }) => focus.row === grid.sheet.idOf(row) && focus.column === columnId);
  }

  openForColumn(id, x, y) {
    this.#show(columnCommands(this.grid, id), x, y);
  }

  // Open the menu at the focused cell, as the menu key does.
  openAtCell() {
    const box = this.grid.painter.active?.getBoundingClientRect();
    if (box) this.openForCell(box.left + 16, box.bottom - 4);
  }

  // Open the menu that an event asks for, on a column's title or on a cell. `under` has the ids of the row and column.
  openFor(event, head, under) {
    const { grid } = this;
    if (head) {
      if (grid.view.columnIndexOf(under.column) > 0) this.openForColumn(under.column, event.clientX, event.clientY);
      return;
    }
    if (event.clientX === 0 || event.button !== 2) {
      this.openAtCell();
      return;
    }
    const at = grid.selection.indexes(under);
    if (!at) return; // an earlier key has removed the cell
    if (!isIn(grid.selection.range, at)) grid.go(at.row, at.column);
    this.openForCell(event.clientX, event.clientY);
  }

  // Show the menu. `isHere(selection)` is whether the cell for which the menu was opened still has the focus.
  #show(commands, x, y, isHere = () => true) {
    this.close?.();
    const { grid } = this;
    const items = commands.map((command) => {
      const item = make("button", { type: "button", role: "menuitem", tabindex: "-1", class: "grid-menu-item" }, make("span", {}, command.name));
      const keys = command.keyText;
      if (keys) item.append(make("kbd", {}, keys.split(", ")[0]));
      item.addEventListener("click", () => {
        this.close();
        grid.painter.focus();
        if (isHere(grid.selection)) command.run(grid);
        else grid.status.tell(GONE);
      });
      return item;
    });
    const menu = make("div", { class: "grid-menu", role: "menu", "aria-label": "Commands" }, ...items);
    const leave = (event) => {
      if (!menu.contains(event.target)) this.close();
    };
    const place = () => {
      menu.style.left = "4px"; // at the edge, the menu would be measured too narrow
      menu.style.left = `${Math.max(4, Math.min(x, innerWidth - menu.offsetWidth - 8))}px`;
      menu.style.top = `${Math.max(4, Math.min(y, innerHeight - menu.offsetHeight - 8))}px`;
    };
    this.close = () => {
      removeEventListener("pointerdown", leave, true);
      removeEventListener("resize", place);
      menu.remove();
      this.close = null;
    };
    menu.addEventListener("keydown", (event) => this.#press(event, items));
    menu.addEventListener("focusout", (event) => !menu.contains(event.relatedTarget) && event.relatedTarget && this.close?.());
    addEventListener("pointerdown", leave, true);
    addEventListener("resize", place); // for example if a phone is turned
    grid.host.append(menu);
    place();
    items[0]?.focus();
  }

  #press(event, items) {
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items[to].focus();
    else if (event.key === "Escape" || event.key === "Tab") {
      this.close();
      this.grid.painter.focus();
    } else if (event.key.length === 1) {
      const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      rest.find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
      return;
    } else return;
    event.preventDefault();
  }
}

// Whether a range has a cell.
function isIn({ top, bottom, left, right, isWholeRows }, { row, column }) {
  return row >= top && row <= bottom && column <= right && (column >= left || (isWholeRows && column === 0));
}
