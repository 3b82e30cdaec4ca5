"""In Chromium, users of both sites log in with a password, connect, edit, disconnect, and log in again."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.grids import cell, saved
from tests.edits.site_plan import SitePlan
from tests.hosts import inside
from tests.hosts.conftest import Pages
from tests.hosts.installed_site import InstalledSite
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import PATIENCE

pytestmark = pytest.mark.browser
ROW = "Dig foundations"


@pytest.fixture
def plan(sandbox: RunningSandbox, alice: Person, site: InstalledSite) -> SitePlan:
    return SitePlan(sandbox, alice)


def connect(page: Page, person: Person) -> None:
    """Connect this person: go from the site's account page to Smartsheet's consent page, and back."""
    page.goto("/account/")
    page.get_by_role("link", name="Connect").click()
    page.get_by_role("button", name="Connect Smartsheet").click()
    page.get_by_label(person.name or person.email).check()
    page.get_by_role("button", name="Allow").click()


def set_status(page: Page, plan: SitePlan, status: str) -> None:
    """Set the status on the site's own page."""
    page.goto(f"/status/{plan.id}/{plan.rows[ROW]}/")
    page.get_by_label("Status").select_option(status)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def changes(site: InstalledSite, after: int) -> list[tuple[str, str]]:
    """Return the new value and the actor of each change that was logged after the entry with this id.

    Check that all these changes were applied.
    """
    found = [entry for entry in site.ask(inside.entries, after) if entry["action"] == "change"]
    assert [entry["phase"] for entry in found] == ["intent", "applied"] * (len(found) // 2)
    return [(json.loads(entry["new"]), entry["actor_name"]) for entry in found if entry["phase"] == "intent"]


def test_from_the_login_to_the_edit_and_back(site: InstalledSite, pages: Pages, plan: SitePlan, bob: Person) -> None:
    page, start = pages.log_in("jane"), site.ask(inside.last_entry)
    page.goto(f"/status/{plan.id}/{plan.rows[ROW]}/")  # not connected yet
    expect(page.get_by_role("heading", name="Connect Smartsheet")).to_be_visible()
    connect(page, bob)
    expect(page).to_have_url(re.compile("/account/$"))
    expect(page.get_by_role("heading", name="Account of jane@example.org")).to_be_visible()
    expect(page.get_by_text("Smartsheet: Bob Baker")).to_be_visible()
    set_status(page, plan, "Blocked")
    assert plan.value(ROW, "Status") == "Blocked"
    assert plan.last_writer(ROW, "Status") == bob.email
    page.goto("/smartsheet/audit/")
    expect(page.get_by_role("main")).to_contain_text("Bob Baker")
    expect(page.get_by_role("main")).to_contain_text("Blocked")
    page.goto("/account/")
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("you are still logged in to this site")).to_be_visible()
    page.goto("/account/")
    expect(page.get_by_text("Smartsheet: not connected")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    again = pages.log_in_again("jane@example.org")
    expect(again.get_by_text("Smartsheet: not connected")).to_be_visible()
    acts = [(entry["action"], entry["phase"], entry["actor_id"]) for entry in site.ask(inside.entries, start)]
    assert [act for act in acts if act[0] not in {"record", "read"}] == [  # she may have read others' entries too
        ("connect", "done", bob.id),
        ("change", "intent", bob.id),
        ("change", "applied", bob.id),
        ("revoke", "done", bob.id),
        ("disconnect", "done", bob.id),
    ]


def test_two_users_at_once(site: InstalledSite, pages: Pages, plan: SitePlan, alice: Person, bob: Person) -> None:
    """Two people edit in turn. Each edit is in the name of the person who made it."""
    janes, joes = pages.log_in("jane"), pages.log_in("joe")
    connect(janes, alice)
    connect(joes, bob)
    start = site.ask(inside.last_entry)
    for page, status in ((janes, "Blocked"), (joes, "Complete"), (janes, "In progress"), (joes, "Blocked")):
        set_status(page, plan, status)
    made = [("Blocked", alice), ("Complete", bob), ("In progress", alice), ("Blocked", bob)]
    assert changes(site, start) == [(status, person.name) for status, person in made]
    history = [(one["value"], one["modifiedBy"]["email"]) for one in plan.history(ROW, "Status")]
    assert history[: len(made)] == [(status, person.email) for status, person in reversed(made)]
    edit = f"/status/{plan.id}/{plan.rows[ROW]}/"
    janes.goto(edit)
    joes.goto(edit)
    joes.get_by_label("Status").select_option("Complete")
    joes.get_by_role("button", name="Save").click()
    expect(joes.get_by_text("Saved.")).to_be_visible()
    janes.get_by_label("Status").select_option("In progress")
    janes.get_by_role("button", name="Save").click()
    expect(janes.get_by_text("Not saved: Bob Baker has made it Complete.")).to_be_visible()
    assert plan.value(ROW, "Status") == "Complete"


def test_the_pages_of_the_apps(site: InstalledSite, pages: Pages, plan: SitePlan, bob: Person) -> None:
    """No page of Byline's apps is blank or has a blocked style or script. The page that edits a row works too."""
    page = pages.log_in("jane")
    connect(page, bob)
    expect(page.get_by_text("Smartsheet: Bob Baker")).to_be_visible()
    start = site.ask(inside.last_entry)
    for address in ("identity/profile/", "audit/", "audit/charts/", "sheets/", f"sheets/{plan.id}/"):
        page.goto(f"/smartsheet/{address}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"/smartsheet{plan.edit_path(ROW)}")
    page.get_by_label("Status", exact=True).select_option("Blocked")
    page.get_by_role("button", name=re.compile("Save 1 change")).click()
    expect(page.get_by_text("1 cell changed")).to_be_visible()
    assert changes(site, start) == [("Blocked", bob.name)]


def test_a_form_of_the_site(site: InstalledSite, pages: Pages, plan: SitePlan, bob: Person) -> None:
    """A form that the site made itself works with ATOMIC_REQUESTS, and with a strict Content-Security-Policy. Someone
    who isn't responsible for a row can't use the form for this row.
    """
    page = pages.log_in("jane")
    connect(page, bob)
    expect(page.get_by_text("Smartsheet: Bob Baker")).to_be_visible()
    start = site.ask(inside.last_entry)
    page.goto(f"/progress/{plan.id}/{plan.rows[ROW]}/")
    page.get_by_label("Status").select_option("Blocked")
    page.get_by_role("button", name="Save 1 change").click()
    expect(page).to_have_url(re.compile("/account/$"))
    assert changes(site, start) == [("Blocked", bob.name)]
    page.goto(f"/progress/{plan.id}/{plan.rows['Drainage runs']}/")
    expect(page.get_by_text("This row isn't yours: the column “Responsible” doesn't name you.")).to_be_visible()


@pytest.mark.parametrize("served_site", ["member_site"], indirect=True)
def test_the_grid(site: InstalledSite, pages: Pages, plan: SitePlan, bob: Person) -> None:
    """The grid works in a site with a strict Content-Security-Policy, users with UUIDs, and hashed names of static
    files. The test doesn't run with the other site, which lacks the API that the grid needs.
    """
    page = pages.log_in("jane")
    connect(page, bob)
    expect(page.get_by_text("Smartsheet: Bob Baker")).to_be_visible()
    start = site.ask(inside.last_entry)
    page.goto(f"/smartsheet/sheets/{plan.id}/")
    cell(page, 7, "Status").click()
    page.keyboard.type("Block")
    page.keyboard.press("Enter")
    saved(page)
    assert changes(site, start) == [("Blocked", bob.name)]
    assert plan.value(ROW, "Status") == "Blocked"


def test_an_account_of_another_user_is_refused(site: InstalledSite, pages: Pages, alice: Person) -> None:
    janes, joes = pages.log_in("jane"), pages.log_in("joe")
    connect(janes, alice)
    expect(janes.get_by_text("Smartsheet: Alice Archer")).to_be_visible()
    connect(joes, alice)
    main = joes.get_by_role("main")
    expect(main).to_contain_text("another user of this site has connected this Smartsheet account")
    expect(main).to_contain_text("You are still logged in to this site as joe@example.org")
    expect(main).not_to_contain_text("jane")
    assert site.ask(inside.users) == {"jane@example.org": alice.id, "joe@example.org": None}


def test_a_replayed_callback(site: InstalledSite, pages: Pages, bob: Person) -> None:
    """If the same browser opens the callback again, the token stays, and the browser is sent to the account page. The
    callback is refused in another browser, and after the person has disconnected.
    """
    janes, joes = pages.log_in("jane"), pages.log_in("joe")
    callbacks: list[str] = []
    janes.on("request", lambda request: callbacks.append(request.url) if "/callback/" in request.url else None)
    connect(janes, bob)
    expect(janes.get_by_text("Smartsheet: Bob Baker")).to_be_visible()
    (callback,), token = callbacks, site.ask(inside.token_of, "jane@example.org")
    janes.goto(callback)
    expect(janes).to_have_url(re.compile("/account/$"))
    assert site.ask(inside.token_of, "jane@example.org") == token
    joes.goto(callback)
    expect(joes.get_by_role("main")).to_contain_text("wrong_state")
    janes.goto("/account/")
    janes.get_by_role("button", name="Disconnect").click()
    janes.goto(callback)
    expect(janes.get_by_role("main")).to_contain_text("used_state")
    assert site.ask(inside.users) == {"jane@example.org": None, "joe@example.org": None}


@pytest.mark.parametrize("leave", [inside.delete_user, inside.deactivate_user, inside.merge_user])
def test_the_token_of_a_user_who_leaves_is_given_back(
    site: InstalledSite, pages: Pages, sandbox: RunningSandbox, bob: Person, leave: Callable[[str], None]
) -> None:
    page = pages.log_in("jane")
    connect(page, bob)
    expect(page.get_by_text("Smartsheet: Bob Baker")).to_be_visible()
    headers = {"Authorization": f"Bearer {site.ask(inside.token_of, 'jane@example.org')}"}
    assert sandbox.http.get(f"{sandbox.api}/users/me", headers=headers, timeout=PATIENCE).status_code == 200
    site.ask(leave, "jane@example.org")
    assert sandbox.http.get(f"{sandbox.api}/users/me", headers=headers, timeout=PATIENCE).status_code == 401
    assert site.ask(inside.tokens_to_return) == 0
    assert set(site.ask(inside.users).values()) <= {None}
    page.goto("/account/")
    expect(page.get_by_text("Smartsheet: Bob Baker")).to_be_hidden()
