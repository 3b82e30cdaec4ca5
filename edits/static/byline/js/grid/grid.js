// Creates the parts of the grid and connects them.

import { fillBar } from "./bar.js";
import { detailsOf } from "./cells.js";
import { Clipboard } from "./clipboard.js";
import { COMMANDS } from "./commands.js";
import { Composing } from "./composing.js";
import { History } from "./history.js";
import { Keyboard } from "./keyboard.js";
import { Painter } from "./painting.js";
import { Parts } from "./parts.js";
import { Pointer } from "./pointer.js";
import { SaveLine } from "./save-line.js";
import { Saving } from "./saving.js";
import { Selection } from "./selection.js";
import { keepSettings, readSettings } from "./settings.js";
import { isNew } from "./tree.js";
import { Status } from "./status.js";
import { View } from "./view.js";

const SAFE_LINK = /^(https?:\/\/|mailto:)./i; // anyone who edits the sheet can write a link

export class Grid {
  constructor(host, sheet, api) {
    this.host = host;
    host.grid = this; // tests and people's own scripts use this
    this.sheet = sheet;
    this.api = api;
    this.view = new View(sheet, readSettings(host.dataset.person, sheet.id));
    this.view.addEventListener("settings", () => keepSettings(host.dataset.person, sheet.id, this.view.kept));
    this.selection = new Selection(this.view);
    this.history = new History(sheet);
    this.saving = new Saving(sheet, api, host.dataset.person); // before the painter, which then renders the new states too
    this.painter = new Painter(host.querySelector("[data-grid-place]"), sheet, this.view, this.selection);
    this.status = new Status(this);
    this.parts = new Parts(this.status);
    this.commands = COMMANDS;
    this.editors = null; // stays null until an editor is opened
    this.composing = new Composing(this);
    this.clipboard = new Clipboard(this);
    this.keyboard = new Keyboard(this);
    this.pointer = new Pointer(this);
    this.painter.element.addEventListener("focusin", () => this.parts.fetch(), { once: true });
    fillBar(this);
    this.selection.addEventListener("moved", () => this.#offerRow());
    sheet.addEventListener("renamed", () => this.#offerRow());
    this.#offerRow();
    this.saving.addEventListener("remarks", ({ detail }) => this.status.tell(detail.text));
    this.saving.addEventListener("withdrawn", ({ detail }) => {
      this.status.withdraw();
      if (detail) this.parts.show("undoing", ({ forget }) => forget(this.history, detail));
    });
    this.saveLine = new SaveLine(host.querySelector("[data-grid-saved]"), this.saving, () => this.#showNeeds());
  }

  // Call `run` with the module of a part. The module is loaded when it is first used.
  use(name, run) {
    return this.parts.use(name, run);
  }

  withEditors(run) {
    return this.use("editors", ({ Editors }) => run((this.editors ??= new Editors(this))));
  }

  withCopying(run) {
    return this.use("copying", ({ Copying }) => run((this.copying ??= new Copying(this))));
  }

  withMenus(run) {
    return this.use("menu", ({ Menus }) => run((this.menus ??= new Menus(this))));
  }

  openHelp() {
    return this.use("help", ({ openHelp }) => openHelp(this));
  }

  // Ask a question. Returns a promise. It resolves to true for yes, to false for no, and to undefined if the question
  // can't be shown.
  confirm(question) {
    return this.use("dialogs", ({ confirm }) => confirm(this.host, question));
  }

  // Go to a cell by the ids of its row and column, if it is in the view.
  goTo(rowId, columnId) {
    const row = this.view.reveal(rowId);
    const column = this.view.columnIndexOf(columnId);
    if (row !== -1 && column !== -1) this.go(row, column);
  }

  get focusedColumn() {
    return this.sheet.column(this.selection.focus.column);
  }

  // Go to a cell of the view, scroll to it, and focus it.
  go(row, column, isExtending = false) {
    this.selection.go(row, column, isExtending);
    const at = this.selection.at;
    this.painter.reveal(at.row, at.column);
    this.painter.focus();
  }

  // Apply changes and show the result. Returns the report of Sheet.apply().
  apply(changes, why, notes = [], left = []) {
    const report = this.sheet.apply(changes, why);
    this.status.report(report, why, notes, left);
    return report;
  }

  // Apply changes with texts. If some texts perhaps mean something else, show them in one question. If the person
  // doesn't want to write them as shown, leave them out, and apply the other changes.
  applyUnlessDoubtful(changes, why, notes = []) {
    return this.use("report", ({ applyUnlessDoubtful }) => applyUnlessDoubtful(this, changes, why, notes));
  }

  undo() {
    return this.use("undoing", ({ undo }) => undo(this));
  }

  redo() {
    return this.use("undoing", ({ redo }) => redo(this));
  }

  toggleBoxes() {
    return this.use("toggling", ({ toggleBoxes }) => toggleBoxes(this));
  }

  // Empty the selected cells, or those that were selected earlier.
  clear(why, { rowIds, columnIds } = this.selection) {
    return this.use("clearing", ({ clear }) => clear(this, why, { rowIds, columnIds }));
  }

  // The address of the focused cell's link; "" if the cell has no link or the link isn't safe.
  get focusedLink() {
    const { row, column } = this.selection.focus;
    const { hyperlink } = detailsOf(this.sheet.cell(row, column));
    return SAFE_LINK.test(hyperlink?.url ?? "") ? hyperlink.url : "";
  }

  openLink() {
    if (this.focusedLink) open(this.focusedLink, "_blank", "noopener,noreferrer");
  }

  // Open the page with the form of the focused row. Returns false if there is no such page.
  openRowForm() {
    const { href } = this.host.querySelector("[data-grid-row-form]") ?? {};
    if (href) location.assign(href);
    return Boolean(href);
  }

  // Show the problems that the person has to solve.
  #showNeeds() {
    return this.use("attention", ({ Attention }) => (this.attention ??= new Attention(this)).open());
  }

  // Make the links above the grid lead to the pages of the focused row.
  #offerRow() {
    const { row } = this.selection.focus;
    for (const link of this.host.querySelectorAll("[data-grid-row-form]")) {
      if (row === null || isNew(row)) link.removeAttribute("href");
      else link.href = link.dataset.gridRowForm.replace("/rows/0/", `/rows/${row}/`);
    }
  }
}
