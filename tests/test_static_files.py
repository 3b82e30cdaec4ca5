"""Static files are served with hashed names, and modules import each other by these names."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.templatetags.static import static
from django.test import override_settings

from config.static_files import OUR_MODULES, shortened
from edits.grid.modules import MAIN, addresses

IMPORT = re.compile(r'^(?:import|export)[^;]*? from "(\.\.?/[^"]+)";|import\("(\.\.?/[^"]+)"\)', re.MULTILINE)
HASHED = re.compile(r".+\.[0-9a-f]{12}\.js")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return collected(), which collects the files once with each backend, and returns the folder with the files."""

    @cache
    def collected_with(backend: str) -> Path:
        folder = tmp_path_factory.mktemp("static")
        with stored_with(backend, folder):
            call_command("collectstatic", "--noinput", verbosity=0)
        return folder

    return collected_with


def stored_with(backend: str, folder: Path) -> override_settings:
    return override_settings(STORAGES={"staticfiles": {"BACKEND": backend}}, STATIC_ROOT=folder, DEBUG=False)


def test_modules_import_each_other_by_hashed_names(collected: Callable[[str], Path]) -> None:
    folder = collected("config.static_files.HashedStaticFiles")
    hashed = json.loads((folder / "staticfiles.json").read_text())["paths"]
    modules = {name: path for name, path in hashed.items() if name.startswith(("byline/js/grid/", "byline/js/forms/"))}
    imports = 0
    for path in map(folder.joinpath, modules.values()):
        script = path.read_text()
        assert not re.search(r"^//|^[ \t]| // ", script, re.MULTILINE), path
        for imported in map("".join, IMPORT.findall(script)):
            assert HASHED.fullmatch(imported), (path, imported)
            assert (path.parent / imported).exists(), (path, imported)
            imports += 1
    assert imports > len(modules)
    parts = (folder / modules["byline/js/grid/parts.js"]).read_text()
    assert len(IMPORT.findall(parts)) > 10


def test_modules_are_shortened_outside_of_their_texts() -> None:
    assert shortened('  // why\n  call("a", `//b`); // what\n') == 'call("a", `//b`);\n'
    sources = [
        Path(storage.path(name)).read_text()
        for finder in get_finders()
        for name, storage in finder.list([])
        if OUR_MODULES.fullmatch(name)
    ]
    for line in "".join(sources).splitlines():
        code = shortened(line + "\n").strip()
        assert code.count("`") % 2 == 0, f"a text that spans lines, or is cut off: {line}"
        assert code.count('"') % 2 == 0 or line.endswith(code), f"a text that is cut off: {line}"


@pytest.mark.parametrize(
    "backend",
    [
        "config.static_files.HashedStaticFiles",
        "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
        "django.contrib.staticfiles.storage.StaticFilesStorage",
    ],
)
def test_a_page_names_the_addresses_at_which_modules_import_each_other(
    collected: Callable[[str], Path], backend: str
) -> None:
    folder = collected(backend)
    with stored_with(backend, folder):
        main, named = static(MAIN), addresses()
    found, waiting = {main}, [main]
    while waiting:
        module = waiting.pop()
        script = (folder / module.removeprefix("/static/")).read_text()
        new = {urljoin(module, name) for name, _ in IMPORT.findall(script) if name} - found
        found |= new
        waiting += new
    assert set(named) == found
    assert len(named) == len(found)
