"""Serves the pages of the grids with this app's Content-Security-Policy, and counts the bytes of scripts."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from urllib.parse import urlsplit

from benchmarks.grid.sheets import SIZES, sheet
from config.settings import CONTENT_SECURITY_POLICY
from config.static_files import shortened

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "var" / "bench-grid"
FOLDERS = {
    "/static/byline/vendor/": ROOT / "identity" / "static" / "byline" / "vendor",
    "/static/byline/css/byline.css": ROOT / "identity" / "static" / "byline" / "css" / "byline.css",
    "/static/": ROOT / "edits" / "static",
    "/pages/": Path(__file__).parent / "pages",
    "/built/": BUILT,
}
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8", ".json": "application/json"}
VENDOR = ["tabler/tabler.min.css", "bootstrap-icons/bootstrap-icons.min.css"]
STYLES = {
    "ours": [*(f"/static/byline/vendor/{name}" for name in VENDOR), "/static/byline/css/byline.css",
             "/static/byline/css/edits.css", "/static/byline/css/symbols.css", "/static/byline/css/grid.css"],
    "revogrid": ["/built/revogrid.css"],
    "ag-grid": ["/built/ag-grid.css", "/built/ag-theme-quartz.css"],
}  # fmt: skip
OURS = """<section class="grid-page" id="grid" data-person="eu 1"><div class="grid-bar" data-grid-bar>
<p role="status" data-grid-saved></p></div><div class="grid-place" data-grid-place></div>
<p class="grid-foot" data-grid-foot></p></section>"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>{styles}
<link rel="stylesheet" href="/pages/grids.css"></head><body><main><h1>{name}</h1>{grid}</main>
<script type="module" src="{script}"></script></body></html>"""


class Server:
    """A context manager that serves the pages at a free port. `script_bytes` counts the gzipped bytes of scripts by the
    path of the page that loaded them.
    """

    def __init__(self) -> None:
        self.script_bytes: Counter[str] = Counter()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self) -> Server:
        Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.http.shutdown()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            found = _content(path)
            self.send_response(200 if found else 404)
            self.send_header("Content-Security-Policy", _policy())
            self.send_header("Cache-Control", "no-store")
            if found:
                body, kind = found
                if kind == TYPES[".js"] and not path.startswith("/pages/measured"):
                    page = urlsplit(self.headers.get("Referer", "")).path
                    server.script_bytes[page] += len(body)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if found:
                self.wfile.write(found[0])

        def log_message(self, *_parts: object) -> None:
            pass

    return Handler


def _policy() -> str:
    return "; ".join(f"{name} {' '.join(values)}" for name, values in CONTENT_SECURITY_POLICY["DIRECTIVES"].items())


@cache
def _content(path: str) -> tuple[bytes, str] | None:
    """Return the gzipped content for a path, and its media type. Return None if there is no such file."""
    kind = TYPES.get(Path(path).suffix, "application/octet-stream")
    if path.startswith("/data/"):
        return gzip.compress(json.dumps(sheet(*SIZES[Path(path).stem])).encode(), 6), kind
    if path.startswith("/grids/"):
        return gzip.compress(_page(Path(path).stem).encode()), kind
    for prefix, folder in FOLDERS.items():
        if path.startswith(prefix):
            file = folder / path.removeprefix(prefix) if path != prefix else folder
            return (gzip.compress(_served(file), 9), kind) if file.is_file() else None
    return None


def _served(file: Path) -> bytes:
    """Return a file as this app serves it."""
    is_ours = file.is_relative_to(FOLDERS["/static/"]) and file.suffix == ".js"
    return shortened(file.read_text()).encode() if is_ours else file.read_bytes()


def _page(name: str) -> str:
    styles = "".join(f'<link rel="stylesheet" href="{path}">' for path in STYLES[name])
    script = "/pages/ours.js" if name == "ours" else f"/built/{name}.js"
    return PAGE.format(
        name=name, styles=styles, grid=OURS if name == "ours" else '<div id="grid" class="peer"></div>', script=script
    )
