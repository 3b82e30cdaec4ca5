// Counts the entries on the log page, announces and shows new entries, and suggests people and sheets while a person
// types. It looks for new entries only if the tab is visible and was used in the last minutes. So an open page doesn't
// keep a person signed in.
"use strict";
(() => {
  const EVERY = 5_000; // milliseconds between two requests for new entries
  const PRESENT = 10 * 60_000; // milliseconds; after this time without any use, it stops asking
  let lastMoved = Date.now();

  async function ask(address) {
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
      return response.ok ? await response.json() : null;
    } catch {
      return null; // the person is signed out, or the app doesn't answer; the next page says which
    }
  }

  async function count() {
    const place = document.querySelector("[data-count]");
    const link = place?.querySelector("a");
    if (link) {
      const answer = await ask(place.dataset.count);
      if (answer?.count && link.isConnected) {
        place.textContent = `${answer.count} in all`;
      }
    }
  }

  async function watch() {
    const place = document.querySelector("[data-newer]");
    if (!place || document.hidden || Date.now() - lastMoved > PRESENT) {
      return;
    }
    const answer = await ask(place.dataset.newer);
    const button = place.querySelector("[data-show]");
    if (answer?.count && place.isConnected) {
      button.textContent = `${answer.count >= 100 ? "100+" : answer.count} new entr${answer.count === 1 ? "y" : "ies"}`;
      button.hidden = false;
    }
  }

  async function show(event) {
    const button = event.target.closest("[data-show]");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    event.preventDefault();
    try {
      const response = await fetch(button.href);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const entries = page.getElementById("entries");
      if (!entries) {
        throw new Error("The answer is another page, such as the sign-in page.");
      }
      document.getElementById("entries").replaceWith(entries);
      entries.focus({ preventScroll: true }); // because the button that had the focus is gone
      count();
    } catch {
      location.assign(button.href);
    }
  }

  function offer(input) {
    const list = document.getElementById(`choices-${input.name}`);
    let waiting = 0;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        const address = document.getElementById("filters").dataset[`choices${input.name === "person" ? "Person" : "Sheet"}`];
        const answer = await ask(`${address}?q=${encodeURIComponent(input.value)}`);
        list.replaceChildren(...(answer?.choices ?? []).map((choice) => new Option("", choice)));
      }, 200);
    });
  }

  for (const input of document.querySelectorAll("#filters input[list]")) {
    offer(input);
  }
  document.getElementById("filters").addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) {
      if (!value) {
        formData.delete(name); // so that a shared address has no empty parameters
      }
    }
  });
  document.getElementById("id_sheet").addEventListener("change", () => {
    for (const input of document.querySelectorAll("#filters input[name=row], #filters input[name=column]")) {
      input.disabled = true; // this row and this column are in the sheet that was chosen before
    }
  });
  for (const name of ["pointermove", "keydown", "scroll"]) {
    addEventListener(name, () => (lastMoved = Date.now()), { passive: true });
  }
  document.addEventListener("click", show);
  setInterval(watch, EVERY);
  count();
})();
