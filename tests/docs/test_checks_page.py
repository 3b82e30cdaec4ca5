"""docs/checks.md lists the ids of all system checks, and no other ids."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ID = re.compile(r"(?:byline|identity|edits|audit|api|config)\.[EWI][0-9]{3}")
APPS = ("config", "api", "byline", "identity", "edits", "audit")
GIVEN = re.compile(rf'id="({ID.pattern})"')


def test_it_lists_each_check_once() -> None:
    listed = re.findall(rf"^\| `({ID.pattern})` \|", (ROOT / "docs" / "checks.md").read_text(), re.MULTILINE)
    code = "\n".join(path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py"))
    raised_at_start = {"byline.E001"}
    assert sorted(listed) == sorted({*GIVEN.findall(code)} | raised_at_start)


def test_other_pages_name_only_ids_that_it_lists() -> None:
    listed = set(ID.findall((ROOT / "docs" / "checks.md").read_text()))
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        assert set(ID.findall(page.read_text())) <= listed, page
