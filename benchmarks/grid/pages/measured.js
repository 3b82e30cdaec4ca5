// The functions that the pages of all grids use. They read the rows, and measure when the rows are painted.

window.refusals = [];
document.addEventListener("securitypolicyviolation", (event) => window.refusals.push(event.violatedDirective));

export const parameters = new URLSearchParams(location.search);

// Returns the sheet in the format of the API.
export async function sheet() {
  return (await fetch(`/data/${parameters.get("size")}.json`)).json();
}

// Returns each row as an object, which is the format that the other grids need.
export function objects({ columns, rows }) {
  return rows.map(([id, , parent, , cells]) => {
    const row = { id, parent };
    columns.forEach((column, place) => {
      row[column.id] = cells[place];
    });
    return row;
  });
}

const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));

// Builds a grid, and measures the time until an element for `selector` exists and is painted.
export async function measure(build, selector) {
  const start = performance.now();
  build();
  while (!document.querySelector(selector)) await frame();
  await frame();
  window.paintedAfter = performance.now() - start;
}

// Returns the number of the task in the middle of the grid; NaN if nothing is painted there.
const taskInSight = () => Number(/^Task (\d+)/.exec(document.elementFromPoint(150, 400)?.textContent.trim())?.[1]);

// Scrolls to distant rows, one after the other. Returns the milliseconds until each of these rows is painted, at most
// 5,000.
window.jump = async (scroller) => {
  const rows = parseInt(parameters.get("size"), 10);
  const places = [0.1, 0.5, 0.9, 0.3, 0.7, 0.2, 0.99, 0.45, 0.05, 0.8];
  const times = [];
  for (const place of places) {
    const start = performance.now();
    scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) * place;
    do await frame();
    while (!(Math.abs(taskInSight() - rows * place) < 40) && performance.now() - start < 5_000);
    await frame();
    times.push(performance.now() - start);
  }
  return times;
};

// Records the time between frames until `stopFrames` is called, which returns the times.
window.recordFrames = () => {
  const times = [];
  let last = performance.now();
  let isOn = true;
  requestAnimationFrame(function tick() {
    const now = performance.now();
    times.push(now - last);
    last = now;
    if (isOn) requestAnimationFrame(tick);
  });
  window.stopFrames = () => {
    isOn = false;
    return times.slice(2);
  };
};

// Pastes a text at the first cell of the second column, and returns the milliseconds until a pasted cell is painted.
// All cells must be pasted by then. The page of each grid has the functions `paste` and `lastPasted` that this function
// uses.
window.measurePaste = async (text, cell, last) => {
  const isPainted = () => document.evaluate(`//*[text()=${JSON.stringify(cell)}]`, document, null, XPathResult.BOOLEAN_TYPE).booleanValue;
  await window.beforePaste?.();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const start = performance.now();
  window.paste(text);
  while (!isPainted() && performance.now() - start < 30_000) await frame();
  await frame();
  const took = performance.now() - start;
  if (window.lastPasted(text) !== last) throw new Error(`the last cell has ${window.lastPasted(text)}`);
  return took;
};

// Returns the event that a browser sends when a person pastes a text.
export function pasting(text) {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  return new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true, composed: true });
}

// Returns the rows of a pasted text.
export const pastedRows = (text) => text.split("\n").map((line) => line.split("\t"));
