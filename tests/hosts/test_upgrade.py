"""Upgrades a site with tables and data from version 0.1.0.

`version_0_1_0.json` has three people with their tokens, roles, sessions and personal columns: Alice; Bob, who was
blocked; and Carol, who has a password and was deactivated. The rows of the log come from tests/audit/upgrade.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audit.upgrade.conftest import PUBLIC_KEY, TABLES
from tests.hosts import inside
from tests.hosts.conftest import installed
from tests.hosts.installed_site import InstalledSite
from tests.running_sandbox import RunningSandbox

PEOPLE = json.loads((Path(__file__).parent / "version_0_1_0.json").read_text())
LAST = {"audit": "0009", "identity": "0007", "edits": "0004"}  # the migrations of that version
ALICE = "sandbox-4100000000000001"
PAGES = ["/smartsheet/identity/profile/", "/smartsheet/audit/", "/smartsheet/audit/charts/"]


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, running_sandbox: RunningSandbox) -> Iterator[InstalledSite]:
    with installed("auth_user_site", tmp_path_factory.mktemp("site"), running_sandbox) as site:
        yield site


def test_a_database_of_version_0_1_0_is_upgraded(site: InstalledSite) -> None:
    (site.home / "upgraded.py").write_text(
        "from site1.settings_with_byline import *\n"
        f"AUDIT_SEAL_PUBLIC_KEYS = [{PUBLIC_KEY!r}]\n"
        "AUDIT_SEAL_STALE = 10 ** 9  # not all of that log was sealed\n"
    )
    site.run("manage.py", "migrate", "auth", "--verbosity", "0")
    for app, name in LAST.items():
        site.run("manage.py", "migrate", app, name, "--verbosity", "0")
    site.ask(inside.fill, PEOPLE | TABLES)
    site.prepare()
    site.run("manage.py", "makemigrations", "--check")
    people = site.ask(inside.people)
    assert {name: (one["is_blocked"], one["is_active"], one["is_connected"]) for name, one in people.items()} == {
        "Alice Archer": (False, True, True),
        "Bob Baker": (True, True, False),
        "Carol Cook": (False, False, True),
    }
    assert people["Alice Archer"]["token"] == "access of Alice"
    assert people["Alice Archer"]["roles"] == ["auditor"]
    assert people["Alice Archer"]["names"] == ["Alice Archer", "Alice Ashby"]
    assert "All is well" in site.run("manage.py", "audit_verify", DJANGO_SETTINGS_MODULE="upgraded")
    assert set(site.ask(inside.what_pages_answer, ALICE, PAGES).values()) == {200}
    site.ask(inside.run_each_job)  # returns the tokens of people who can't use them
    assert [name for name, one in site.ask(inside.people).items() if one["token"]] == ["Alice Archer"]
    assert "All is well" in site.run("manage.py", "audit_verify", DJANGO_SETTINGS_MODULE="upgraded")
