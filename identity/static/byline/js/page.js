// The button in the top bar that switches the theme. Without JavaScript, the page has the system's theme.
"use strict";
(() => {
  const button = document.getElementById("theme-switch");
  if (!button) return; // a site's own frame has no such button
  const root = document.documentElement;

  function show() {
    const dark = root.getAttribute("data-bs-theme") === "dark";
    button.setAttribute("aria-label", dark ? "Use the light theme" : "Use the dark theme");
    button.firstElementChild.className = dark ? "bi bi-sun" : "bi bi-moon";
  }

  button.addEventListener("click", () => {
    const theme = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    root.setAttribute("data-bs-theme", theme);
    localStorage.setItem("theme", theme);
    show();
  });
  button.hidden = false;
  show();
})();
