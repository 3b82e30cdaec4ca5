// Has what the pages of all grids share: it reads the rows, and measures when they are painted.

window.refusals = [];
document.addEventListener("securitypolicyviolation", (event) => window.refusals.push(event.violatedDirective));

export const parameters = new URLSearchParams(location.search);

// Reads the sheet in the form of the API.
export async function sheet() {
  return (await fetch(`/data/${parameters.get("size")}.json`)).json();
}

// Returns each row as an object, which is the form that the other grids need.
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

// Build a grid, and measure the time until an element for `selector` exists and is painted.
export async function measure(build, selector) {
  const start = performance.now();
  build();
  while (!document.querySelector(selector)) await frame();
  await frame();
  window.paintedAfter = performance.now() - start;
}

// Returns the number of the task in the middle of the grid; NaN if nothing is painted there.
const taskInSight = () => Number(/^Task (\d+)/.exec(document.elementFromPoint(150, 400)?.textContent.trim())?.[1]);

// Scroll to far places, one after the other. Returns, for each place, the milliseconds until its rows are painted, at
// most 5,000.
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

// Record the time between frames until `stop` is called.
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

// Paste a text into the first cell of the second column, with the functions that the page of each grid has, and measure the milliseconds until a pasted cell is
// painted. All its cells must be pasted by then.
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

// The event of a person who pastes a text.
export function pasting(text) {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  return new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true, composed: true });
}

// The rows of a pasted text.
export const pastedRows = (text) => text.split("\n").map((line) => line.split("\t"));
