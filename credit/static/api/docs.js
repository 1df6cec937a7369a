"use strict";

// Swagger UI on our own document. In a file of its own, for the pages allow no inline script.
const place = document.getElementById("operations");

window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false, // a key stays in this page and is gone with it
  validatorUrl: null, // asks nobody else
});
