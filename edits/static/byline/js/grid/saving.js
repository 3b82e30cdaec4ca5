// Saves a person's changes in their order. Changes are collected for a moment, and sent in as few calls as Smartsheet
// allows.
//
// Before a call, its changes and its Idempotency-Key are stored in the browser. If no answer arrives, or the tab
// crashes, the same call is made again, and this app returns the result of the first call. So nothing is lost or saved
// twice.
//
// Events: "state" means that the state of saving has changed. "saved" comes after a call that changed the sheet.
// "failed" means that a row could not be added, deleted or moved, so the sheet must be read again. "withdrawn" means
// that a change was not made, was perhaps not made, or was discarded. If undoing must leave out this change, it is the
// event's `detail`. "remarks" with { text } says what deleted rows had and restored rows lack.

import { cellWith, isSame } from "./cells.js";
import { Pending, cellKey, changesIn, nearOf, withOwnIds } from "./pending.js";
import { Sending, isStillUnknown } from "./sending.js";
import { Tabs } from "./tabs.js";
import { isNew, placeOf } from "./tree.js";
import { Unsaved } from "./unsaved.js";

const PAUSE = 400; // milliseconds for which changes are collected, so that quick typing becomes one call
const SHOWN_AS_SAVED = 3_000;
const DONE = new Set(["saved", "unchanged"]);
const PARTS = ["calls", "uncertain", "waiting", "open"]; // the parts of a stored record
const SIGNED_OUT = "You signed out.";
const WHAT_WAS_DONE = { add: "added", delete: "deleted", move: "moved" };

