// Makes the row form more convenient. Changed cells are marked, and the button shows their number. Ctrl+Enter saves,
// and Esc leaves the page. The page asks before someone leaves it with unsaved text. The form works without JavaScript
// too.
"use strict";
(() => {
  const form = document.getElementById("row-form");
  const save = form.querySelector("[data-save]");
  const leave = form.querySelector("[data-leave]");
  let isKept = "kept" in form.dataset; // the server has stored what was typed so far
  let isSent = false;
  let isTouched = false;

  const text = (value) => value.replace(/\r\n?/g, "\n");
  const same = (texts) => JSON.stringify(texts.map(text).filter(Boolean).sort());

  // Returns the texts that a browser sends for a cell, in the same form as edits/widgets/posted.py.
  function posted(name) {
    const controls = [name, `other-${name}`, `link-${name}`].flatMap((one) => [...form.querySelectorAll(`[name="${one}"]`)]);
    return controls.filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked).map((one) => one.value);
  }

  // Whether a cell has changed. Its hidden field has the texts that were shown, as a JSON list.
  function isChanged(cell) {
    const name = cell.dataset.cell;
    return same(posted(name)) !== same(JSON.parse(form.elements[`initial-${name}`].value));
  }

  function mark() {
    const cells = [...form.querySelectorAll("[data-cell]")].filter((cell) => !cell.closest("fieldset:disabled"));
    const count = cells.filter((cell) => cell.classList.toggle("is-changed", isChanged(cell))).length;
    if (save) {
      save.textContent = save.dataset.save === "Save" && count ? `Save ${count} change${count === 1 ? "" : "s"}` : save.dataset.save;
    }
    return count;
  }

  // Let a text area grow with its text, in browsers without the CSS property field-sizing.
  function grow(area) {
    if (!CSS.supports("field-sizing", "content")) {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
    }
  }
  form.querySelectorAll("[data-grow]").forEach(grow);

  // Show the address of the chosen person below the field.
  function tellAddress(input) {
    const known = [...input.list.options].find((option) => option.value.toLowerCase() === input.value.trim().toLowerCase());
    input.parentElement.querySelector("[data-address]").textContent = known && known.label !== known.value ? known.label : "";
  }

  // When the focus moves to a field for a person for the first time, read the people of the sheet. The form works
  // without this list.
  let shared;
  const NOBODY = { people: [] };
  async function askForPeople() {
    const answer = await fetch(form.dataset.people, { redirect: "error" });
    return answer.ok ? answer.json() : NOBODY;
  }
  async function suggestPeople(input) {
    shared ??= askForPeople().catch(() => NOBODY);
    const { people, note } = await shared;
    if (note && !input.value) input.parentElement.querySelector("[data-address]").textContent = note;
    const known = new Set([...input.list.options].flatMap((option) => [option.value, option.label]));
    for (const { name, email } of people.filter((person) => !known.has(person.email))) {
      const isUnclear = known.has(name) || name.includes("@"); // a name that is an address would mean someone else
      input.list.append(new Option(isUnclear ? name : email, isUnclear ? email : name));
    }
  }
  form.addEventListener("focusin", (event) => {
    if (event.target.list && form.dataset.people && !("suggested" in event.target.dataset)) {
      event.target.dataset.suggested = "";
      suggestPeople(event.target);
    }
  });

  form.addEventListener("input", (event) => {
    isTouched = true;
    if (event.target.list) {
      tellAddress(event.target);
    }
    const mine = document.getElementById(`id_${event.target.name}_mine`);
    if (mine) {
      mine.checked = true;
    }
    if ("grow" in event.target.dataset) {
      grow(event.target);
    }
    mark();
  });

  // The server has stored a draft of everything that was typed.
  form.addEventListener("draftsaved", () => {
    isKept = true;
    isTouched = false;
  });

  form.addEventListener("submit", (event) => {
    if (isSent) {
      event.preventDefault();
      return;
    }
    isSent = true;
    save.classList.add("btn-loading");
    save.setAttribute("aria-disabled", "true");
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && save) {
      event.preventDefault();
      form.requestSubmit(save);
    } else if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) {
      leave?.click();
    }
  });

  addEventListener("beforeunload", (event) => {
    if (!isSent && mark() && (isTouched || !isKept)) {
      event.preventDefault();
    }
  });

  // The browser's back button can show the page as it was when the form was sent.
  addEventListener("pageshow", () => {
    isSent = false;
    save?.classList.remove("btn-loading");
    save?.removeAttribute("aria-disabled");
    mark();
  });
})();
