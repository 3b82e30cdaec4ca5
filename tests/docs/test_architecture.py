"""docs/architecture.md names every file of the apps, and no file that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def section(app: str) -> str:
    match = re.search(rf"^## {app}/:.*?(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    assert match, f"docs/architecture.md has no section on {app}/"
    return match[0]


def tables(app: str) -> dict[tuple[str, ...], set[str]]:
    """The files that each part of an app's section names, by the folders of the part's heading: "### proof/ and …"."""
    first, *parts = re.split(r"^### ", section(app), flags=re.MULTILINE)
    by_folders = {(): first} | {tuple(re.findall(r"(\w+)/", part.splitlines()[0])): part for part in parts}
    return {folders: named(text) for folders, text in by_folders.items()}


def named(text: str) -> set[str]:
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return set(re.findall(r"\w+\.py", " ".join(rows)))


def files(*folders: Path) -> set[str]:
    return {path.name for folder in folders for path in folder.glob("*.py")} - {"__init__.py"}


@pytest.mark.parametrize("app", ["config", "identity", "edits", "audit"])
def test_it_names_every_file(app: str) -> None:
    parts = tables(app)
    for folders, names in parts.items():
        assert names == files(*[ROOT / app / folder for folder in folders] or [ROOT / app]), folders
    told = {folder for folders in parts for folder in folders} | {"management", "migrations", "templatetags"}
    assert {path.parent.name for path in (ROOT / app).glob("*/*.py")} <= told


def test_the_files_on_the_way_of_one_edit_are_there() -> None:
    for name in re.findall(r"`((?:config|identity|edits|audit)/[\w/]+\.py)", PAGE):
        assert (ROOT / name).exists(), name
