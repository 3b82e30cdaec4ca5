// Makes the calls that save changes, one after the other. Each call has an Idempotency-Key. A call without an answer is
// made again with the same key, so that nothing is saved twice.

import { ApiError, OtherPerson } from "./api.js";
import { isInFront } from "./pending.js";

const LONGEST_WAIT = 60_000; // the most milliseconds between two tries
const UNKNOWN_AGAIN = 15_000; // milliseconds until an unknown result of a call is requested again
const TOO_OLD = 6 * 24 * 3600 * 1000; // milliseconds after which a call isn't repeated; the app keeps a key for a week
const NOT_CERTAIN = "This change was sent too long ago to find out whether it was saved. Look at the sheet.";
const NO_RESULTS = "This app can't be reached at the moment.";
const SENT_NOTHING = new Set([401, 403, 413, 422, 429]); // statuses after which nothing was saved by this try
const AWAY = new Set([0, 408, 409, 425, 429, 500, 502, 503, 504]); // statuses after which another try can succeed

export class Sending {
  // `take()` returns the next call as { key, changes, origins }, or null. `keep()` stores everything in the browser,
  // and resolves when that is done. `settle(call, results)` is called with the results of a call. `refuse(call, errors,
  // message, kind)` is called if a call wasn't accepted, or, with the kind "unknown", if it is too old. `tell()` is called
  // when this object's state has changed.
  constructor(api, sheetId, tabs, { take, keep, settle, refuse, tell }) {
    Object.assign(this, { api, sheetId, tabs, take, keep, settle, refuse, tell });
    this.calls = []; // the calls to make; the first one is next
    this.uncertain = []; // calls whose outcome is unknown
    this.halted = ""; // why nothing is sent any more: "sign-in", "other-person" or "signed-out"
    this.away = ""; // why the last try failed, as a sentence
    this.tries = 0;
    this.isSending = false;
    addEventListener("online", () => this.after(0));
    addEventListener("focus", () => this.#resume());
    document.addEventListener("visibilitychange", () => this.#resume());
  }

  get isRetrying() {
    return this.tries > 0;
  }

  // Start to send after `wait` milliseconds.
  after(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#send(), wait);
  }

  halt(why) {
    if (this.halted === "signed-out") return null; // never try again
    this.halted = why;
    clearTimeout(this.timer);
    this.tell();
    return null;
  }

  // Called when the tab gets the focus, because the person has perhaps signed in again in another tab.
  #resume() {
    if (document.hidden || !["sign-in", "other-person"].includes(this.halted)) return;
    this.halted = "";
    this.after(0);
  }

  async #send() {
    if (this.isSending || this.halted) return;
    this.isSending = true;
    let wait = null;
    try {
      await this.tabs.alone(async () => {
        wait = await this.#sendAll();
      });
    } finally {
      this.isSending = false;
      this.tell();
    }
    if (wait !== null) this.after(wait);
    else if (this.uncertain.length && !this.halted) this.after(UNKNOWN_AGAIN);
  }

  // Make all calls. Returns the milliseconds until the next try, or null if there is nothing to do.
  async #sendAll() {
    while (!this.halted) {
      if (!this.calls.length) {
        const next = this.take();
        if (!next) break;
        this.calls.push(next);
      }
      const [call] = this.calls;
      if (isTooOld(call)) {
        this.#finish();
        this.refuse(call, [], NOT_CERTAIN, "unknown");
        continue;
      }
      const { triedAt } = call;
      call.triedAt ??= Date.now();
      await this.keep();
      this.tell();
      const wait = await this.#call(call, triedAt);
      await this.keep();
      if (wait !== null) return wait;
    }
    let isSettled = false;
    for (const call of this.uncertain.filter(isTooOld)) {
      this.uncertain.splice(this.uncertain.indexOf(call), 1);
      this.refuse(call, [], NOT_CERTAIN, "unknown");
    }
    for (const call of [...this.uncertain]) if (!this.halted) isSettled = (await this.#askAgain(call)) || isSettled;
    await this.keep();
    return isSettled && !this.halted ? 0 : null; // changes that waited for this can be sent now
  }

