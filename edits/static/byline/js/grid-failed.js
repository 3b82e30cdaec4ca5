// Says that a script of the grid can't be loaded. The grid's own scripts can't say so, because none of them runs if one
// of the modules that they import is missing.
"use strict";
(() => {
  function tellNotLoaded({ target }) {
    if (!target.matches?.("[data-grid-script]")) return;
    const loading = document.querySelector("[data-grid-loading]");
    loading.classList.add("is-failed");
    const status = loading.querySelector("p");
    status.setAttribute("role", "alert");
    status.textContent = "A part of this page could not be loaded. Check the connection, or reload the page.";
  }

  document.addEventListener("error", tellNotLoaded, { capture: true }); // the event of a script doesn't bubble
})();
