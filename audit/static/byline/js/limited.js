// Until Smartsheet has answered, a page of the log shows fewer entries. This script reloads the page after 1, 2 and 4
// seconds, unless the person has begun to type. After that, people can use the page's link to reload it.
"use strict";
(() => {
  const KEY = "byline.limited";
  const FORGET = 30_000; // after this many milliseconds, the tries are counted from 0 again
  const before = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  const tries = before && Date.now() - before.at < FORGET ? before.tries : 0;
  let isTyping = false;

  document.addEventListener("input", () => (isTyping = true));
  if (tries < 3) {
    setTimeout(() => {
      if (!isTyping) {
        sessionStorage.setItem(KEY, JSON.stringify({ at: Date.now(), tries: tries + 1 }));
        location.reload();
      }
    }, 1_000 * 2 ** tries);
  }
})();
