// The line below the grid shows the focused cell's state, what was just done, and what was refused and why.

import { detailsOf } from "./cells.js";
import { stateText } from "./drawing.js";
import { make, newId, plural } from "./elements.js";

export class Status {
  constructor(grid) {
    this.grid = grid;
    const host = grid.host.querySelector("[data-grid-foot]");
    this.about = make("span", { class: "grid-about", id: newId("about") });
    this.sums = make("span", { class: "grid-sums text-secondary" });
    this.told = make("span", { class: "grid-told", role: "status", id: newId("told") });
    this.more = make("button", { class: "btn btn-sm", type: "button", hidden: true, onclick: () => this.act() });
    host.replaceChildren(this.about, this.sums, this.told, this.more);
    grid.selection.addEventListener("moved", () => this.#follow());
    grid.sheet.addEventListener("states", ({ detail }) => {
      const { row, column } = grid.selection.focus;
      if (detail.cells.some((cell) => cell[0] === row && cell[1] === column)) this.#describe();
    });
    this.#follow();
  }

  // Show a sentence, which screen readers read out once. With `button`, show a button that runs `act`. `claim` is the part
  // of the text that says what was done.
  tell(text, button = "", act = null, claim = "") {
    this.awaited = null;
    this.told.textContent = text;
    this.claim = claim;
    this.more.textContent = button;
    this.more.hidden = !button;
    this.act = act;
  }

  // Remove what the text says was done, because that isn't true or isn't certain any more.
  withdraw() {
    if (this.claim) this.told.textContent = this.told.textContent.replace(this.claim, "").trim();
    if (this.awaited) this.awaited.done = [];
  }

  // Show how many cells were changed, and which were refused. `left` are doubtful values that the person left out.
  report(report, why, notes, left) {
    this.awaited = report; // shown when its script has loaded, unless another text is shown first
    const show = (run) => (part) => this.awaited === report && run(part);
    this.grid.parts.show(
      "report",
      show(({ tellReport }) => tellReport(this.grid, report, why, notes, left)),
      show(() => {
        const { done, refused } = report;
        const claim = `${plural(done.length, "change")} made.`;
        this.tell(`${claim}${refused.length ? ` ${refused.length} refused: ${refused[0].why}` : ""}`, "", null, claim);
      }),
    );
  }

  #describe() {
    const { sheet, selection, painter } = this.grid;
    const { row: rowId, column: columnId } = selection.focus;
    const row = sheet.row(rowId);
    const column = sheet.column(columnId);
    let text = "";
    if (row && column) {
      const state = sheet.state(rowId, columnId);
      const { error } = detailsOf(sheet.cell(rowId, columnId));
      text = [state ? sentence(stateText(state)) : "", error, sheet.whyReadOnly(row, column)].filter(Boolean).join(" ");
    }
    this.about.textContent = text;
    if (text) painter.active?.setAttribute("aria-describedby", this.about.id);
    else painter.active?.removeAttribute("aria-describedby");
  }

  // Show the size of the selected range, and the sum of its numbers.
  #follow() {
    this.#describe();
    const { top, bottom, left, right } = this.grid.selection.range;
    if (top === bottom && left === right) this.sums.textContent = "";
    else {
      this.grid.parts.show("sums", ({ sum }) => {
        this.sums.textContent = sum(this.grid);
      });
    }
  }
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");
