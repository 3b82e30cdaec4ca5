"""Numbered obstacles that sites with their own users could meet. Each test is about one obstacle, and fails if a site
meets this obstacle.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tests.edits.site_plan import SitePlan
from tests.hosts import inside
from tests.hosts.installed_site import PACKAGES, InstalledSite, site_packages
from tests.hosts.visitor import CONNECT, Visitor
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import decide
from tests.waiting import PATIENCE

JANE, JOE = "jane@example.org", "joe@example.org"
JOBS = {"note that it runs", "settle", "count for the charts", "refresh profiles", "return tokens", "sweep sessions"}
PAGES = ("identity/profile/", "sheets/", "audit/", "audit/charts/")
with_auth_user = pytest.mark.parametrize("served_site", ["auth_user_site"], indirect=True)
with_members = pytest.mark.parametrize("served_site", ["member_site"], indirect=True)

LogIn = Callable[[str], Visitor]


@pytest.fixture
def log_in(site: InstalledSite) -> Iterator[LogIn]:
    """Yield the function `log_in`. For example, `log_in(JANE)` creates the user JANE, and returns a visitor who has
    logged in as this user.
    """
    visitors: list[Visitor] = []

    def log_in_as(name: str) -> Visitor:
        visitors.append(Visitor(site))
        visitors[-1].log_in(name)
        return visitors[-1]

    yield log_in_as
    for visitor in visitors:
        visitor.close()


def check(site: InstalledSite, **changed: Any) -> str:
    """Return the output of `manage.py check --deploy` with these settings. A setting whose value is None is removed."""
    return site.ask(inside.check, changed)


def test_obstacle_01_a_package_of_the_site_that_has_one_of_our_names(site: InstalledSite) -> None:
    """If a package of the site has the name of one of our apps, commands say this, and don't end with an
    ImportError.
    """
    for package in PACKAGES:
        assert (site_packages(site.python) / package / "__init__.py").exists()
    own = site.home / "audit"
    own.mkdir()
    (own / "__init__.py").touch()
    result = site.attempt("manage.py", "check")
    rmtree(own)
    assert result.returncode != 0
    (line,) = result.stderr.splitlines()
    assert f"finds the package “audit” in {own}" in line
    assert "Rename the site's package" in line


def test_obstacle_02_no_module_needs_a_patched_django(site: InstalledSite) -> None:
    assert site.ask(inside.import_everything, [name for name in PACKAGES if name not in {"api", "sandbox"}]) > 200


def test_obstacle_03_connecting_keeps_the_user(
    site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person
) -> None:
    jane = log_in(JANE)
    before, session = site.ask(inside.key_of, JANE), jane.http.cookies["sessionid"]
    assert f"Account of {JANE}" in jane.connect(sandbox, alice).text
    assert (site.ask(inside.key_of, JANE), jane.http.cookies["sessionid"]) == (before, session)
    assert site.ask(inside.users) == {JANE: alice.id}


def test_obstacle_04_any_user_model(site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person) -> None:
    """Entries in the log name a user by the site's user model and the user's primary key, such as auth.user/1."""
    start = site.ask(inside.last_entry)
    log_in(JANE).connect(sandbox, alice)
    label = {"auth_user_site": "auth.user", "member_site": "members.member"}[site.name]
    subjects = [entry["subject"] for entry in site.ask(inside.entries, start) if entry["action"] == "connect"]
    assert subjects == [f"{label}/{site.ask(inside.key_of, JANE)}"]


def test_obstacle_05_two_settings_are_needed_and_missing_ones_are_named(site: InstalledSite) -> None:
    assert "ERRORS" not in check(site)
    told = check(site, TOKEN_KEYS=None, SMARTSHEET_REGIONS=None)
    assert "The setting TOKEN_KEYS is missing" in told
    assert "The setting SMARTSHEET_REGIONS is missing" in told
    assert "SMARTSHEET_DEADLINE must be" in check(site, SMARTSHEET_DEADLINE="soon")


def test_obstacle_06_no_migration_is_written_into_the_packages(site: InstalledSite) -> None:
    """`makemigrations` finds no changes, even if a site sets another DEFAULT_AUTO_FIELD and LANGUAGE_CODE."""
    before = migrations(site)
    assert "No changes detected" in site.run("manage.py", "makemigrations")
    (site.home / "changed.py").write_text(
        f"from {site.project}.settings_with_byline import *\n"
        "DEFAULT_AUTO_FIELD = 'django.db.models.SmallAutoField'\n"
        "LANGUAGE_CODE = 'fr'\n"
    )
    ours = ["byline", "identity", "edits", "audit"]
    site.run("manage.py", "makemigrations", "--check", *ours, DJANGO_SETTINGS_MODULE="changed")
    assert before == migrations(site)
    assert before


def migrations(site: InstalledSite) -> list[Path]:
    return sorted(site_packages(site.python).glob("*/migrations/*.py"))


@with_auth_user
def test_obstacle_07_histories_of_the_site_are_not_changed(site: InstalledSite) -> None:
    """The site's own histories still have foreign keys to users, and can be changed. The log doesn't record the rows of
    these histories.
    """
    assert "audit.E00" not in check(site)
    start = site.ask(inside.last_entry)
    assert site.ask(inside.change_and_delete_a_plan) == ["~", "+"]
    assert site.ask(inside.entries, start) == []


def test_obstacle_08_no_page_is_blank(
    site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person
) -> None:
    jane = log_in(JANE)
    frame = {"auth_user_site": 'class="page-wrapper"', "member_site": '<nav class="club-bar">'}[site.name]
    assert frame in jane.get(CONNECT).text
    jane.connect(sandbox, alice)
    plan = SitePlan(sandbox, alice)
    sheet = f"sheets/{plan.id}/"
    for page in (*PAGES, sheet, f"{sheet}rows/add/", f"{sheet}rows/{plan.rows['Dig foundations']}/edit/"):
        answer = jane.get(f"/smartsheet/{page}")
        assert (answer.status_code, frame in answer.text, "<h1" in answer.text) == (200, True, True), page
        assert len(re.findall("<title>[^<]+</title>", answer.text)) == 1, page


def test_obstacle_09_pages_that_are_not_there_are_the_sites(site: InstalledSite, log_in: LogIn) -> None:
    words = {"auth_user_site": "<h1>Not Found</h1>", "member_site": "Der Verein hat diese Seite nicht"}[site.name]
    jane = log_in(JANE)
    for path in ("/nowhere/", "/smartsheet/nowhere/", "/smartsheet/audit/999999/"):
        answer = jane.get(path)
        assert (answer.status_code, words in answer.text) == (404, True), path


@with_auth_user
def test_obstacle_10_forms_of_the_site_look_as_before(site: InstalledSite, log_in: LogIn) -> None:
    page = log_in(JANE).get("/plans/add/").text
    assert '<div id="id_kind">' in page
    assert not re.search("form-check|form-label|form-control", page)


def test_obstacle_11_every_static_file_is_there(
    site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person
) -> None:
    """All files that the pages refer to are served. So are the modules, fonts and images that these files refer to."""
    jane = log_in(JANE)
    jane.connect(sandbox, alice)
    plan = SitePlan(sandbox, alice)
    pages = [jane.get(f"/smartsheet/{page}").text for page in (*PAGES, f"sheets/{plan.id}/")]
    waiting = {name for page in pages for name in re.findall('"(/static/[^"]+)"', page)}
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        answer = jane.get(name)
        assert answer.status_code == 200, name
        waiting |= {urljoin(name, other) for other in _named_in(name, answer.text)} - found
    assert any("chart" in name for name in found)
    has_grid = site.name == "member_site"  # the other site has no API, and shows a table
    assert any("/grid/cells." in name for name in found) == has_grid, "modules that other modules import"
    assert any(name.partition("?")[0].endswith(".woff2") for name in found), "fonts that a style sheet names"
    ours = {name for name in found if not name.startswith("/static/club/")}
    assert {name.split("/")[2] for name in ours} == {"byline"}


def _named_in(name: str, text: str) -> list[str]:
    """Return the addresses in a module's imports or in a style sheet's url()."""
    if name.endswith(".js"):
        return re.findall(r"""(?:from |import |import\()["'](\.{1,2}/[^"']+)["']""", text)
    if name.endswith(".css"):
        return [
            one for one in re.findall(r"""url\(["']?([^"')]+)["']?\)""", text) if not one.startswith(("data:", "#"))
        ]
    return []


def test_obstacle_12_no_session_is_said_to_end_that_goes_on(
    site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person
) -> None:
    """Django's session engines can't list a person's sessions. With these engines, the profile page has no button that
    ends all sessions. Our own engine can end a person's sessions, and keeps a session as long as the site says.
    """
    assert "byline.I001" in check(site)
    jane = log_in(JANE)
    jane.connect(sandbox, alice)
    assert "Sign out everywhere" not in jane.get("/smartsheet/identity/profile/").text
    assert jane.post("/smartsheet/identity/logout/everywhere/").status_code == 404
    assert f"Account of {JANE}" in jane.get("/account/").text
    told = check(site, SESSION_ENGINE="django.contrib.sessions.backends.cache")
    assert "byline.I001" in told
    assert "byline.W002" in told
    assert "byline.I001" not in check(site, SESSION_ENGINE="identity.sessions.store")
    assert site.ask(inside.sessions_of_our_engine, JANE) == {"after a day": True, "signed out everywhere": False}


def test_obstacle_13_a_state_is_used_up_even_if_sessions_are_in_cookies(
    site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person
) -> None:
    log_in(JANE)
    begun = site.ask(inside.begin_with_signed_cookies, JANE)
    callback = urlsplit(decide(sandbox, begun["asked"], alice))
    for _ in range(2):
        path = f"{callback.path}?{callback.query}"
        assert site.ask(inside.come_back_with_signed_cookies, path, begun["cookies"]) == "/account/"
    assert len(sandbox.requests(method="POST", path="/token")) == 1
    assert "byline.W001" in check(site, SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies")


def test_obstacle_14_disconnecting_keeps_the_login(
    site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person
) -> None:
    jane = log_in(JANE)
    assert "Smartsheet: Alice Archer" in jane.connect(sandbox, alice).text
    jane.post("/smartsheet/identity/disconnect/")
    page = jane.get("/account/").text
    assert f"Account of {JANE}" in page
    assert "Smartsheet: not connected" in page


def test_obstacle_15_a_missing_middleware_is_reported(site: InstalledSite) -> None:
    told = check(site, MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"])
    assert "MIDDLEWARE has no 'identity.middleware.SmartsheetUserMiddleware'" in told
    assert "Write MIDDLEWARE = [..., *byline.MIDDLEWARE]" in told


def test_obstacle_16_users_who_are_logged_in_are_not_sent_to_the_login(log_in: LogIn) -> None:
    jane = log_in(JANE)
    answer = jane.get("/smartsheet/sheets/")
    assert [one.status_code for one in answer.history] == [302]
    assert (answer.status_code, CONNECT in answer.url, "Connect Smartsheet" in answer.text) == (200, True, True)


def test_obstacle_17_addresses_are_the_sites(
    site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person
) -> None:
    """LOGIN_URL is a URL name in both sites, and neither site has pages at the addresses that this project uses."""
    stranger = Visitor(site)
    answer = stranger.get("/smartsheet/sheets/")
    login = {"auth_user_site": "/login/", "member_site": "/anmelden/"}[site.name]
    assert [(one.status_code, one.headers["Location"]) for one in answer.history] == [
        (302, f"{login}?next=/smartsheet/sheets/")
    ]
    assert (answer.status_code, 'name="password"' in answer.text) == (200, True)
    stranger.close()
    jane = log_in(JANE)
    jane.connect(sandbox, alice)
    answer = jane.post("/smartsheet/identity/logout/")
    assert answer.status_code == 200
    then = {"auth_user_site": "/login/", "member_site": "/"}[site.name]  # member_site has a LOGOUT_REDIRECT_URL
    assert [one.headers["Location"] for one in answer.history] == [then]
    assert 'name="password"' in jane.get("/account/").text


@with_members
def test_obstacle_18_a_policy_that_stops_connect_is_reported(site: InstalledSite, sandbox: RunningSandbox) -> None:
    """The check reads the policy in the settings. This site's policy is in a middleware, so the test adds a setting."""
    policy = {"DIRECTIVES": {"default-src": ["'self'"], "form-action": ["'self'"]}}
    told = check(site, CONTENT_SECURITY_POLICY=policy)
    assert f"The Content-Security-Policy lacks: form-action {sandbox.url}." in told
    policy["DIRECTIVES"]["form-action"].append(sandbox.url)
    assert "Content-Security-Policy" not in check(site, CONTENT_SECURITY_POLICY=policy)


def test_obstacle_19_the_site_has_entries_and_jobs(
    site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person, bob: Person
) -> None:
    """The log has entries about connecting and disconnecting. Each job runs, and the site's admin lists connected
    users.
    """
    jane, joe = log_in(JANE), log_in(JOE)
    start = site.ask(inside.last_entry)
    jane.connect(sandbox, alice)
    joe.connect(sandbox, alice)
    jane.post("/smartsheet/identity/disconnect/")
    found = [(entry["action"], entry["phase"]) for entry in site.ask(inside.entries, start)]
    assert [one for one in found if one[0] != "record"] == [
        ("connect", "done"),
        ("revoke", "done"),
        ("connect", "refused"),
        ("revoke", "done"),
        ("disconnect", "done"),
    ]
    joe.connect(sandbox, bob)
    users = {"auth_user_site": "/admin/auth/user/", "member_site": "/admin/members/member/"}[site.name]
    assert JOE in joe.get(users).text
    assert set(site.ask(inside.run_each_job)) >= JOBS


def test_obstacle_20_blocking_ends_no_login_of_the_site(
    site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person
) -> None:
    """A blocked person can't connect, and their token is revoked. They stay logged in to the site."""
    jane = log_in(JANE)
    jane.connect(sandbox, alice)
    boss = log_in(JOE)
    key, token = site.ask(inside.person_key, JANE), site.ask(inside.token_of, JANE)
    assert who_is(token, sandbox) == 200
    boss.post("/admin/identity/smartsheetuser/", action="bar", _selected_action=key)
    assert site.ask(inside.users) == {JANE: None, JOE: None}
    site.ask(inside.run_each_job)  # the worker returns the token
    assert (who_is(token, sandbox), site.ask(inside.tokens_to_return)) == (401, 0)
    assert f"Account of {JANE}" in jane.get("/account/").text
    answer = jane.connect(sandbox, alice)
    assert (answer.status_code, "has blocked you from using this app" in answer.text) == (403, True)
    boss.post("/admin/identity/smartsheetuser/", action="let_in_again", _selected_action=key)
    assert jane.connect(sandbox, alice).status_code == 200
    assert site.ask(inside.users) == {JANE: alice.id, JOE: None}


def who_is(token: str, sandbox: RunningSandbox) -> int:
    """Return the HTTP status of Smartsheet's answer to a call with this token."""
    headers = {"Authorization": f"Bearer {token}"}
    return sandbox.http.get(f"{sandbox.api}/users/me", headers=headers, timeout=PATIENCE).status_code


@with_auth_user
def test_a_view_in_a_transaction_raises_an_error(log_in: LogIn, sandbox: RunningSandbox, alice: Person) -> None:
    """In a transaction, entries in the log could be rolled back. So nothing is sent to Smartsheet."""
    jane = log_in(JANE)
    jane.connect(sandbox, alice)
    sandbox.forget_requests()
    answer = jane.get("/in-transaction/")
    assert (answer.status_code, "non_atomic_requests" in answer.text) == (500, True)
    assert sandbox.requests(path="/sheets") == []


def test_obstacle_21_an_account_of_another_user(
    site: InstalledSite, log_in: LogIn, sandbox: RunningSandbox, alice: Person
) -> None:
    log_in(JANE).connect(sandbox, alice)
    answer = log_in(JOE).connect(sandbox, alice)
    assert answer.status_code == 409
    assert "another user of this site has connected this Smartsheet account" in answer.text
    assert "deactivated" not in answer.text
