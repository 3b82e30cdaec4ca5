"""Lists the scripts that show the grid, so that browsers can request all of them at once."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
MAIN = "byline/js/grid/main.js"
IMPORTED = re.compile(r'^(?:import|export)\s[^;]*?\sfrom "(\.[^"]+)";', re.MULTILINE)  # without import("…")


@cache
def modules() -> tuple[str, ...]:
    """Return the static paths of main.js and of all modules that it needs. Modules that are loaded later, by
    `import("…")`, are left out.

    Without this list, a browser requests a module only after it has read the module that imports it.
    """
    found = {MAIN: None}
    waiting = [MAIN]
    while waiting:
        path = waiting.pop(0)
        names = IMPORTED.findall((STATIC / path).read_text(encoding="utf-8"))
        new = [posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) for name in names]
        waiting += [one for one in new if one not in found]
        found |= dict.fromkeys(new)
    return tuple(found)