  // Make one call. Returns the milliseconds until it must be tried again, or null if it needn't be. `triedAt` is the time
  // of the first earlier try that perhaps saved something.
  async #call(call, triedAt) {
    let said;
    try {
      said = await this.#post(call);
    } catch (error) {
      if (SENT_NOTHING.has(error.status)) call.triedAt = triedAt;
      return this.#failed(call, error);
    }
    const { status, answer, retryAfter } = said;
    const isNothingSent = status === 401 || answer.results.every((result) => result.status === "not sent");
    if (isNothingSent) call.triedAt = triedAt;
    if (status === 401) return this.halt("sign-in");
    if (isNothingSent) return this.#tryAgain(answer.detail || answer.results[0].detail, retryAfter);
    this.#finish();
    this.settle(call, answer.results);
    return null;
  }

  async #post({ key, changes, shown_rows }) {
    const said = await this.api.post(`sheets/${this.sheetId}/edits`, { changes, shown_rows, unit: "cell", is_partial: true }, key);
    // An answer without a result for each change isn't from this app, and says nothing about what was saved.
    if (said.status !== 401 && said.answer.results?.length !== changes.length) throw new ApiError(NO_RESULTS, 0, {});
    return said;
  }

  // Remove the first call, which isn't tried again.
  #finish() {
    this.calls.shift();
    this.tries = 0;
    this.away = "";
  }

  // Called when no results arrived. Returns the milliseconds until the next try, or null if the call isn't tried again.
  #failed(call, error) {
    if (error instanceof OtherPerson) return this.halt("other-person");
    if (!(error instanceof ApiError)) throw error;
    const { status, problem, message, retryAfter } = error;
    if (status === 401) return this.halt("sign-in");
    if (AWAY.has(status) && !problem.type?.endsWith(":more-rows")) return this.#tryAgain(message, retryAfter);
    this.#finish();
    if (status === 413 && call.changes.length > 1) this.#split(call);
    else this.refuse(call, problem.errors ?? [], message);
    return null;
  }

  #tryAgain(why, retryAfter) {
    this.tries += 1;
    this.away = why;
    return Math.min(LONGEST_WAIT, Math.max(1000 * (retryAfter ?? 0), 1000 * 2 ** (this.tries - 1)));
  }

  // Split a call that is too large into two. They are made in an order that keeps the order of the rows.
  #split({ changes, origins, shown_rows }) {
    const middle = changes.length >> 1;
    const halves = [[middle, undefined], [0, middle]];
    for (const [from, to] of changes[0].place && isInFront(changes[0].place) ? halves.reverse() : halves) {
      this.calls.unshift({ key: crypto.randomUUID(), changes: changes.slice(from, to), origins: origins.slice(from, to), shown_rows });
    }
  }

  // Ask for the result of a call that had no clear answer. Returns whether there is a result now.
  async #askAgain(call) {
    let said;
    try {
      said = await this.#post(call);
    } catch (error) {
      if (error instanceof OtherPerson) this.halt("other-person");
      else if (!(error instanceof ApiError)) throw error;
      else if (error.status === 401) this.halt("sign-in");
      return false;
    }
    if (said.status === 401) this.halt("sign-in");
    if (said.status === 401 || said.answer.results.some(isStillUnknown)) return false;
    this.uncertain.splice(this.uncertain.indexOf(call), 1);
    this.settle(call, said.answer.results);
    return true;
  }
}

// Whether a call without an answer is too old to find out whether it was carried out.
const isTooOld = ({ triedAt }) => triedAt !== undefined && Date.now() - triedAt > TOO_OLD;

export const isStillUnknown = ({ status, is_undecidable: isUndecidable }) => status === "unknown" && !isUndecidable;
