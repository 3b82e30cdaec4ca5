// Shows the OpenAPI document with Swagger UI, in the theme of the page. Requests that people try out there have the
// session's CSRF token.
"use strict";

const page = document.getElementById("swagger-ui");
const root = document.documentElement;

const followTheme = () => root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");
followTheme();
new MutationObserver(followTheme).observe(root, { attributeFilter: ["data-bs-theme"] });

SwaggerUIBundle({
  ...JSON.parse(document.getElementById("swagger-settings").textContent),
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  requestInterceptor: (request) => {
    request.headers["X-CSRFToken"] = page.dataset.csrfToken;
    return request;
  },
});
