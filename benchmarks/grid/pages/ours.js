import { measure, pastedRows, pasting, sheet } from "/pages/measured.js";
import { Api } from "/static/byline/js/grid/api.js";
import { Grid } from "/static/byline/js/grid/grid.js";
import { Sheet } from "/static/byline/js/grid/sheet.js";

const locale = { decimal: ".", thousands: ",", groupSizes: "3", dayFormat: "d/m/Y", timeFormat: "H:i", zone: "UTC" };
const answer = await sheet();
await measure(() => new Grid(document.getElementById("grid"), new Sheet(answer, locale), new Api("/none/", "")), ".grid-body .grid-cell");
window.scroller = () => document.querySelector(".sheet-grid");
const { grid } = document.getElementById("grid");
window.beforePaste = () => grid.go(0, 2); // the second column: the first one in the view has the row numbers
window.paste = (text) => document.activeElement.dispatchEvent(pasting(text));
window.lastPasted = (text) => {
  const rows = pastedRows(text);
  return String(grid.sheet.value(answer.rows[rows.length - 1][0], answer.columns[rows[0].length].id));
};
document.documentElement.dataset.ready = "";
