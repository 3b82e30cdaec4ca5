// Shows questions and lists in the browser's own dialog element, which keeps the focus inside and closes with Esc.

import { make, newId } from "./elements.js";

// Show a dialog until it is closed. `content` are its elements. Returns the dialog's return value, or "" after Esc.
export function show(host, title, content, { isWide = false } = {}) {
  const id = newId("dialog");
  const before = document.activeElement;
  const close = make("button", { type: "button", class: "btn-close", "aria-label": "Close", onclick: () => dialog.close("") });
  const head = make("div", { class: "grid-dialog-head" }, make("h2", { id, class: "h3 mb-0" }, title), close);
  const dialog = make("dialog", { class: `grid-dialog${isWide ? " is-wide" : ""}`, "aria-labelledby": id }, head, ...content);
  host.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus({ preventScroll: true });
      if (document.activeElement === document.body) host.grid.painter.focus(); // `before` is gone
      resolve(dialog.returnValue);
    });
  });
}

// Returns a button that closes its dialog with a return value. Enter in an input presses a form's first button, but not
// this one.
export function closingButton(text, value) {
  const button = make("button", { type: "button", class: "btn", onclick: () => button.closest("dialog").close(value) }, text);
  return button;
}

// Ask a question. Returns whether the answer was yes.
export async function confirm(host, { title, lines, yes, no = "Cancel", isDangerous = false }) {
  const form = make(
    "form",
    { method: "dialog" },
    ...lines.map((line) => make("p", {}, line)),
    make(
      "div",
      { class: "btn-list justify-content-end" },
      make("button", { class: "btn", value: "" }, no),
      make("button", { class: `btn ${isDangerous ? "btn-danger" : "btn-primary"}`, value: "yes", autofocus: true }, yes),
    ),
  );
  return (await show(host, title, [form])) === "yes";
}
