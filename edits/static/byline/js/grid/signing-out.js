// When someone signs out, removes their unsaved changes and their arrangement of sheets from this browser. If there are
// unsaved changes, the person is asked first. Forms that sign out have `data-signs-out` with the person as "region id".

import { forgetSettings } from "./settings.js";
import { tellSignedOut } from "./tabs.js";
import { countUnsaved, forget } from "./unsaved.js";

const agreed = new WeakSet(); // forms in which the person has agreed to lose unsaved changes

for (const form of document.querySelectorAll("form[data-signs-out]")) {
  form.addEventListener("submit", (event) => {
    if (agreed.has(form)) return;
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
  tellSignedOut(person);
  if (count) await forget(person);
  forgetSettings(person);
  agreed.add(form);
  form.requestSubmit(submitter);
}
