"""Actions that a person's token or the deployment doesn't allow aren't offered, and are refused before anything is
sent.
"""

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from audit.models import Entry
from audit.vocabulary import Phase
from edits import features
from edits.features import Feature
from edits.gateway.errors import NotGranted
from edits.saving import AddRow, CellChange, DeleteRow, MoveRow, Place, RowChange, Status, UpdateRow, read, save
from identity.models import SmartsheetUser, Token
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin, sign_in

pytestmark = pytest.mark.django_db

ROW = "Dig foundations"
SIGN_IN = "Sign in with Smartsheet"


@pytest.fixture
def reader(browser: Client) -> Client:
    """The browser of Bob, whose token has fewer scopes than the app asked for."""
    Token.objects.update(scope="READ_SHEETS")
    return browser


def page_of(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_narrower_grant_switches_changes_off_with_a_sentence(reader: Client, plan: SitePlan) -> None:
    page = page_of(reader, plan.path)
    assert escape(features.NOT_GRANTED) in page
    assert "Sign in again" in page
    for offer in ("Add row", 'title="Edit"', 'title="Delete"'):
        assert offer not in page


def test_with_the_whole_grant_everything_is_offered(browser: Client, plan: SitePlan) -> None:
    page = page_of(browser, plan.path)
    assert escape(features.NOT_GRANTED) not in page
    for offer in ("Add row", 'title="Edit"', 'title="Delete"'):
        assert offer in page


def test_forms_opened_by_hand_say_so_and_offer_to_sign_in(reader: Client, plan: SitePlan) -> None:
    for path in (plan.edit_path(ROW), plan.add_path):
        page = page_of(reader, path, status=403)
        assert escape(features.NOT_GRANTED) in page
        assert SIGN_IN in page
    assert escape(features.NOT_GRANTED) in page_of(reader, plan.delete_path(ROW))


def test_a_form_sent_by_hand_is_refused_before_anything_is_sent(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "typed"})
    Token.objects.update(scope="READ_SHEETS")
    page = page.save()
    assert page.status == 403
    assert features.NOT_GRANTED in page.text
    assert "Nothing was saved. What you typed is still in the form." in page.text
    assert page.value(plan.columns["Notes"]) == "typed"
    assert browser.post(plan.add_path, {f"col-{plan.columns['Task']}": "x"}).status_code == 403
    assert browser.post(plan.delete_path(ROW), {}).status_code == 403
    assert plan.writes(bob) == []
    assert not Entry.objects.filter(phase="intent").exists()


def test_a_draft_can_be_saved_once_it_is_granted(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox, bob: Person
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "typed"})
    Token.objects.update(scope="READ_SHEETS")
    assert page.save().status == 403
    sign_in(browser, sandbox, bob)
    page = Page.open(browser, plan.edit_path(ROW))
    assert page.value(plan.columns["Notes"]) == "typed"
    assert "1 cell changed" in page.save().text
    assert plan.value(ROW, "Notes") == "typed"


def test_the_write_path_refuses_too_and_logs_it(reader: Client, plan: SitePlan, bob: Person) -> None:
    user = SmartsheetUser.objects.get(smartsheet_id=bob.id).user
    row_id = plan.rows[ROW]
    changes: list[RowChange] = [
        UpdateRow(row_id, (CellChange(plan.columns["Notes"], None, "Rock"),)),
        AddRow((CellChange(plan.columns["Task"], None, "Paint"),)),
        DeleteRow(row_id),
        MoveRow(row_id, Place(is_first=True)),
    ]
    result = save(read(user, plan.id, row_ids=[row_id], with_descendants=True), changes)
    assert [row.status for row in result.rows] == [Status.FORBIDDEN] * 4
    assert all(isinstance(row.error, NotGranted) for row in result.rows)
    noted = Entry.objects.filter(phase=Phase.FORBIDDEN).order_by("id").values_list("action", flat=True)
    assert list(noted) == ["change", "add", "delete", "move"]
    assert plan.writes(bob) == []


def test_an_app_that_asks_for_less_says_that_it_does(
    client: Client, plan: SitePlan, sandbox: RunningSandbox, bob: Person, settings: Settings
) -> None:
    """With SMARTSHEET_SCOPES=READ_SHEETS, tokens can only read, even after a new sign-in. So the page doesn't ask the
    person to sign in again.
    """
    region = settings.SMARTSHEET_REGIONS["sandbox"] | {"scopes": ("READ_SHEETS",)}
    settings.SMARTSHEET_REGIONS = {"sandbox": region}
    assert "scope=READ_SHEETS&" in begin(client) + "&"
    assert "and change their rows" not in page_of(client, "/")
    sign_in(client, sandbox, bob)
    assert Token.objects.get().scope == "READ_SHEETS"
    page = page_of(client, plan.path)
    assert escape(features.NOT_ASKED) in page
    assert "Sign in again" not in page
    page = page_of(client, plan.edit_path(ROW), status=403)
    assert escape(features.NOT_ASKED) in page
    assert SIGN_IN not in page


def test_without_leave_to_look_nothing_is_asked_for(browser: Client, plan: SitePlan) -> None:
    Token.objects.update(scope="WRITE_SHEETS")
    for path in ("/sheets/", plan.path, plan.edit_path(ROW)):
        before = len(plan.sandbox.requests())
        page = page_of(browser, path, status=403)
        assert escape(features.NO_LOOK_GRANTED) in page
        assert SIGN_IN in page
        assert len(plan.sandbox.requests()) == before


def test_only_the_disabled_feature_is_missing(browser: Client, plan: SitePlan, bob: Person, settings: Settings) -> None:
    settings.BYLINE_FEATURES = ["view", "change"]
    page = page_of(browser, plan.path)
    assert 'title="Edit"' in page
    assert 'title="Delete"' not in page
    assert "Deleting rows is switched off in this app." in page
    assert "Adding rows is switched off in this app." in page_of(browser, plan.add_path, status=403)
    assert browser.post(plan.delete_path(ROW), {}).status_code == 403
    assert plan.writes(bob) == []


@pytest.mark.parametrize(
    ("offered", "scopes"),
    [
        (["view"], ("READ_SHEETS",)),
        (["view", "delete"], ("READ_SHEETS", "WRITE_SHEETS")),
        (list(Feature), ("READ_SHEETS", "WRITE_SHEETS")),
    ],
    ids=["view", "delete", "all"],
)
def test_no_more_is_asked_for_than_is_needed(offered: list[str], scopes: tuple[str, ...]) -> None:
    assert features.scopes_of(offered) == scopes
