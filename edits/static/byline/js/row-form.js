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
  const sorted = (values) => JSON.stringify([...values].sort());
  const lines = (value) => value.split(/[\n,]/).map((line) => line.trim()).filter(Boolean);

  // The hidden field holds what was shown, as the server wrote it: text, True or False, or a JSON list.
  function isChanged(cell) {
    const shown = text(form.elements[`initial-${cell.dataset.cell}`].value);
    const controls = [...cell.querySelectorAll(`[name="${cell.dataset.cell}"]`)];
    const [first] = controls;
    if (first.type === "checkbox" && shown.startsWith("[")) {
      return sorted(controls.filter((box) => box.checked).map((box) => box.value)) !== sorted(JSON.parse(shown));
    }
    if (first.type === "checkbox") {
      return first.checked !== (shown === "True");
    }
    if (first.tagName === "TEXTAREA" && cell.querySelector("[data-lines]")) {
      return sorted(lines(first.value)) !== sorted(JSON.parse(shown));
    }
    return text(first.value) !== shown;
  }

  function mark() {
    const cells = [...form.querySelectorAll("[data-cell]")];
    const count = cells.filter((cell) => cell.classList.toggle("is-changed", isChanged(cell))).length;
    if (save) {
      save.textContent = save.dataset.save === "Save" && count ? `Save ${count} change${count === 1 ? "" : "s"}` : save.dataset.save;
    }
    return count;
  }

  form.addEventListener("input", (event) => {
    isTouched = true;
    const mine = document.getElementById(`id_${event.target.name}_mine`);
    if (mine) {
      mine.checked = true;
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
