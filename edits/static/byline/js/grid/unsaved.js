// Stores unsaved changes in the browser (IndexedDB), so that they survive a reload, a crash of the tab, and the end of
// the session. Each tab with unsaved changes has a record, which belongs to one person and one sheet. The record is
// deleted when everything is saved.

const DATABASE = "byline";
const STORE = "unsaved";
const BY_PERSON = "person";

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
  async adopt(isGone, content) {
    const database = await open();
    try {
      const transaction = database.transaction(STORE, "readwrite");
      const store = transaction.objectStore(STORE);
      const records = await done(store.index(BY_PERSON).getAll(this.person));
      const found = records.filter(({ sheet, tab }) => sheet === this.sheet && isGone(tab)).sort((a, b) => a.at - b.at);
      if (found.length) store.put(this.#record(content(found)));
      for (const { tab } of found) store.delete(tab);
      await finished(transaction);
      return found;
    } finally {
      database.close();
    }
  }

  async #write(content) {
    const database = await open();
    try {
      const transaction = database.transaction(STORE, "readwrite");
      const store = transaction.objectStore(STORE);
      if (content) store.put(this.#record(content));
      else store.delete(this.tab);
      await finished(transaction);
    } finally {
      database.close();
    }
  }

  #record(content) {
    return { ...content, tab: this.tab, person: this.person, sheet: this.sheet, at: Date.now() };
  }
}

// The number of a person's unsaved changes on all sheets.
export async function countUnsaved(person) {
  const records = await ofPerson(person);
  return records.reduce((count, record) => count + record.count, 0);
}

// Remove all unsaved changes of a person.
export async function forget(person) {
  const database = await open();
  try {
    const transaction = database.transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    for (const tab of await done(store.index(BY_PERSON).getAllKeys(person))) store.delete(tab);
    await finished(transaction);
  } finally {
    database.close();
  }
}

async function ofPerson(person) {
  const database = await open();
  try {
    return await done(database.transaction(STORE).objectStore(STORE).index(BY_PERSON).getAll(person));
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

function done(request) {
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
