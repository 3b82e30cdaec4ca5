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


@pytest.mark.parametrize("app", ["config", "identity", "edits", "audit"])
def test_it_names_every_file(app: str) -> None:
    there = {path.name for path in (ROOT / app).glob("*.py")} - {"__init__.py"}
    rows = [line.split("|")[1] for line in section(app).splitlines() if line.startswith("|")]
    named = set(re.findall(r"\w+\.py", " ".join(rows)))
    assert named == there


def test_the_files_on_the_way_of_one_edit_are_there() -> None:
    for name in re.findall(r"`((?:config|identity|edits|audit)/\w+\.py)", PAGE):
        assert (ROOT / name).exists(), name
