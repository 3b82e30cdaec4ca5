"""Downloads RevoGrid and AG Grid Community with npm to var/bench-grid, and bundles them. Only this benchmark uses these
two grids.
"""

from __future__ import annotations

import json
import shutil
import subprocess

from benchmarks.grid.server import BUILT
from benchmarks.grid.server import ROOT as REPOSITORY

PACKAGES = {
    "@revolist/revogrid": "4.28.1",
    "@stencil/core": "4.43.5",
    "ag-grid-community": "36.2.0",
    "esbuild": "0.28.2",
}
PAGES = REPOSITORY / "benchmarks" / "grid" / "pages"
# RevoGrid adds its styles to the page as <style> elements, which the Content-Security-Policy blocks. So its style
# sheets are also served as a file.
REVOGRID_STYLES = "node_modules/@revolist/revogrid/dist/collection"
AG_STYLES = {"ag-grid.css": "ag-grid.css", "ag-theme-quartz.css": "ag-theme-quartz-no-font.css"}


def build() -> None:
    """Download RevoGrid and AG Grid Community, if no earlier run has downloaded them. Then bundle them."""
    BUILT.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps({"private": True, "dependencies": PACKAGES})
    package = BUILT / "package.json"
    if not package.exists() or package.read_text() != wanted:
        package.write_text(wanted)
        shutil.rmtree(BUILT / "node_modules", ignore_errors=True)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=BUILT, check=True)  # noqa: S607 # npm is where the PATH has it
    for name in ("revogrid", "ag-grid"):
        shutil.copy(PAGES / f"{name}.js", BUILT / f"{name}-page.js")
        bundle = [f"--outfile={name}.js", "--bundle", "--minify", "--format=esm", "--external:/pages/*"]
        subprocess.run(
            [str(BUILT / "node_modules/.bin/esbuild"), f"{name}-page.js", "--log-level=error", *bundle],
            cwd=BUILT,
            check=True,
        )
    styles = sorted((BUILT / REVOGRID_STYLES).rglob("*.css"))
    (BUILT / "revogrid.css").write_text("\n".join(path.read_text() for path in styles))
    for ours, theirs in AG_STYLES.items():
        shutil.copy(BUILT / "node_modules/ag-grid-community/styles" / theirs, BUILT / ours)
