// Shows changes by others. While the tab is visible, it reads the version of the sheet every ten seconds, which is
// little work for Smartsheet. If the version has changed, it reads the rows that differ. A hidden tab reads nothing.
// See docs/api.md, "What an open sheet costs".

import { ApiError, OtherPerson } from "./api.js";
import { detailsOf } from "./cells.js";
import { readWhole } from "./loading.js";
import { CELLS, ID, PARENT, isNew } from "./tree.js";
import { loadTypes } from "./types/index.js";

const EVERY = 10_000; // milliseconds between two checks, so that changes by others are shown within 15 seconds
const AFTER_SAVING = 500; // milliseconds; after a save, formulas have new values, and Smartsheet has formatted texts
const WHILE_BUSY = 100; // milliseconds
const LONGEST_WAIT = 300_000; // the most milliseconds between two checks
const MOVED = "The cell where you were no longer exists. You are in another cell now.";
const DIGEST = 7; // the API describes a row as a list; the item with this index is the hash of the row's formulas and links

export class Freshness {
  // `version` and `cursor` come from the answer with the sheet.
  constructor(grid, { version, cursor }) {
    const { sheet, api, saving } = grid;
    Object.assign(this, { grid, sheet, api, saving, version, cursor });
    this.isLooking = false;
    this.isAstray = false; // whether the rows here are in another order than in the sheet, or some are missing
    this.wait = EVERY;
    saving.addEventListener("saved", () => this.#lookAfter(AFTER_SAVING));
    saving.addEventListener("failed", () => {
      this.isAstray = true;
      this.#lookAfter(0);
    });
    document.addEventListener("visibilitychange", () => this.#lookAfter(document.hidden ? null : 0));
    this.#lookAfter(EVERY);
  }

  // Check again after `wait` milliseconds; null stops checking.
  #lookAfter(wait) {
    clearTimeout(this.timer);
    if (wait !== null && !document.hidden) this.timer = setTimeout(() => this.#look(), wait);
  }

  async #look() {
    if (this.isLooking) return;
    this.isLooking = true;
    const { settled } = this.saving;
    try {
      if (this.isAstray) await this.#readAgain();
      else if (!this.saving.isMovingRows) await this.#lookForChanges(); // the event "saved" starts another check later
      this.wait = EVERY;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error instanceof OtherPerson) this.saving.otherPerson();
      if (error.status === 401) this.saving.sessionEnded();
      this.wait = Math.min(LONGEST_WAIT, Math.max(1000 * (error.retryAfter ?? 0), 2 * this.wait));
    } finally {
      this.isLooking = false;
      // If something was saved during the read, the rows that were read can be older than that save.
      const isAgain = this.wait === EVERY && (this.isAstray || settled !== this.saving.settled);
      this.#lookAfter(isAgain ? AFTER_SAVING : this.wait);
    }
  }

  async #lookForChanges() {
    const saved = this.saving.settled;
    const { version } = await this.api.get(`sheets/${this.sheet.id}/version`);
    if (version === this.version) return;
    const known = { since: this.cursor, digests: this.#digests(), columns: this.#calculated(), version };
    const { answer: changes } = await this.api.post(`sheets/${this.sheet.id}/changes`, known);
    if (changes.is_whole) await loadTypes(changes.sheet.columns);
    await keysOf(this.grid);
    if (this.saving.isMovingRows || saved !== this.saving.settled) return;
    if (changes.is_changed) this.#merge(changes);
  }