export class Saving extends EventTarget {
  // `person` is the person who changes the sheet, as "region id".
  constructor(sheet, api, person) {
    super();
    this.sheet = sheet;
    this.pending = new Pending();
    // Problems that the person has to solve, by cellKey: { row, column, kind, … }. `shown` is the value that the person
    // saw when they began to type, and `value` is what they typed. `now` is the current value that the problem shows.
    // If Smartsheet's cell was read again later, `latest` is that cell.
    this.open = new Map();
    this.rowNumbers = null; // a RowNumbers, if the sheet has predecessors
    this.settled = 0; // the number of calls that were answered
    this.isLeaving = false; // whether this script has stored everything and is leaving the page
    this.isReady = false; // becomes true when the changes of earlier tabs are restored
    this.isKept = true; // whether this browser keeps what isn't saved
    this.tabs = new Tabs(person, sheet.id, {
      onSaved: (cells) => this.#hearOfSaved(cells),
      onSignedOut: () => this.#forget(),
    });
    this.unsaved = new Unsaved(person, sheet.id, this.tabs.own);
    this.sending = new Sending(api, sheet.id, this.tabs, {
      take: () => this.#take(),
      keep: () => this.#keep(),
      settle: (call, results) => this.#settle(call, results),
      refuse: (...refusal) => this.#refuse(...refusal),
      tell: () => this.#changed(),
    });
    sheet.addEventListener("changed", ({ detail }) => this.#collect(detail));
    sheet.addEventListener("merged", ({ detail }) => this.#hearOfOthers(detail.kept ?? []));
    addEventListener("beforeunload", (event) => {
      if (this.count && !this.isLeaving) event.preventDefault();
    });
  }

  // The number of unsaved cells and rows.
  get count() {
    return this.waiting + this.open.size;
  }

  // The number of unsaved cells and rows that will be saved without a decision by the person.
  get waiting() {
    return this.pending.count + countOf([...this.sending.calls, ...this.sending.uncertain]);
  }

  // Whether rows are being added, deleted or moved, so that the order of rows differs from the sheet's.
  get isMovingRows() {
    return [...this.pending.changes, ...this.sending.calls.flatMap(leftOf)].some(isOfRow);
  }

  // Whether rows are among the unsaved changes that will be saved without a decision by the person.
  get hasRows() {
    return this.isMovingRows || this.sending.uncertain.flatMap(leftOf).some(isOfRow);
  }

  // This tab's unsaved changes, as the parts of a record.
  get parts() {
    const { calls, uncertain } = this.sending;
    return { calls, uncertain, waiting: this.pending.changes, open: [...this.open.values()] };
  }

  // Called when someone else is signed in now. Nothing is sent in their name.
  otherPerson() {
    this.sending.halt("other-person");
  }

  // Called when the session has ended. If the same person signs in again, saving continues.
  sessionEnded() {
    this.sending.halt("sign-in");
  }

  // Sign in again in this tab, or in another tab if this browser can't keep the changes.
  async signInAgain() {
    await this.#keep();
    if (!this.isKept) {
      open(location.href);
      return;
    }
    this.isLeaving = true;
    location.reload(); // the server redirects to the sign-in page, and from there back to this sheet
  }

  // Restore unsaved changes of closed tabs, after a crash, a reload, or the end of a session. The sheet must be loaded.
  async adopt() {
    const isGone = await this.tabs.whoIsGone();
    await this.tabs.alone(async () => {
      const records = await this.unsaved.adopt(isGone, (found) => this.#record(found.map((one) => this.#own(one))));
      for (const record of records) this.#restore(this.#own(record));
    }).catch(() => this.#cannotKeep());
    this.isReady = true;
    this.#changed();
    this.tryNow();
  }

  // Make the next try now.
  tryNow() {
    this.sending.after(0);
  }

  // Carry out the person's decision. "theirs" keeps Smartsheet's value. "mine" replaces it with the typed value.
  decide(key, how) {
    const one = this.open.get(key);
    if (!one) return;
    this.open.delete(key);
    const { row, column, now, value, hyperlink } = one;
    if (how === "mine") {
      this.pending.collect({ do: "update", row, column, shown: now, value, hyperlink });
      this.sheet.setState(row, column, { kind: "saving" });
      this.tryNow();
    } else {
      if (one.cells) this.sheet.merge([], [row]); // the row could not be added, so it is removed
      else if (one.column) this.#giveUp(one);
      this.#tell("withdrawn", one.cells || one.column ? one : undefined);
    }
    this.#changed();
    this.#keep();
  }

  // Called when the person has seen the current value of a cell. Their next change can then replace this value.
  see(key) {
    const one = this.open.get(key);
    if (one) one.shown = one.now;
  }

  // Show what Smartsheet has in a cell instead of what the person typed.
  #giveUp({ row, column, now, latest = cellWith(this.sheet.cell(row, column), now) }) {
    this.sheet.setCell(row, column, latest);
    this.sheet.setState(row, column, null);
    this.#tell("saved"); // this makes freshness.js read the sheet again, with all details of the cell
  }

  #collect({ changes, why }) {
    if (why === "restore") return;
    if (this.sending.halted === "signed-out") {
      for (const { row, column } of changes) if (column) this.sheet.setState(row, column, { kind: "refused", why: SIGNED_OUT });
      return;
    }
    this.pending.dropMovesBefore(changes);
    const { open } = this;
    const states = [];
    for (const change of changes) {
      if (change.do !== "update") {
        this.#collectRow(change);
        continue;
      }
      const { row, column, value, hyperlink } = change;
      const addition = open.size && open.get(cellKey(row, "add"));
      if (addition) {
        this.#keepWith(addition, change);
        continue;
      }
      const one = open.size && open.get(cellKey(row, column));
      const shown = one ? one.shown : change.shown;
      if (one) open.delete(cellKey(row, column));
      const isOther = !isSame(shown, value) || hyperlink !== undefined;
      if (one && !isOther) {
        this.#giveUp(one);
        continue;
      }
      const isCollected = isOther || this.pending.ofCell(row, column);
      const own = { do: "update", row, column, shown, value, hyperlink };
      const isWaiting = (isCollected && this.pending.collect(own)) || isNew(row) || this.#isSent(row, column);
      states.push([row, column, isWaiting ? { kind: "saving" } : null]);
    }
    this.sheet.setStates(states);
    this.#changed();
    this.#keep();
    if (!this.sending.isRetrying) this.sending.after(PAUSE);
  }

  // Collect the addition, deletion or move of a row. Rows that could not be added aren't in Smartsheet. So deleting
  // them discards them, and moving them changes only this tab. If another row is moved next to such a row, it goes next
  // to a row that is in Smartsheet.
  #collectRow(change) {
    const { do: what, row, place, family = [] } = change;
    const discarded = family.filter(([id]) => this.open.delete(cellKey(id, "add")));
    this.open.delete(cellKey(row, what)); // the person tries again what could not be done
    if (discarded.some(([id]) => id === row) || this.open.has(cellKey(row, "add"))) return;
    const own = { ...change };
    if (what === "delete") own.rows -= discarded.length;
    else if (this.open.has(cellKey(nearOf(place), "add"))) own.place = this.#savedPlaceOf(row);
    this.pending.collect(own);
  }

  // Returns the place of a row next to a row that is in Smartsheet.
  #savedPlaceOf(row) {
    const { sheet } = this;
    let place;
    let near = row;
    do {
      const position = sheet.position(near);
      place = position === undefined ? { where: "bottom" } : placeOf(position, sheet.rows, sheet.levels);
      near = nearOf(place);
    } while (near && isNew(near));
    return place;
  }

