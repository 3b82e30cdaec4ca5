// Says that the browser blocked the redirect to Smartsheet after a button was pressed. Without this, nothing happens
// then: the browser only writes a line to its console. Proxies and middleware can set a policy that the app doesn't know.
"use strict";
document.addEventListener("securitypolicyviolation", (event) => {
  if (event.effectiveDirective !== "form-action") return;
  for (const note of document.querySelectorAll("[data-way-blocked]")) note.hidden = false;
});
