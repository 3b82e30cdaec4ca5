// Copies and pastes cells, also between this grid and spreadsheets. Cells that this grid copied are pasted with their exact
// values. Other text is parsed by the type of each column, in the person's own locale.

import { carried, contentOf } from "./carrying.js";
import { plural } from "./elements.js";
import { ID } from "./tree.js";
import { readTsv, writeTsv } from "./tsv.js";

const LINKS = "text/x-links"; // the clipboard's type that has the links of cells
const LINKS_STAY = "Links of cells aren't pasted into other tabs. To copy the links too, press Ctrl+C.";
const LINK_NAMES = new Set(["url", "sheet_id", "report_id", "sight_id"]);
const MOST_ROWS = 20_000; // of a sheet in Smartsheet
const TOO_MANY = "Smartsheet allows at most 20,000 rows in a sheet.";
const NO_TEXT = "Nothing was pasted, because the clipboard has no text.";
const NOT_ALLOWED = "The browser didn't allow copying. Press Ctrl+C again.";

export class Copying {
  constructor(grid) {
    this.grid = grid;
    this.copied = { text: null };
  }

  // Copy the selected cells, and say so. With `why`, empty them afterwards. `data` is the clipboard data of the
  // browser's event, which browsers accept only during the event. After the event, `data` is null. The page then asks
  // the browser to write to the clipboard.
  async copy(data, why = "") {
    const { grid } = this;
    // If an earlier key opened an editor, nothing is selected in it.
    if (!grid.view.rowCount || (data === null && grid.editors?.isOpen)) return;
    const { status, selection } = grid;
    const { rowIds, columnIds } = selection; // the person may go on before the browser has written
    const { top, bottom, left, right } = selection.range;
    const text = this.#take();
    const links = this.copied.cells.map((row) => row.map(({ hyperlink }) => hyperlink));
    const isLinked = links.flat().some(Boolean);
    try {
      if (data) {
        data.setData("text/plain", text);
        if (isLinked) data.setData(LINKS, JSON.stringify(links));
      } else await navigator.clipboard.writeText(text);
    } catch {
      status.tell(NOT_ALLOWED);
      return;
    }
    const note = isLinked && !data ? ` ${LINKS_STAY}` : "";
    status.tell(`${plural((bottom - top + 1) * (right - left + 1), "cell")} copied.${note}`);
    if (why) grid.clear(why, { rowIds, columnIds });
  }

