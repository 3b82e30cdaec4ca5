// Signs people out. Then removes their unsaved changes and their arrangement of sheets from this browser. If there are
// unsaved changes, the person is asked first. Forms that sign out have `data-signs-out` with the person as "region id".

import { PREFIX } from "./settings.js";
import { tellSignedOut } from "./tabs.js";
import { BY_PERSON, done, inStore } from "./unsaved.js";

const AWAY = "This app can't be reached at the moment, so you may still be signed in. Try again.";

const refused = new WeakSet(); // forms whose answer this script didn't understand, so that the browser sends them again

for (const form of document.querySelectorAll("form[data-signs-out]")) {
  form.addEventListener("submit", (event) => {
    if (refused.has(form)) return;
    event.preventDefault();
    ask(form, event.submitter);
  });
}

async function ask(form, submitter) {
  const person = form.dataset.signsOut;
  const count = await countUnsaved(person).catch(() => 0);
  if (count) {
    const what = count === 1 ? "1 change of yours isn't" : `${count} changes of yours aren't`;
    if (!confirm(`${what} saved yet, and will be lost. Sign out?`)) return;
  }
  const request = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } };
  const response = await fetch(form.action, request).catch(() => null);
  if (!response || response.status >= 500) {
    alert(AWAY);
    return;
  }
  const { next } = response.ok ? await response.json().catch(() => ({})) : {};
  if (!next) {
    refused.add(form);
    form.requestSubmit(submitter); // the next page says why the person isn't signed out
    return;
  }
  tellSignedOut(person);
  if (count) await forget(person);
  forgetSettings(person);
  location.assign(next);
}

// The number of a person's unsaved changes on all sheets.
export async function countUnsaved(person) {
  const records = await inStore((store) => done(store.index(BY_PERSON).getAll(person)));
  return records.reduce((count, record) => count + record.count, 0);
}

// Remove all unsaved changes of a person.
function forget(person) {
  return inStore(async (store) => {
    for (const tab of await done(store.index(BY_PERSON).getAllKeys(person))) store.delete(tab);
  });
}

// Remove a person's arrangements of all sheets.
function forgetSettings(person) {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`${PREFIX}${person} `)) localStorage.removeItem(key);
  } catch {
    // this browser stores nothing
  }
}
