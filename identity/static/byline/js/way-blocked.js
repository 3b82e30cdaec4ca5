// Says that the browser blocked the redirect to Smartsheet after a button was pressed. Otherwise people would see
// nothing, because the browser only writes a line to its console. The app can't know every policy, because proxies and
// middleware can set one too.
"use strict";
document.addEventListener("securitypolicyviolation", (event) => {
  if (event.effectiveDirective !== "form-action") return;
  for (const note of document.querySelectorAll("[data-way-blocked]")) note.hidden = false;
});