  #merge({ cursor, is_whole, sheet: answer, row_ids: ids, parent_ids: parents, writers, logged }) {
    const { selection, painter, status } = this.grid;
    const { focus } = selection;
    const hadCell = focus.row !== null; // false while no row is shown
    this.sheet.setName(answer.name);
    if (is_whole) this.sheet.replaceColumns(answer);
    const rows = new Map(answer.rows.map((row) => [row[ID], row]));
    ids.forEach((id, place) => {
      const row = rows.get(id) ?? this.sheet.row(id);
      if (!row || row[PARENT] === parents[place]) return;
      const moved = [...row];
      moved[PARENT] = parents[place];
      moved[CELLS] = [...row[CELLS]];
      rows.set(id, moved);
    });
    let news = [];
    const hear = ({ detail }) => {
      news = news.concat(detail.cells); // push(...) takes only about 100,000 arguments
    };
    this.sheet.addEventListener("merged", hear);
    this.sheet.merge([...rows.values()], goneFrom(this.sheet, ids), inOrder(ids));
    this.sheet.removeEventListener("merged", hear);
    this.cursor = cursor;
    this.version = answer.version;
    this.#mark(news, writers, logged);
    if (hadCell && selection.focus !== focus && painter.element.contains(document.activeElement)) status.tell(MOVED);
  }

  // Mark each cell that others changed. The mark names the person if this app's log has the change; otherwise it says
  // that the cell was changed in Smartsheet. Results of formulas get no mark.
  #mark(cells, writers, logged) {
    const byLog = new Map(logged.map((one) => [`${one.row_id} ${one.column_id}`, one]));
    for (const [row, column] of cells) {
      const { formula, is_link } = detailsOf(this.sheet.cell(row, column));
      if (formula || is_link || this.sheet.column(column)?.is_system) continue;
      const writer = writers[row];
      const logs = byLog.get(`${row} ${column}`);
      const isByLog = logs && (!writer || writer.email === logs.email || writer.at <= logs.at);
      if ((isByLog && logs.is_me) || (!isByLog && !writer)) continue;
      const { name: by, at } = isByLog ? logs : { name: "", at: writer.at };
      this.sheet.setState(row, column, { kind: "changed", by, at, writer: writer?.name ?? "" });
    }
  }

  // Show the rows as they are in Smartsheet, after a row could not be added, moved or deleted.
  async #readAgain() {
    const answer = await readAgain(this.grid);
    if (!answer) return;
    this.version = answer.version;
    this.cursor = answer.cursor;
    this.isAstray = false;
  }

  // Returns the ids of the columns with formulas or links. If there are none, returns the id of the primary column. If
  // most columns have formulas or links, returns undefined, and all cells are read.
  #calculated() {
    const { columns, rows, primary } = this.sheet;
    if (columns.some(({ type }) => type === "PREDECESSOR")) return undefined; // all cells depend on other rows
    const isCalculated = columns.map(({ formula }) => Boolean(formula));
    for (const row of rows) {
      if (!row[DIGEST]) continue;
      columns.forEach((_, place) => {
        const { formula, is_link } = detailsOf(row[CELLS][place]);
        isCalculated[place] ||= Boolean(formula || is_link);
      });
    }
    const found = columns.filter((_, place) => isCalculated[place]);
    if (found.length > columns.length / 2) return undefined;
    return (found.length ? found : [columns[primary]]).map(({ id }) => id);
  }

  #digests() {
    return Object.fromEntries(this.sheet.rows.filter((row) => row[DIGEST]).map((row) => [row[ID], row[DIGEST]]));
  }
}

// Read the whole sheet and show it. Returns the API's answer. Returns null if rows are being added, deleted or moved,
// or if something was saved in the meantime, because then the sheet that was read can be older than these changes.
export async function readAgain(grid) {
  const { sheet, api, saving } = grid;
  if (saving.isMovingRows) return null;
  const saved = saving.settled;
  const answer = await readWhole(api, sheet.id);
  await keysOf(grid);
  if (saving.isMovingRows || saved !== saving.settled) return null;
  const ids = answer.rows.map((row) => row[ID]);
  sheet.replaceColumns(answer);
  sheet.merge(answer.rows, goneFrom(sheet, ids), inOrder(ids));
  return answer;
}

// Wait until earlier keys and clicks have had their effect. The parts that these keys and clicks need may still be
// loading, an input method may be composing a text, or the person may be dragging or typing predecessors. The person
// means the cells and row numbers as they saw them, so these stay as they are until then.
async function keysOf({ parts, painter, pointer }) {
  const isBusy = () => pointer.isDragging || (painter.active?.isContentEditable && painter.active.isEdited) || document.activeElement?.holdsRows?.();
  while (parts.waiting || isBusy()) {
    if (parts.waiting) await parts.waiting.then(); // then() adds one step, so the waiting keys take effect first
    else await new Promise((resolve) => setTimeout(resolve, WHILE_BUSY));
  }
}

// Returns the ids of this tab's rows that aren't in `ids`, which are the ids of all rows in Smartsheet.
function goneFrom(sheet, ids) {
  const known = new Set(ids);
  return sheet.rows.map((row) => row[ID]).filter((id) => !isNew(id) && !known.has(id));
}

// Returns a function that sorts rows in the order of these ids. New rows that aren't saved yet stay below the row above
// them.
function inOrder(ids) {
  const known = new Set(ids);
  return (rows) => {
    const read = new Map(rows.map((row) => [row[ID], row]));
    const unsaved = new Map(); // by the id of the row above them
    let above = null;
    for (const row of rows) {
      if (known.has(row[ID])) above = row[ID];
      else if (isNew(row[ID])) unsaved.set(above, [...(unsaved.get(above) ?? []), row]);
    }
    return [null, ...ids].flatMap((id) => [...(read.has(id) ? [read.get(id)] : []), ...(unsaved.get(id) ?? [])]);
  };
}
