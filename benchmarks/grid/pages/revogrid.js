import { defineCustomElement } from "@revolist/revogrid/standalone/revo-grid.js";
import { measure, objects, pastedRows, pasting, sheet } from "/pages/measured.js";

defineCustomElement();
const answer = await sheet();
const source = objects(answer);
const columns = answer.columns.map((column, place) => ({
  prop: column.id,
  name: column.title,
  size: column.width,
  pin: place ? undefined : "colPinStart",
}));
let grid;
await measure(() => {
  grid = document.createElement("revo-grid");
  Object.assign(grid, { columns, source, range: true, resize: true, rowHeaders: true, accessible: true, hideAttribution: true });
  document.getElementById("grid").append(grid);
}, ".rgRow .rgCell");
window.scroller = () => document.querySelector("revogr-viewport-scroll.rgCol .vertical-inner");
window.beforePaste = () => grid.setCellsFocus({ x: 0, y: 0 }, { x: 0, y: 0 }, "rgCol", "rgRow");
window.paste = (text) => document.dispatchEvent(pasting(text));
window.lastPasted = (text) => {
  const rows = pastedRows(text);
  return source[rows.length - 1][answer.columns[rows[0].length].id];
};
document.documentElement.dataset.ready = "";
