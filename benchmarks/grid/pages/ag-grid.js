import { AllCommunityModule, ModuleRegistry, createGrid } from "ag-grid-community";
import { measure, objects, pastedRows, sheet } from "/pages/measured.js";

ModuleRegistry.registerModules([AllCommunityModule]);
const answer = await sheet();
const rowData = objects(answer);
const columnDefs = answer.columns.map((column, place) => ({
  field: column.id,
  headerName: column.title,
  width: column.width,
  pinned: place ? undefined : "left",
  editable: true,
}));
const host = document.getElementById("grid");
host.classList.add("ag-theme-quartz");
let api;
await measure(() => (api = createGrid(host, { rowData, columnDefs, getRowId: ({ data }) => data.id, theme: "legacy" })), ".ag-row .ag-cell");
window.scroller = () => document.querySelector(".ag-body-viewport, .ag-grid-viewport");
// The free edition of AG Grid can't paste. So this function changes many rows in the way that AG Grid's
// documentation describes.
window.paste = (text) => {
  const update = pastedRows(text).map((cells, number) => {
    const row = { ...rowData[number] };
    cells.forEach((cell, place) => {
      row[answer.columns[place + 1].id] = cell;
    });
    return row;
  });
  api.applyTransaction({ update });
};
window.lastPasted = (text) => {
  const rows = pastedRows(text);
  return api.getRowNode(rowData[rows.length - 1].id).data[answer.columns[rows[0].length].id];
};
document.documentElement.dataset.ready = "";
