"""The version number is only in pyproject.toml, and CHANGELOG.md has a section for this version."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_newest_release_in_the_changelog_is_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    releases = re.findall(r"^## (\d\S*) - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert releases[0] == version


def test_no_other_file_has_a_version_of_its_own() -> None:
    assert "version" not in json.loads((ROOT / "package.json").read_text())
    code = [
        path
        for app in ("config", "api", "byline", "identity", "edits", "audit", "sandbox")
        for path in (ROOT / app).rglob("*.py")
    ]
    assert [path for path in code if "__version__" in path.read_text()] == []
