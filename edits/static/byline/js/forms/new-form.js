// Suggests the address of a new form from its title, until someone types an address.
"use strict";
(() => {
  const title = document.querySelector("#new-form [data-title]");
  const slug = document.querySelector("#new-form [data-slug]");
  let isOwn = slug.value !== "";

  slug.addEventListener("input", () => { isOwn = slug.value !== ""; });
  title.addEventListener("input", () => {
    if (!isOwn) {
      const plain = title.value.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
      slug.value = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 56).replace(/-+$/, "");
    }
  });
})();
