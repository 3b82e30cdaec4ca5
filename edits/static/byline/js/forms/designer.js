// Makes the designer's page quicker. Its buttons no longer load the whole page. The shown form, and the conditions in
// words, are updated while someone types. Alt+↑ and Alt+↓ move the field that has the focus. The server does everything
// that the buttons do.
"use strict";
(() => {
  const said = document.getElementById("said");
  const desk = document.getElementById("desk");
  const WAIT = 350; // milliseconds from the last key until the shown form is updated
  let typing = 0;
  let newest = 0;
  let isLeaving = false;

  const form = () => document.getElementById("design");
  const isSaved = () => !document.querySelector("#save-state .bi-circle-fill");

  // Sends the form as this button would. Returns the page in the answer, or null if it isn't the designer's page.
  async function send(name, value, isLive = false) {
    const data = new URLSearchParams(new FormData(form()));
    data.set(name, value);
    if (isLive) {
      data.set("live", "1");
    }
    const answer = await fetch(form().action, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return answer.redirected || !page.getElementById("desk") ? null : page;
  }

  function openFolds() {
    return [...desk.querySelectorAll("details[open]")].map((one) => one.id);
  }

  function prepare() {
    for (const button of desk.querySelectorAll("[data-without-script]")) {
      button.hidden = true;
    }
  }

  // Show the whole page that the server sent. The focus goes where the server says, or stays on the same control.
  function show(page, focused, open) {
    desk.replaceChildren(...document.adoptNode(page.getElementById("desk")).childNodes);
    for (const id of open) {
      document.getElementById(id)?.setAttribute("open", "");
    }
    prepare();
    said.textContent = page.getElementById("said").textContent;
    const before = focused && document.getElementById(focused);
    const next = before && !before.disabled ? before : desk.querySelector("[autofocus]");
    next?.focus();
  }

  // Press a button without loading the page. If that fails, press it as a browser without JavaScript would.
  async function press(button, stays) {
    clearTimeout(typing);
    newest += 1;
    const focused = stays ? document.activeElement.id : "";
    const open = openFolds();
    desk.setAttribute("aria-busy", "true");
    let page = null;
    try {
      page = await send(button.name, button.value);
    } catch {
      page = null; // no connection: the browser's own page says that, and Back returns to what was typed
    }
    desk.removeAttribute("aria-busy");
    if (page) {
      show(page, focused, open);
    } else {
      isLeaving = true;
      button.dataset.leaves = "";
      form().requestSubmit(button);
    }
  }

  // Show what was typed in the shown form and in the conditions in words. The controls stay unchanged. With `isLive`,
  // also use what was typed into the shown form itself, so that its conditions can be tried out.
  async function follow(isLive = false) {
    const mine = ++newest;
    const page = await send("do", "show", isLive).catch(() => null);
    if (!page || mine !== newest) {
      return;
    }
    const focused = document.activeElement.closest("#live") ? document.activeElement.id : "";
    for (const id of ["live", "save-state", ...[...desk.querySelectorAll(".builder-words")].map((one) => one.id)]) {
      const fresh = page.getElementById(id);
      if (fresh) {
        document.getElementById(id).replaceChildren(...document.adoptNode(fresh).childNodes);
      }
    }
    if (focused) {
      document.getElementById(focused)?.focus();
    }
  }

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target !== form()) {
      return;
    }
    if (!button || "leaves" in button.dataset) {
      isLeaving = true;
      return;
    }
    event.preventDefault();
    press(button, false);
  });

  document.addEventListener("input", (event) => {
    if (!event.target.closest("#settings")) {
      return;
    }
    document.getElementById("save-state").replaceChildren(notSaved());
    clearTimeout(typing);
    if (!("redraw" in event.target.dataset)) {
      typing = setTimeout(follow, WAIT, false);
    }
  });

  // If the column of a line changes, the line needs other comparisons. If the comparison changes, it needs another
  // control.
  document.addEventListener("change", (event) => {
    if ("redraw" in event.target.dataset) {
      press(form().querySelector('button[value="show"]'), true);
    } else if (event.target.closest("#live")) {
      follow(true);
    }
  });

  document.addEventListener("keydown", (event) => {
    const item = event.target.closest("[data-field]");
    if (item && event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      const button = document.getElementById(`${event.key === "ArrowUp" ? "up" : "down"}-${item.dataset.field}`);
      if (!button.disabled) {
        press(button, true);
      }
    } else if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      press(document.getElementById("save"), false);
    }
  });

  addEventListener("beforeunload", (event) => {
    if (!isLeaving && !isSaved()) {
      event.preventDefault();
    }
  });
  addEventListener("pageshow", () => { isLeaving = false; });

  function notSaved() {
    const part = document.createDocumentFragment();
    const icon = document.createElement("i");
    icon.className = "bi bi-circle-fill text-warning";
    icon.setAttribute("aria-hidden", "true");
    part.append(icon, " Not saved yet");
    return part;
  }

  prepare();
})();
