"""Lists the scripts that show the grid, so that browsers can request all of them at the same time."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

from django.apps import apps
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

STATIC = Path(__file__).resolve().parent.parent / "static"
MAIN = "byline/js/grid/main.js"
IMPORTED = re.compile(r'^(?:import|export)\s[^;]*?\sfrom "(\.[^"]+)";', re.MULTILINE)  # without import("…")


def addresses() -> list[str]:
    """Return the addresses at which a browser requests the modules.

    Some static files storages put a hash into the names of files. If the storage also puts the hash into the imports in
    the modules, this function returns the names with the hash. Otherwise it returns the imported modules' plain names,
    because a browser would load a module twice if it had two names.
    """
    if apps.is_installed("django.contrib.staticfiles") and _are_imports_rewritten():
        return [static(path) for path in modules()]
    main, folder = static(MAIN), posixpath.dirname(MAIN)
    return [main, *(urljoin(main, posixpath.relpath(path, folder)) for path in modules() if path != MAIN)]


def _are_imports_rewritten() -> bool:
    return bool(getattr(staticfiles_storage, "support_js_module_import_aggregation", False))


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
