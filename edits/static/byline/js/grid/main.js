// Shows a sheet as a grid. The page has an element with `data-grid`, whose data has the sheet's id, the API's address,
// and the person's formats of days and numbers.

import { Api, ApiError } from "./api.js";
import { Freshness, readAgain } from "./freshness.js";
import { Grid } from "./grid.js";
import { load } from "./loading.js";
import { Sheet } from "./sheet.js";
import { typeOf } from "./types/index.js";

const PAUSE = 500; // milliseconds
const FAILED = "A part of this page could not be loaded. Check the connection, or reload the page.";

const host = document.querySelector("[data-grid]");

async function start() {
  const api = new Api(host.dataset.api, host.dataset.person);
  let grid = null;
  let read = null; // the answer that the sheet's rows come from
  const loading = host.querySelector("[data-grid-loading]");
  try {
    const isWhole = await load(api, host.dataset.sheet, {
      onFirst(answer) {
        read = answer;
        grid = new Grid(host, new Sheet(answer, { ...host.dataset }), api);
        attachTypes(grid);
        showName(grid.sheet);
        loading.remove();
      },
      onRows(rows) {
        grid.sheet.append(rows);
      },
    });
    if (!isWhole) read = await readUntilShown(grid);
    grid.loaded = "all";
    await grid.saving.adopt(); // waits while another tab saves
    grid.freshness = new Freshness(grid, read);
  } catch (error) {
    if (grid) grid.loaded ??= "some";
    const isAnswer = error instanceof ApiError;
    const why = isAnswer ? error.message : FAILED;
    const status = loading.querySelector("p");
    status.textContent = grid ? `Not all rows could be loaded. ${why}` : why;
    status.setAttribute("role", "alert");
    loading.classList.add("is-failed");
    if (grid) host.querySelector("[data-grid-place]").before(loading);
    if (!isAnswer) throw error; // a script that can't be loaded, or a fault of ours
  }
}

// Prepare the grid for its columns, and again if the columns have changed.
function attachTypes(grid) {
  const { sheet } = grid;
  const attach = () => sheet.columns.forEach((column) => typeOf(column).attach?.(grid));
  attach();
  sheet.addEventListener("columns", attach);
}

// Show the new name above the grid and in the browser's tab if the sheet is renamed in Smartsheet.
function showName(sheet) {
  const shown = document.querySelectorAll("[data-sheet-name]");
  let before = sheet.name;
  sheet.addEventListener("named", () => {
    for (const element of shown) element.textContent = sheet.name;
    document.title = document.title.replace(before, () => sheet.name);
    before = sheet.name;
  });
}

// Read the whole sheet. The person can already work in the first rows. If something is saved while the sheet is read,
// read the sheet again.
async function readUntilShown(grid) {
  for (;;) {
    const answer = await readAgain(grid);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

// Ask before the page is left while keys and clicks wait for a part of the grid. These keys can be typed text, which
// would be lost.
addEventListener("beforeunload", (event) => {
  if (host.grid?.parts.waiting) event.preventDefault();
});

// The grid needs browser locks, so that two tabs don't save at the same time. Browsers offer locks only to pages with
// https:// addresses, and to pages on this machine.
if (isSecureContext) start();
else location.replace("?view=table");
