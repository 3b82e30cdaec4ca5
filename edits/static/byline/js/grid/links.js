// The dialog that changes the link of a cell: its text and its address.

import { detailsOf, textOf, valueOf } from "./cells.js";
import { closingButton, show } from "./dialogs.js";
import { make } from "./elements.js";

const ADDRESS = "(https?://[^\\s\\/]+|mailto:[^\\s@]+@).*"; // the addresses that this app accepts

// Show the dialog for the focused cell.
export async function editLink(grid) {
  const { sheet, selection, host, status } = grid;
  const { row, column: columnId } = selection.focus;
  const column = sheet.column(columnId);
  if (!sheet.row(row)) return; // no row is shown
  const whyNot = sheet.whyReadOnly(sheet.row(row), column);
  if (whyNot) {
    status.tell(whyNot);
    return;
  }
  const cell = sheet.cell(row, columnId);
  const { hyperlink = null } = detailsOf(cell);
  const isElsewhere = hyperlink !== null && !hyperlink.url; // a sheet, report or dashboard of Smartsheet
  const text = make("textarea", { class: "form-control", rows: 1, required: true, autocomplete: "off" }, textOf(valueOf(cell)));
  const hint = isElsewhere ? "Leave this empty to keep the link to Smartsheet" : "https://…";
  const url = make("input", { class: "form-control", value: hyperlink?.url ?? "", required: !isElsewhere, pattern: ADDRESS, placeholder: hint, title: "An address that begins with https://, http:// or mailto:", autocomplete: "off", autofocus: true });
  const remove = closingButton("Remove the link", "remove");
  const form = make(
    "form",
    { method: "dialog" },
    make("label", { class: "form-label d-block" }, "Text", text),
    make("label", { class: "form-label d-block" }, "Address", url),
    make("div", { class: "btn-list justify-content-end" }, ...(hyperlink ? [remove] : []), make("button", { class: "btn btn-primary", value: "save" }, "Save")),
  );
  const answer = await show(host, `Link in ${column.title}, ${sheet.label(sheet.position(row))}`, [form]);
  if (!answer) return;
  const shown = valueOf(cell);
  const change = { do: "update", row, column: columnId, shown };
  if (answer === "remove") grid.apply([{ ...change, value: shown, hyperlink: null }], "edit");
  else grid.apply([{ ...change, value: text.value, ...(url.value ? { hyperlink: { url: url.value } } : {}) }], "edit");
}
