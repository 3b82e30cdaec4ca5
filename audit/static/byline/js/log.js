// The log with JavaScript: counts what there is, says when there is more and shows it in place, and offers people and
// sheets as they are typed. It asks only while the tab is seen and somebody was here in the last minutes, so that an
// open page does not keep anybody signed in.
"use strict";
(() => {
  const EVERY = 5_000; // milliseconds between questions
  const PRESENT = 10 * 60_000; // milliseconds since somebody last moved
  let lastMoved = Date.now();

  async function ask(address) {
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
      return response.ok ? await response.json() : null;
    } catch {
      return null; // signed out, or the app is away: the page says so when it is used
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
        throw new Error("another page, as of signing in");
      }
      document.getElementById("entries").replaceWith(entries);
      entries.focus({ preventScroll: true }); // the button that had it is gone
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
        formData.delete(name); // an address to share says no more than it asks for
      }
    }
  });
  document.getElementById("id_sheet").addEventListener("change", () => {
    for (const input of document.querySelectorAll("#filters input[name=row], #filters input[name=column]")) {
      input.disabled = true; // they are of the sheet that was chosen before
    }
  });
  for (const name of ["pointermove", "keydown", "scroll"]) {
    addEventListener(name, () => (lastMoved = Date.now()), { passive: true });
  }
  document.addEventListener("click", show);
  setInterval(watch, EVERY);
  count();
})();
