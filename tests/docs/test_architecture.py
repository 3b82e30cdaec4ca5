"""docs/architecture.md lists every package of the apps, and names only files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()
DJANGO = {"management", "commands", "migrations", "templatetags"}  # every Django app can have these


def packages(app: str) -> set[str]:
    found = {path.parent.relative_to(ROOT) for path in (ROOT / app).rglob("__init__.py")}
    return {f"{path.as_posix()}/" for path in found if path.name not in DJANGO}


@pytest.mark.parametrize("app", ["config", "api", "byline", "identity", "edits", "audit"])
def test_it_names_every_package(app: str) -> None:
    named = set(re.findall(rf"^\| `({app}/(?:\w+/)*)` \|", PAGE, re.MULTILINE))
    assert named == packages(app)


def test_the_files_that_it_names_exist() -> None:
    for name in re.findall(r"`((?:config|api|byline|identity|edits|audit)/[\w/]+\.py)", PAGE):
        assert (ROOT / name).exists(), name