  // Keep the selected cells as copied. Returns them as text.
  #take() {
    const { view, sheet, selection } = this.grid;
    const { top, bottom, left, right } = selection.range;
    const columns = view.columns.slice(left, right + 1).filter((column) => column.place >= 0);
    const cells = [];
    for (let index = top; index <= bottom; index++) {
      cells.push(columns.map(({ place }) => contentOf(sheet, view.rows[index], place)));
    }
    const text = writeTsv(cells.map((row) => row.map((cell) => cell.text)));
    this.copied = { text, cells };
    return text;
  }

  // Paste text of the clipboard. `links` are the links of cells that another tab copied. An earlier key can have opened a
  // field, such as an editor, where the text belongs.
  pasteText(text, links = "") {
    const field = document.activeElement;
    if (field.matches("input, textarea") && this.grid.host.contains(field)) {
      document.execCommand("insertText", false, text);
      return;
    }
    const isOwn = text.replaceAll("\r\n", "\n") === this.copied.text?.replaceAll("\r\n", "\n");
    const block = isOwn ? this.copied.cells : withLinks(readTsv(text), links);
    if (block.length) this.paste(block);
    else this.grid.status.tell(NO_TEXT);
  }

  // Paste rows of cells, starting at the first selected cell. Each cell is a text, { text, link }, or the content of a cell.
  async paste(block) {
    const { grid } = this;
    const { view, selection, sheet } = grid;
    const { bottom, left, right } = selection.range;
    const top = Math.min(selection.range.top, view.rowCount); // in a grid without rows, the last focus can be further down
    const height = block.length;
    const width = block.reduce((most, row) => Math.max(most, row.length), 0); // too many rows for Math.max(...)
    const isTiled = view.rowCount > 0 && (bottom - top + 1) % height === 0 && (right - left + 1) % width === 0;
    const rows = isTiled ? bottom - top + 1 : height;
    const columns = isTiled ? right - left + 1 : width;
    const beyond = top + rows - view.rowCount;
    const fitting = Math.min(columns, view.columns.length - left);
    const targets = view.columns.slice(left, left + fitting).map(({ id }) => id); // columns may change while the person is asked
    const changes = [];
    const written = []; // the ids of the rows
    // Call `take` with the id of each column, and with what is pasted there: { text } or { value, … }.
    const eachCell = (row, take) => {
      for (let place = 0; place < fitting; place++) {
        const source = block[row % height][place % width];
        const column = targets[place];
        if (source !== undefined) take(column, changeOf(sheet, source, column));
      }
    };
    for (let row = 0; row < Math.min(rows, view.rowCount - top); row++) {
      const id = view.row(top + row)[ID];
      written.push(id);
      // `shown` is the value now. If others change the cell while the person is asked a question, saving finds a
      // conflict.
      eachCell(row, (column, content) => changes.push({ do: "update", row: id, column, shown: sheet.value(id, column), ...content }));
    }
    const notes = [];
    if (beyond > 0) {
      const whyNot = sheet.whyNot.add || (sheet.rows.length + beyond > MOST_ROWS ? TOO_MANY : "");
      const wantsRows = !whyNot && (await this.#wantsRows(beyond));
      if (wantsRows === undefined) return; // the question could not be shown
      for (let row = rows - beyond; wantsRows && row < rows; row++) {
        const cells = [];
        eachCell(row, (column, content) => cells.push({ column, ...content }));
        const id = sheet.newId();
        written.push(id);
        changes.push({ do: "add", id, place: { where: "bottom" }, cells });
      }
      if (!wantsRows) notes.push(`Left out: ${plural(beyond, "row")} beyond the last row that is shown.`, ...(whyNot ? [whyNot] : []));
    }
    if (columns > fitting) notes.push(`Left out: ${plural(columns - fitting, "column")} beyond the last column that is shown.`);
    await grid.applyUnlessDoubtful(changes, "paste", notes);
    this.#select(written, targets);
    grid.painter.focus();
  }

  // Select the cells that were pasted. If other rows are between them now, for example because the rows are sorted, select
  // only the first row. Otherwise, the next key could change rows in which nothing was pasted.
  #select(rowIds, columnIds) {
    const { view, sheet, selection } = this.grid;
    const rows = rowIds.map((id) => view.indexOf(sheet.idOf(id))).filter((row) => row >= 0);
    const columns = columnIds.map((id) => view.columnIndexOf(id)).filter((column) => column >= 0);
    if (!rows.length || !columns.length) return;
    const isBlock = rows.every((row, number) => row === rows[0] + number);
    selection.select(rows[0], columns[0], isBlock ? rows.at(-1) : rows[0], columns.at(-1));
  }

  #wantsRows(count) {
    return this.grid.confirm({
      title: `Add ${plural(count, "row")}?`,
      lines: [`What you paste has more rows than are shown from this cell on. ${plural(count, "new row")} would go to the bottom of the sheet.`],
      yes: `Add ${plural(count, "row")}`,
      no: count === 1 ? "Leave it out" : "Leave them out",
    });
  }
}

// Returns the part of a change that writes a copied cell into a column.
function changeOf(sheet, source, columnId) {
  if (typeof source === "string") return { text: source };
  if (!source.link) return carried(sheet, source, columnId);
  return sheet.column(columnId)?.type === "TEXT_NUMBER" ? { value: source.text, hyperlink: source.link } : { text: source.text };
}

// Returns the rows of texts with the links that the clipboard has for them. Every page can write to the clipboard, so
// leave out what isn't a link.
function withLinks(block, links) {
  let found = [];
  try {
    found = JSON.parse(links);
  } catch {
    return block; // no links
  }
  return block.map((row, index) => row.map((text, place) => (text && isLink(found?.[index]?.[place]) ? { text, link: found[index][place] } : text)));
}

function isLink(link) {
  const [[name, where] = [], ...more] = Object.entries(link ?? {});
  if (more.length || !LINK_NAMES.has(name) || typeof where !== "string") return false;
  return name === "url" ? URL.canParse(where) && /^(https?:\/\/[^\s/]|mailto:.)/i.test(where) : /^\d{1,19}$/.test(where);
}
