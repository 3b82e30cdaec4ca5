// Stores unsaved changes in the browser (IndexedDB), so that they survive a reload, a crash of the tab, and the end of
// the session. Each tab with unsaved changes has a record, which belongs to one person and one sheet. The record is
// deleted when everything is saved.

const DATABASE = "byline";
const STORE = "unsaved";
export const BY_PERSON = "person";

// The record of this tab: { tab, person, sheet, … }.
export class Unsaved {
  constructor(person, sheet, tab) {
    Object.assign(this, { person, sheet, tab });
    this.queued = null;
    this.writing = Promise.resolve();
  }

  // Store the result of `content()`, which is called at the time of writing. If the result is null, remove the record.
  // Resolves when this is done. Rejects if this browser stores nothing.
  keep(content) {
    this.queued ??= this.writing
      .catch(() => {})
      .then(() => {
        this.queued = null;
        this.writing = this.#write(content());
        return this.writing;
      });
    return this.queued;
  }

  // Take over and return the records of closed tabs, oldest first. `isGone(tab)` says whether a tab is closed.
  // `content(records)` returns this tab's record together with their changes. It replaces all of these records in one
  // transaction.
  adopt(isGone, content) {
    return inStore(async (store) => {
      const records = await done(store.index(BY_PERSON).getAll(this.person));
      const found = records.filter(({ sheet, tab }) => sheet === this.sheet && isGone(tab)).sort((a, b) => a.at - b.at);
      if (found.length) store.put(this.#record(content(found)));
      for (const { tab } of found) store.delete(tab);
      return found;
    });
  }

  #write(content) {
    return inStore((store) => (content ? store.put(this.#record(content)) : store.delete(this.tab)));
  }

  #record(content) {
    return { ...content, tab: this.tab, person: this.person, sheet: this.sheet, at: Date.now() };
  }
}

// Call `run` with the store of records, in one transaction. Returns the result of `run` when the transaction is complete.
export async function inStore(run) {
  const database = await open();
  try {
    const transaction = database.transaction(STORE, "readwrite");
    const result = await run(transaction.objectStore(STORE));
    await finished(transaction);
    return result;
  } finally {
    database.close();
  }
}

function open() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: "tab" }).createIndex(BY_PERSON, "person");
  };
  return done(request);
}

export function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
