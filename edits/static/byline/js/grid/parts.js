// Loads parts of the grid when they are first used, so that the rows are shown sooner. When the person begins to work
// in the grid, all parts are fetched, so that they work even if the connection is lost later.

const PARTS = {
  attention: () => import("./attention.js"),
  clearing: () => import("./clearing.js"),
  columns: () => import("./columns.js"),
  copying: () => import("./copying.js"),
  dialogs: () => import("./dialogs.js"),
  editors: () => import("./editors.js"),
  empty: () => import("./empty.js"),
  fill: () => import("./fill.js"),
  filters: () => import("./filters.js"),
  find: () => import("./find.js"),
  help: () => import("./help.js"),
  links: () => import("./links.js"),
  menu: () => import("./menu.js"),
  report: () => import("./report.js"),
  rowPanel: () => import("./row-panel.js"),
  rows: () => import("./rows.js"),
  sums: () => import("./sums.js"),
  toggling: () => import("./toggling.js"),
  undoing: () => import("./undoing.js"),
  whoChanged: () => import("./who-changed.js"),
};
const FAILED = "This part of the page could not be loaded. Check the connection, or reload the page.";

export class Parts {
  constructor(status) {
    this.status = status;
    this.loaded = new Map();
    this.failed = ""; // the name of the part that could not be loaded last
    // A promise while a part is being loaded, otherwise null. Keys and clicks wait for it. It resolves to the part's
    // module, or to undefined if the part can't be loaded.
    this.waiting = null;
  }

  // Call `run` with a part's module, immediately if it is loaded. Returns the result of `run`, or a promise of it.
  use(name, run) {
    if (this.loaded.has(name)) return run(this.loaded.get(name));
    const loading = this.#load(name);
    const result = loading.then(run, () => this.#tell(name));
    const done = loading
      .catch(() => {})
      .then((module) => {
        if (this.waiting === done) this.waiting = null;
        return module;
      });
    this.waiting = done;
    return result;
  }

  // Call `run` with a part's module, immediately if it is loaded. Keys and clicks don't wait for this. `fail()` is called
  // if the part can't be loaded.
  show(name, run, fail = () => this.#tell(name)) {
    if (this.loaded.has(name)) run(this.loaded.get(name));
    else this.#load(name).then(run, fail);
  }

  // Call `run` after the keys and clicks that already wait for parts have taken effect. If one of these parts can't be
  // loaded, don't call `run`, because the person expected this part. Returns a promise that resolves after that.
  async later(run) {
    while (this.waiting) if (!(await this.waiting)) return;
    await run();
  }

  // Fetch all parts, for later.
  fetch() {
    for (const name of Object.keys(PARTS)) this.#load(name).catch(() => {});
  }

  async #load(name) {
    const module = await PARTS[name]();
    this.loaded.set(name, module);
    if (this.failed === name && this.status.told.textContent === FAILED) this.status.tell("");
    return module;
  }

  #tell(name) {
    this.failed = name;
    this.status.tell(FAILED);
  }
}