  // Store a change of a cell in the addition of its row, which could not be added yet.
  #keepWith(addition, { row, column, value, hyperlink }) {
    addition.cells = [...addition.cells.filter((cell) => cell.column !== column), { column, value, hyperlink }];
    this.sheet.setState(row, column, { kind: "refused", why: addition.why });
  }

  #isSent(row, column) {
    return this.sending.calls.some(({ origins }) => origins.flat().some((one) => one.row === row && one.column === column));
  }

  // Called when a call was not accepted. If the errors name wrong changes, the other changes are sent again.
  #refuse(call, errors, message, kind = "refused") {
    const blamed = new Map(); // the reason for each change
    for (const { pointer, detail } of errors) {
      const [, number, cell] = /^\/changes\/(\d+)(?:\/cells\/(\d+))?/.exec(pointer) ?? [];
      const origin = call.origins[number];
      if (!origin) continue;
      for (const change of origin[0].do === "update" && cell ? [origin[cell]] : origin) blamed.set(change, detail);
    }
    const all = leftOf(call);
    for (const change of all) {
      if (!blamed.size || blamed.has(change)) this.#needsPerson(change, { kind, why: blamed.get(change) ?? message });
    }
    if (blamed.size) this.#putBack(all.filter((change) => !blamed.has(change)));
  }

  // Handle the results of a call. After this, `call.left` has the changes whose outcome is still unknown.
  #settle(call, results) {
    this.settled += 1;
    const { left } = call;
    const again = [];
    const saved = [];
    const unknown = [];
    const remarks = new Set(); // sentences about restored rows
    call.origins.forEach((changes, number) => {
      const result = results[number];
      const [first] = changes;
      if (first.do === "add" && (!left || left.includes(first))) this.#settleAddition(first, result);
      for (const change of left ? changes.filter((one) => left.includes(one)) : changes) {
        const cell = first.do === "update" ? result.cells.find((one) => one.column_id === change.column) : undefined;
        const status = cell?.status ?? result.status;
        const why = cell?.detail || result.detail;
        if (DONE.has(status)) {
          saved.push([change, cell]);
          if (change.restores && why) remarks.add(why);
        } else if (status === "not sent") again.push(change);
        else if (isStillUnknown({ ...result, status })) unknown.push([change, why]);
        else if (status === "unknown") this.#needsPerson(change, { kind: "unknown", why });
        else if (cell && status === "conflict") this.#conflict(change, cell);
        else this.#needsPerson(change, { kind: "refused", why });
      }
    });
    this.#saved(saved);
    this.#putBack(again);
    call.left = unknown.map(([change]) => change);
    if (unknown.length) this.#unknown(call, unknown);
    if (remarks.size) this.#tell("remarks", { text: [...remarks].join(" ") });
    this.#tell("saved");
  }

  #putBack(changes) {
    this.pending.putBack(changes.filter((change) => !this.#isUndone(change)));
  }

  // Take the next call. Deletions that the person has undone before they were sent aren't made.
  #take() {
    for (const change of [...this.pending.changes]) if (this.#isUndone(change)) this.pending.remove(change);
    const call = this.pending.take(this.sending.uncertain.flatMap(leftOf), this.rowNumbers);
    this.rowNumbers?.prepare(call);
    return call;
  }

  // Whether a change that was not carried out is a deletion that the person has undone since. If so, the old rows are
  // still in Smartsheet, and the new rows that undoing made get the ids of the old ones.
  #isUndone(change) {
    const restored = change.do === "delete" ? this.pending.cancel(change) : [];
    for (const { row, restores } of restored) {
      this.pending.rename(row, restores);
      this.sheet.rename(row, restores);
    }
    if (restored.length) this.#tell("failed");
    return restored.length > 0;
  }

  #settleAddition(change, result) {
    if (!DONE.has(result.status)) return;
    const [from, to] = [change.row, result.row_id];
    this.pending.rename(from, to);
    this.sheet.rename(from, to);
    for (const { column_id: column, status, detail, value: now } of result.cells) {
      if (DONE.has(status)) continue;
      const { value } = change.cells.find((cell) => cell.column === column) ?? {};
      this.#needsPerson({ do: "update", row: to, column, shown: now ?? null, value }, { kind: "refused", why: detail });
    }
  }

  #saved(saved) {
    const cells = saved.filter(([change]) => change.do === "update");
    const shown = [];
    for (const [{ row, column, value }, cell] of cells) {
      if (this.pending.ofCell(row, column)) continue; // the cell was changed again
      const held = cell && cell.value !== undefined ? cell.value : value;
      // Row numbers in Smartsheet's answer can differ from the grid's. The sheet is read again soon.
      if (!isSame(held, value) && !this.rowNumbers?.isFor(column)) this.sheet.setCell(row, column, cellWith(this.sheet.cell(row, column), held));
      shown.push([row, column, { kind: "saved" }]);
    }
    this.sheet.setStates(shown);
    setTimeout(() => {
      const isSaved = ([row, column]) => this.sheet.state(row, column)?.kind === "saved";
      this.sheet.setStates(shown.filter(isSaved).map(([row, column]) => [row, column, null]));
    }, SHOWN_AS_SAVED);
    if (cells.length) this.tabs.tellSaved(cells.map(([change]) => change));
  }

  #conflict(change, cell) {
    const later = this.pending.drop(change.row, change.column);
    const value = later ? later.value : change.value;
    const { value: now, by, at } = cell;
    this.#need({ ...change, value, kind: "conflict", now, by, at });
  }

  #needsPerson(change, state) {
    if (change.do !== "update") {
      if (state.kind === "refused" && this.#isUndone(change)) return;
      const said = state.kind === "unknown" ? "It isn't certain whether a row was" : "A row was not";
      this.#needsPersonForRow(change, `${said} ${WHAT_WAS_DONE[change.do]}. ${state.why}`);
      return;
    }
    const later = this.pending.ofCell(change.row, change.column);
    if (later) later.shown = change.shown; // the person has typed another value since then, which is sent next
    else this.#need({ ...change, ...state, now: change.shown });
  }

  #need(one) {
    const { row, column, kind, why, shown, now, by, at, value, hyperlink } = one;
    this.open.set(cellKey(row, column), { row, column, kind, why, shown, now, by, at, value, hyperlink });
    this.sheet.setState(row, column, { kind, why, saw: shown, now, by, at, typed: value });
    this.#tell("withdrawn");
  }

  // Keep the values of a row that can't be added, so that the person can copy them.
  #needsPersonForRow(change, sentence) {
    const { row, do: what, cells } = change;
    if (what === "add") {
      this.pending.putBack([change]);
      if (!this.pending.changes.includes(change)) return; // the person has deleted the row since
    }
    const one = { row, do: what, kind: "refused", why: sentence, cells };
    this.open.set(cellKey(row, what), one);
    for (const later of what === "add" ? [...this.pending.changes] : []) {
      if (later.row === row) {
        this.pending.remove(later);
        if (later.do === "update") this.#keepWith(one, later);
      } else if (nearOf(later.place) === row) later.place = this.#savedPlaceOf(later.row);
    }
    this.#tell("failed");
    this.#tell("withdrawn", what === "add" ? undefined : change);
  }

  #unknown(call, changes) {
    for (const [{ do: what, row, column }, why] of changes) {
      if (what === "update") this.sheet.setState(row, column, { kind: "unknown", why });
    }
    if (!this.sending.uncertain.includes(call)) this.sending.uncertain.push(call);
    this.#tell("withdrawn");
  }

  // Called when another tab of the same person saved cells. So this tab doesn't show them as changes by others, and
  // finds no conflicts with them.
  #hearOfSaved(cells) {
    for (const { row, column, shown, value, hyperlink } of cells) {
      const isThis = (one) => one.row === row && one.column === column;
      const overtaken = this.sending.uncertain.filter((call) => leftOf(call).some(isThis));
      for (const call of overtaken) call.left = leftOf(call).filter((one) => !isThis(one)); // this change isn't sent again
      const waiting = this.pending.ofCell(row, column);
      if (waiting) {
        if (overtaken.length || isSame(waiting.shown, shown)) waiting.shown = value;
      } else if (!this.open.has(cellKey(row, column)) && !this.#isSent(row, column)) {
        if (overtaken.length) this.sheet.setState(row, column, null);
        this.sheet.setCell(row, column, cellWith(this.sheet.cell(row, column), value, "", hyperlink));
      }
    }
    this.#changed();
    this.#keep();
  }

  #hearOfOthers(cells) {
    for (const [row, column, cell] of cells) {
      const one = this.open.get(cellKey(row, column));
      if (one) one.latest = cell;
    }
  }

  // Returns the record of another tab, with this tab's ids and row numbers.
  #own(record) {
    withOwnIds(record);
    this.rowNumbers?.restore(changesIn(record), record.rows);
    record.rows = {};
    return record;
  }

  #restore({ at, calls, uncertain, waiting, open }) {
    for (const call of [...calls, ...uncertain]) call.triedAt ??= at;
    const show = (change) => {
      const { row, column, value, hyperlink } = change;
      if (change.do === "delete") this.sheet.apply([change], "restore");
      if (change.do !== "update") return;
      this.sheet.apply([{ do: "update", row, column, value, hyperlink }], "restore");
      this.sheet.setState(row, column, { kind: "saving" });
    };
    [...calls, ...uncertain].flatMap(leftOf).forEach(show);
    this.sending.calls.push(...calls);
    this.sending.uncertain.push(...uncertain);
    for (const change of waiting) {
      this.pending.collect(change);
      if (change.do === "update") show(change);
      else this.sheet.apply([{ ...change, id: change.row }], "restore");
    }
    for (const one of open) {
      if (!one.column) this.open.set(cellKey(one.row, one.do), one);
      else {
        const latest = this.sheet.cell(one.row, one.column);
        show({ ...one, do: "update" });
        this.#need(one);
        this.open.get(cellKey(one.row, one.column)).latest = latest;
      }
    }
  }

  // Called when the person signed out on purpose, and agreed to lose unsaved changes.
  #forget() {
    this.sending.halt("signed-out");
    const sent = [...this.sending.calls, ...this.sending.uncertain].flatMap(leftOf);
    const cells = [...sent, ...this.pending.changes, ...this.open.values()].filter(({ column }) => column);
    this.sheet.setStates(cells.map(({ row, column }) => [row, column, { kind: "refused", why: SIGNED_OUT }]));
    this.pending = new Pending();
    this.sending.calls = [];
    this.sending.uncertain = [];
    this.open.clear();
    this.#keep();
    this.#changed();
  }

  #keep() {
    return this.unsaved.keep(() => this.#record()).catch(() => this.#cannotKeep());
  }

  #cannotKeep() {
    this.isKept = false;
    this.#changed();
  }

  // Returns all unsaved changes: this tab's, and those in the `others` records. Null if nothing is unsaved.
  #record(others = []) {
    if (this.sending.halted === "signed-out") return null;
    const gather = (name) => [...others, this.parts].flatMap((record) => record[name]);
    const record = Object.fromEntries(PARTS.map((name) => [name, gather(name)]));
    const count = countOf([...record.calls, ...record.uncertain]) + record.waiting.length + record.open.length;
    return count ? { ...record, count, rows: this.rowNumbers?.idsIn(changesIn(record)) } : null;
  }

  #changed() {
    this.#tell("state");
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

// Returns the changes of a call that have no result yet.
const leftOf = ({ origins, left }) => left ?? origins.flat();

const countOf = (calls) => calls.flatMap(leftOf).length;

const isOfRow = ({ do: what }) => what !== "update";
