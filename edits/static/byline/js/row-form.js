// The row form with JavaScript: marks what has changed, counts it on the button, Ctrl+Enter saves, Esc leaves, and
// nobody leaves unsaved text behind unasked. Without JavaScript the form does all but the marks.
"use strict";
(() => {
  const form = document.getElementById("row-form");
  const save = form.querySelector("[data-save]");
  const leave = form.querySelector("[data-leave]");
  const isKept = "kept" in form.dataset; // the server remembers what was typed, until more is typed
  let isSent = false;
  let isTouched = false;

  const text = (value) => value.replace(/\r\n?/g, "\n");
  const same = (texts) => JSON.stringify(texts.map(text).filter(Boolean).sort());

  // The texts that a browser sends for a cell, as edits/widgets/posted.py has them.
  function posted(name) {
    const controls = [name, `other-${name}`, `link-${name}`].flatMap((one) => [...form.querySelectorAll(`[name="${one}"]`)]);
    return controls.filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked).map((one) => one.value);
  }

  // The hidden field holds the texts that were shown, as a JSON list.
  function isChanged(cell) {
    const name = cell.dataset.cell;
    return same(posted(name)) !== same(JSON.parse(form.elements[`initial-${name}`].value));
  }

  function mark() {
    const cells = [...form.querySelectorAll("[data-cell]")];
    const count = cells.filter((cell) => cell.classList.toggle("is-changed", isChanged(cell))).length;
    if (save) {
      save.textContent = save.dataset.save === "Save" && count ? `Save ${count} change${count === 1 ? "" : "s"}` : save.dataset.save;
    }
    return count;
  }

  // Browsers that can't do it by themselves (field-sizing) let a text area grow here.
  function grow(area) {
    if (!CSS.supports("field-sizing", "content")) {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
    }
  }
  form.querySelectorAll("[data-grow]").forEach(grow);

  form.addEventListener("input", (event) => {
    isTouched = true;
    const mine = document.getElementById(`id_${event.target.name}_mine`);
    if (mine) {
      mine.checked = true;
    }
    if ("grow" in event.target.dataset) {
      grow(event.target);
    }
    mark();
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
      leave.click();
    }
  });

  addEventListener("beforeunload", (event) => {
    if (!isSent && mark() && (isTouched || !isKept)) {
      event.preventDefault();
    }
  });

  // Back to a page that the browser kept as it was when the form was sent.
  addEventListener("pageshow", () => {
    isSent = false;
    save?.classList.remove("btn-loading");
    save?.removeAttribute("aria-disabled");
    mark();
  });
})();
