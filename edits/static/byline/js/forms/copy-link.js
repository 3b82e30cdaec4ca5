// The button that copies the link of a form. Browsers offer the clipboard only to pages with https, and to pages on
// this machine.
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  const input = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(input.value).then(
      () => { button.textContent = "Copied"; },
      () => input.select(),
    );
  });
}
