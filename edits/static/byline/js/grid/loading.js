// Reads a sheet through the API. The first page is small, so that it is shown soon. The other pages are larger.

import { loadTypes } from "./types/index.js";

const FIRST = 200; // as in sheet.html, where the browser requests these rows before the scripts run
const THEN = 5_000;
const AT_ONCE = 2; // pages that are requested together, so that Smartsheet, this app and the browser work at the same time

// Call `onFirst` with the first answer, then `onRows(rows)` for each further page. Returns whether all rows were read.
// If the sheet changes while its pages are read, the pages don't fit together, and the sheet must be read again.
export async function load(api, sheetId, { onFirst, onRows }) {
  const read = reader(api, sheetId);
  const first = await read(1, FIRST);
  onFirst(first);
  if (first.rows.length >= first.total_rows) return true;
  const pages = Math.ceil(first.total_rows / THEN);
  const asked = []; // promises of the answers, page by page
  const ask = () => {
    if (asked.length === pages) return;
    asked.push(read(asked.length + 1, THEN));
    asked.at(-1).catch(() => {}); // the error is raised later, where the answer is awaited
  };
  for (let count = 0; count < AT_ONCE; count++) ask();
  for (let page = 1; page <= pages; page++) {
    const answer = await asked[page - 1];
    asked[page - 1] = null;
    if (answer.version !== first.version) return false;
    ask(); // request the next page now, so that Smartsheet and this app work while the browser shows these rows
    onRows(page === 1 ? answer.rows.slice(FIRST) : answer.rows);
  }
  return true;
}

// Returns the answer with all rows. If possible, all rows are from the same version of the sheet.
export async function readWhole(api, sheetId) {
  const read = reader(api, sheetId);
  for (let attempt = 0; ; attempt++) {
    const first = await read(1, THEN);
    let isSteady = true;
    for (let page = 2; first.rows.length < first.total_rows; page++) {
      const answer = await read(page, THEN);
      isSteady &&= answer.version === first.version;
      if (!answer.rows.length) break;
      first.rows.push(...answer.rows);
    }
    if (isSteady || attempt === 2) return first;
  }
}

function reader(api, sheetId) {
  return async (page, size) => {
    const answer = await api.get(`sheets/${sheetId}?page=${page}&page_size=${size}`);
    await loadTypes(answer.columns);
    return answer;
  };
}
