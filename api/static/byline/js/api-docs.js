// Shows the OpenAPI document with Swagger UI. Requests that are tried out go out with the session's CSRF token.
"use strict";

const page = document.getElementById("swagger-ui");

SwaggerUIBundle({
  ...JSON.parse(document.getElementById("swagger-settings").textContent),
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  requestInterceptor: (request) => {
    request.headers["X-CSRFToken"] = page.dataset.csrfToken;
    return request;
  },
});
