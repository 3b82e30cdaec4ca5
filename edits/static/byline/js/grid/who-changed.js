// Shows "Who changed this?": the last changes of the focused cell in this app's log, a button for Smartsheet's own
// history, and a link to the timeline, which shows the log and that history side by side.

import { ApiError } from "./api.js";
import { writeMoment } from "./days.js";
import { show } from "./dialogs.js";
import { make } from "./elements.js";
import { isNew } from "./tree.js";
import { typeOf } from "./types/index.js";

const FEW = 5;
const NOT_YET = "This row isn't saved yet.";
const ON_ROW = { add: ["added", "wanted to add"], delete: ["deleted", "wanted to delete"], move: ["moved", "wanted to move"] };
const OUTCOMES = { intent: "not certain yet", unknown: "not certain yet", undecidable: "not certain" };

export function whoChanged(grid) {
  const { row, column: columnId } = grid.selection.focus;
  const column = grid.sheet.column(columnId);
  if (!row || !column) return;
  if (isNew(row)) {
    grid.status.tell(NOT_YET);
    return;
  }
  const { api, sheet, host } = grid;
  const logged = make("div", { "aria-live": "polite" });
  const history = make("div", { "aria-live": "polite" });
  const ask = make("button", { class: "btn btn-sm", type: "button" }, "Ask Smartsheet too");
  ask.addEventListener("click", () => {
    ask.hidden = true;
    fill(history, () => smartsheetHistory(api, sheet, row, column));
  });
  const links = make("div", { class: "btn-list mt-3" }, ask);
  const { gridTimeline } = host.dataset;
  if (gridTimeline) {
    const href = gridTimeline.replace("/rows/0/columns/0/", `/rows/${row}/columns/${columnId}/`);
    links.append(make("a", { class: "btn btn-sm", href }, "Timeline of this cell"));
  }
  fill(logged, () => loggedChanges(api, sheet, row, column));
  show(host, `Who changed ${column.title}, ${sheet.label(sheet.position(row))}?`, [logged, history, links]);
}

// Returns the last changes of a cell in this app's log, and the addition of its row. If `column` is null, returns those
// of the whole row.
export async function loggedChanges(api, sheet, row, column = null, limit = FEW) {
  const query = new URLSearchParams({ sheet: sheet.id, row, limit });
  if (column) query.set("column", column.id);
  const { entries, limited } = await api.get(`log/entries?${query}`);
  const items = entries.map((entry) => {
    const of = sheet.column(entry.column_id) ?? column;
    const outcome = entry.outcome === "applied" ? "" : OUTCOMES[entry.outcome] ?? entry.outcome.replace("_", " ");
    return item(sheet, of, {
      who: entry.actor.name,
      at: entry.at,
      what: column || !entry.column_title ? "" : entry.column_title,
      action: actionOf(entry),
      ...valuesOf(entry, column),
      outcome: [outcome, outcome && entry.message].filter(Boolean).join(": "),
    });
  });
  const list = items.length ? make("ol", { class: "change-list" }, ...items) : make("p", {}, `This app's log has no change of this ${column ? "cell" : "row"}.`);
  return limited ? [list, make("p", { class: "text-secondary" }, limited)] : [list];
}

// Returns in words what was done to the whole row; "" for a change of a cell.
function actionOf({ action, outcome }) {
  if (action === "change") return "";
  const verbs = ON_ROW[action];
  return verbs ? `${outcome === "applied" ? verbs[0] : verbs[1]} the row` : action;
}

// Returns the values of an entry. The entry about a row that was added has the values of all cells, by the titles that
// the columns had then. From such an entry, returns only the value of `column`, or {} if the entry has no value with
// this column's title.
function valuesOf(entry, column) {
  if (entry.column_id || !column) return { before: entry.old, after: entry.new };
  const row = entry.new ?? {};
  return Object.hasOwn(row, column.title) ? { before: null, after: row[column.title] } : {};
}

async function smartsheetHistory(api, sheet, row, column) {
  const { states } = await api.get(`sheets/${sheet.id}/rows/${row}/columns/${column.id}/history`);
  const items = states.map(({ at, by, email, value }, place) =>
    item(sheet, column, { who: by || email, at, before: states[place + 1]?.value ?? null, after: value }),
  );
  return [make("h3", { class: "h4 mt-3" }, "Smartsheet's own history"), make("ol", { class: "change-list" }, ...items)];
}

// Load content into an element, or show why it can't be loaded.
export async function fill(element, read) {
  element.replaceChildren(make("p", { class: "text-secondary" }, "Reading…"));
  try {
    element.replaceChildren(...(await read()));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    element.replaceChildren(make("p", { role: "alert" }, error.message));
  }
}

function item(sheet, column, { who, at, what = "", action = "", before, after, outcome = "" }) {
  const words = (value) => textOf(sheet, column, value);
  const when = at ? writeMoment(at, sheet.locale) ?? at : "";
  const hasValues = !action || (column && after !== undefined);
  const change = make("span", {}, make("del", {}, words(before)), " → ", make("ins", {}, words(after)));
  return make(
    "li",
    {},
    make("div", {}, make("strong", {}, who), make("span", { class: "text-secondary" }, `, ${when}`)),
    make("div", {}, what ? `${what}: ` : "", action, ...(hasValues ? [action && ": ", change] : [])),
    ...(outcome ? [make("div", { class: "text-warning-emphasis" }, outcome)] : []),
  );
}

// Returns a value of the log or of Smartsheet's history in the form in which the sheet shows it.
function textOf(sheet, column, value) {
  if (value === null || value === undefined || value === "") return "empty";
  if (typeof value === "object" && !Array.isArray(value)) {
    if (value.objectType === "ERASED") return "erased";
    return "value" in value ? textOf(sheet, column, value.value) : JSON.stringify(value);
  }
  return (column && typeOf(column).shown(column, value, sheet.locale, sheet.people)) || String(value);
}
