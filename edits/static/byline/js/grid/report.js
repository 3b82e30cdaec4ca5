// Says what was done. Dialogs list the cells that were not changed and why, and the values whose meaning is doubtful.

import { show } from "./dialogs.js";
import { doubts } from "./doubts.js";
import { make, plural } from "./elements.js";

const MOST_LISTED = 500;
// The words for values of `why`. Other values, such as "cut", are words themselves.
const WORDS = { edit: "changed", paste: "pasted", fill: "filled", clear: "cleared" };

// Show in the status line how many cells were changed, and which were refused. `why` is what the person did. `left` are
// doubtful values that the person left out.
export function tellReport({ host, sheet, status, view }, { done, refused }, why, notes = [], left = []) {
  const claim = summary(done, WORDS[why] ?? why).join(" ");
  const parts = [claim, ...notes].filter(Boolean);
  const isHidden = (change) => change.do === "add" && view.indexOf(change.row) < 0;
  const hidden = view.matches ? done.filter(isHidden).length : 0;
  if (hidden) parts.push(`The filter hides ${plural(hidden, "new row")}.`);
  const word = refused.every(({ column }) => column) ? "cell" : "change"; // a refused row has no column
  if (refused.length) parts.push(`${plural(refused.length, word)} refused${refused.length === 1 ? `: ${refused[0].why}` : "."}`);
  if (left.length) parts.push(`${plural(left.length, "value")} left out.`);
  const items = [...refused, ...left];
  const isMore = items.length > 1 || left.length > 0;
  status.tell(parts.join(" "), isMore ? "Show why" : "", () => showReport(host, sheet, items), claim);
}

function summary(done, what) {
  const count = done.filter((change) => change.do === "update").length;
  const parts = count ? [`${plural(count, "cell")} ${what}.`] : [];
  for (const [kind, word] of [["add", "added"], ["delete", "deleted"], ["move", "moved"]]) {
    const changes = done.filter((change) => change.do === kind);
    const rows = changes.reduce((sum, change) => sum + (change.rows ?? 1), 0);
    if (rows) parts.push(`${plural(rows, "row")} ${word}.`);
  }
  return parts;
}

// Show what was not done. `items` are [{ row, column, text, why }].
function showReport(host, sheet, items) {
  show(host, "What was not done", listOf(sheet, items));
}

// Apply changes with texts. If some texts perhaps mean something else, show them in one question. If the person doesn't
// want to write them as shown, leave them out, and apply the other changes.
export async function applyUnlessDoubtful(grid, changes, why, notes) {
  const doubtful = doubts(grid.sheet, changes);
  if (!doubtful.length || (await wantsDoubtful(grid, doubtful))) {
    grid.apply(changes, why, notes);
    return;
  }
  const left = new Set(doubtful.map(({ of }) => of));
  const kept = (one) => !left.has(one);
  const clear = changes.filter(kept).map((one) => (one.cells ? { ...one, cells: one.cells.filter(kept) } : one));
  grid.apply(clear, why, notes, doubtful);
}

// Ask once about values that are perhaps not what the person means. Returns whether to write them as they are.
async function wantsDoubtful({ host, sheet }, doubtful) {
  const [them, their] = doubtful.length === 1 ? ["it", "its cell"] : ["them", "their cells"];
  const form = make(
    "form",
    { method: "dialog" },
    ...listOf(sheet, doubtful),
    make("p", {}, `If you leave ${them} out, you can fill in ${their} afterwards. All other values are written in any case.`),
    make(
      "div",
      { class: "btn-list justify-content-end" },
      make("button", { class: "btn", value: "keep" }, `Write ${them} as shown`),
      make("button", { class: "btn btn-primary", value: "", autofocus: true }, `Leave ${them} out`),
    ),
  );
  return (await show(host, `${plural(doubtful.length, "value")} may not be what you mean`, [form])) === "keep";
}

function listOf(sheet, items) {
  const lines = items.slice(0, MOST_LISTED).map(({ row, column, text, why }) => {
    const position = row === null ? undefined : sheet.position(row);
    const title = column ? sheet.column(column)?.title : undefined;
    const where = [position === undefined ? "" : `Row ${position + 1}`, title].filter(Boolean).join(", ");
    return make("li", {}, where && `${where}: `, text && !why.includes(text) ? `“${text}”. ${why}` : why);
  });
  const more = items.length > MOST_LISTED ? [make("p", {}, `And ${items.length - MOST_LISTED} more.`)] : [];
  return [make("ul", { class: "grid-report", tabindex: "0" }, ...lines), ...more];
}
