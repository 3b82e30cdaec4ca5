// Connects the tabs in which one person has the same sheet open. The tabs save one after the other, tell each other
// about saved cells, and find out which tabs are closed.
//
// Each open tab holds a lock with the tab's name. The browser releases the lock even if the tab crashes.

const NAME = "byline";

export class Tabs {
  // `onSaved(cells)` is called after another tab saved cells, as [{ row, column, shown, value, hyperlink }].
  // `onSignedOut()` is called when the person has signed out.
  constructor(person, sheet, { onSaved, onSignedOut }) {
    Object.assign(this, { person, sheet });
    this.own = crypto.randomUUID();
    this.isHere = new Promise((resolve) => {
      navigator.locks.request(lockOf(this.own), () => {
        resolve();
        return new Promise(() => {}); // this promise never ends, so the tab holds the lock until it is closed
      });
    });
    this.channel = new BroadcastChannel(NAME);
    this.channel.addEventListener("message", ({ data }) => {
      if (data.person !== person) return;
      if (data.kind === "signed-out") onSignedOut();
      if (data.kind === "saved" && data.sheet === sheet) onSaved(data.cells);
    });
  }

  // Returns a function that says whether the tab with a given name is closed.
  async whoIsGone() {
    await this.isHere;
    const { held } = await navigator.locks.query();
    const names = new Set(held.map(({ name }) => name));
    return (tab) => !names.has(lockOf(tab));
  }

  // Call `run`, which saves changes, as soon as no other tab of this person with this sheet is saving.
  alone(run) {
    return navigator.locks.request(`${NAME} saving ${this.person} ${this.sheet}`, run);
  }

  tellSaved(cells) {
    this.channel.postMessage({ kind: "saved", person: this.person, sheet: this.sheet, cells });
  }
}

export function tellSignedOut(person) {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage({ kind: "signed-out", person });
  channel.close();
}

const lockOf = (tab) => `${NAME} tab ${tab}`;
