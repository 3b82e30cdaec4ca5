"""Typed values are kept if Smartsheet or this app ends the session."""

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from audit.changes import with_outcomes
from audit.models import Entry
from edits.widgets.drafts import KEY
from identity.models import Token
from identity.sessions.models import BrowserSession
from tests import signing_in
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

ROW = "Dig foundations"
RESTORED = "This is what you typed before you signed in. It is not saved yet."


def sign_in_again(client: Client, sandbox: RunningSandbox, person: Person, next_url: str) -> HttpResponse:
    authorize_url = signing_in.begin(client, next_url=next_url)
    return signing_in.come_back(client, signing_in.decide(sandbox, authorize_url, person))


def typed(browser: Client, plan: SitePlan) -> Page:
    page = Page.open(browser, plan.edit_path(ROW))
    return page.type({plan.columns["Notes"]: "Rock & <roll>", plan.columns["Equipment"]: ["Crane"]})


@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("PUT", 2)])
def test_the_form_comes_back_after_smartsheet_has_forgotten_the_token(
    browser: Client, plan: SitePlan, bob: Person, method: str, times: int
) -> None:
    page = typed(browser, plan)
    plan.sandbox.fault(method=method, person=bob.id, status=401, errorCode=1003, times=times)
    page = page.save()
    assert page.status == 401
    assert "Sign in with Smartsheet" in page.text
    assert f'name="next" value="{plan.edit_path(ROW)}"' in page.html
    assert "Nothing was saved. What you typed is still in the form." in page.text
    assert page.value(plan.columns["Notes"]) == "Rock & <roll>"

    answer = sign_in_again(browser, plan.sandbox, bob, plan.edit_path(ROW))
    assert answer["Location"] == plan.edit_path(ROW)
    page = Page.open(browser, plan.edit_path(ROW))
    assert RESTORED in page.text
    assert page.value(plan.columns["Notes"]) == "Rock & <roll>"
    assert page.fields[f"col-{plan.columns['Equipment']}"] == ["Crane"]
    assert plan.value(ROW, "Notes") is None
    assert "2 cells changed" in page.save().text
    assert (plan.value(ROW, "Notes"), plan.value(ROW, "Equipment")) == ("Rock & <roll>", ["Crane"])
    assert RESTORED not in Page.open(browser, plan.edit_path(ROW)).text


def test_an_expired_token_is_refreshed_unnoticed(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = typed(browser, plan)
    plan.sandbox.fault(method="GET", person=bob.id, status=401, errorCode=1003)
    assert "2 cells changed" in page.save().text
    assert plan.value(ROW, "Notes") == "Rock & <roll>"


def test_nor_one_that_expires_between_the_look_and_the_change(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = typed(browser, plan)
    plan.sandbox.fault(method="PUT", person=bob.id, status=401, errorCode=1003)
    assert "2 cells changed" in page.save().text
    assert plan.value(ROW, "Notes") == "Rock & <roll>"
    assert [write["status"] for write in plan.writes(bob)] == [401, 200]
    assert len(plan.history(ROW, "Notes")) == 1
    assert {change.phase for change in with_outcomes(Entry.objects.intents())} == {"applied"}
    assert Entry.objects.intents().values("edit_id").distinct().count() == 1


def test_changes_by_others_during_a_sign_in_are_conflicts(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="PUT", person=bob.id, status=401)
    typed(browser, plan).save()
    plan.write(ROW, Notes="Clay")
    sign_in_again(browser, plan.sandbox, bob, plan.edit_path(ROW))
    page = Page.open(browser, plan.edit_path(ROW)).save()
    assert (page.status, "You saw empty Now Clay" in page.text) == (409, True)


@pytest.mark.parametrize(("choice", "value"), [("mine", "In progress"), ("theirs", "Complete")])
def test_a_decided_conflict_stays_decided(
    browser: Client, plan: SitePlan, bob: Person, sign_in: SignIn, choice: str, value: str
) -> None:
    """At a conflict, Bob chooses his own value or the other person's value. Then he types the value that the cell had
    when he opened the form. His session ends, and he signs in again. If he chose his own value, the form has the typed
    value. Otherwise, it has the other person's value.
    """
    status = plan.columns["Status"]
    page = Page.open(browser, plan.edit_path(ROW)).type({status: "Blocked"})
    assert page.value(status) == "Blocked"
    plan.write(ROW, Status="Complete")
    page = page.save().choose(status, choice).type({status: "In progress"})
    browser.logout()
    page.save()
    sign_in(browser, bob)
    page = Page.open(browser, plan.edit_path(ROW))
    assert RESTORED in page.text
    assert page.value(status) == value
    page.save()
    assert plan.value(ROW, "Status") == value


def test_a_refused_sign_in_is_in_the_log(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="PUT", person=bob.id, status=401)
    typed(browser, plan).save()
    assert {change.phase for change in with_outcomes(Entry.objects.intents())} == {"refused"}


def test_a_form_sent_after_the_session_ended_comes_back_too(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = typed(browser, plan)
    browser.post("/identity/logout/")
    answer = browser.post(plan.edit_path(ROW), page.fields)
    assert (answer.status_code, answer["Location"]) == (302, f"/?next={plan.edit_path(ROW)}")
    sign_in_again(browser, plan.sandbox, bob, plan.edit_path(ROW))
    page = Page.open(browser, plan.edit_path(ROW))
    assert RESTORED in page.text
    assert page.value(plan.columns["Notes"]) == "Rock & <roll>"
    assert "2 cells changed" in page.save().text


def test_a_form_sent_after_an_idle_hour_is_kept_and_the_page_says_why(
    browser: Client, plan: SitePlan, bob: Person
) -> None:
    page = typed(browser, plan)
    BrowserSession.objects.update(expire_date=timezone.now())
    answer = browser.post(plan.edit_path(ROW), page.fields)
    assert answer["Location"] == f"/?next={plan.edit_path(ROW)}"
    assert "because this browser had not been used for a while" in Page.open(browser, answer["Location"]).text
    sign_in_again(browser, plan.sandbox, bob, plan.edit_path(ROW))
    page = Page.open(browser, plan.edit_path(ROW))
    assert (RESTORED in page.text, page.value(plan.columns["Notes"])) == (True, "Rock & <roll>")
    assert "2 cells changed" in page.save().text


def test_typed_values_come_back_after_the_token_was_revoked(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = typed(browser, plan)
    headers = {"Authorization": f"Bearer {Token.objects.get().access_token}"}
    assert plan.sandbox.http.delete(f"{plan.sandbox.api}/token", headers=headers, timeout=10).ok
    page = page.save()
    assert (page.status, page.value(plan.columns["Notes"])) == (401, "Rock & <roll>")
    assert browser.get("/identity/me").json() == {"user": None}
    sign_in_again(browser, plan.sandbox, bob, plan.edit_path(ROW))
    page = Page.open(browser, plan.edit_path(ROW))
    assert RESTORED in page.text
    assert "2 cells changed" in page.save().text


def test_typed_values_of_a_blocked_person_come_back_when_unblocked(
    browser: Client, plan: SitePlan, bob: Person
) -> None:
    page = typed(browser, plan)
    user = User.objects.get()
    for is_active in (False, True):
        user.is_active = is_active
        user.save()
        browser.post(plan.edit_path(ROW), page.fields)
    sign_in_again(browser, plan.sandbox, bob, plan.edit_path(ROW))
    assert RESTORED in Page.open(browser, plan.edit_path(ROW)).text


@pytest.mark.parametrize("ended", ["idle", "signed out"])
def test_other_people_cannot_see_a_draft_of_an_ended_session(
    browser: Client, plan: SitePlan, alice: Person, bob: Person, ended: str
) -> None:
    page = typed(browser, plan)
    if ended == "idle":
        BrowserSession.objects.update(expire_date=timezone.now())
    else:
        browser.post("/identity/logout/")
    browser.post(plan.edit_path(ROW), page.fields)
    sign_in_again(browser, plan.sandbox, alice, plan.edit_path(ROW))
    page = Page.open(browser, plan.edit_path(ROW))
    assert RESTORED not in page.text
    assert "Rock" not in page.html
    sign_in_again(browser, plan.sandbox, bob, plan.edit_path(ROW))
    assert RESTORED not in Page.open(browser, plan.edit_path(ROW)).text  # deleted for good


def test_another_persons_form_is_not_saved(
    plan: SitePlan, alice: Person, bob: Person, sign_in: SignIn, db: None
) -> None:
    """Bob's form is open in a tab. Alice signs in in another tab, so the CSRF token of Bob's form becomes invalid."""
    browser = Client()
    sign_in(browser, bob)
    page = typed(browser, plan)
    sign_in(browser, alice)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert strict.post(plan.edit_path(ROW), page.fields).status_code == 403
    assert plan.value(ROW, "Notes") is None


def test_a_form_survives_a_sign_in_in_another_tab(
    plan: SitePlan, alice: Person, bob: Person, sign_in: SignIn, db: None
) -> None:
    """The sign-in changes the CSRF token, so Bob's form isn't saved. What he typed is in the form that he gets next."""
    strict = Client(enforce_csrf_checks=True)
    sign_in(browser := Client(), bob)
    strict.cookies = browser.cookies
    fields = typed(strict, plan).fields
    sign_in(browser, bob)
    assert strict.post(plan.edit_path(ROW), fields, headers={"origin": "http://evil.example"}).status_code == 403
    assert strict.post(plan.edit_path(ROW), fields).status_code == 403
    assert RESTORED not in Page.open(strict, plan.edit_path(ROW)).text

    answer = strict.post(plan.edit_path(ROW), fields, headers={"origin": "http://testserver"})
    assert (answer.status_code, answer["Location"]) == (302, plan.edit_path(ROW))
    page = Page.open(strict, plan.edit_path(ROW))
    assert (RESTORED in page.text, page.value(plan.columns["Notes"])) == (True, "Rock & <roll>")
    assert plan.value(ROW, "Notes") is None
    assert "2 cells changed" in page.save().text


def test_another_persons_form_is_not_shown_after_a_sign_in_in_another_tab(
    plan: SitePlan, alice: Person, bob: Person, sign_in: SignIn, db: None
) -> None:
    strict = Client(enforce_csrf_checks=True)
    sign_in(browser := Client(), bob)
    strict.cookies = browser.cookies
    fields = typed(strict, plan).fields
    sign_in(browser, alice)
    assert strict.post(plan.edit_path(ROW), fields, headers={"origin": "http://testserver"}).status_code == 302
    page = Page.open(strict, plan.edit_path(ROW))
    assert RESTORED not in page.text
    assert page.value(plan.columns["Notes"]) == ""


def test_other_people_cannot_see_it(browser: Client, plan: SitePlan, alice: Person, bob: Person) -> None:
    plan.sandbox.fault(method="PUT", person=bob.id, status=401)
    typed(browser, plan).save()
    sign_in_again(browser, plan.sandbox, alice, plan.edit_path(ROW))
    page = Page.open(browser, plan.edit_path(ROW))
    assert RESTORED not in page.text
    assert page.value(plan.columns["Notes"]) == ""


def test_the_form_of_a_new_row_comes_back(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="POST", path="/rows", person=bob.id, status=401)
    page = Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Paint"}).save()
    assert page.status == 401
    sign_in_again(browser, plan.sandbox, bob, plan.add_path)
    page = Page.open(browser, plan.add_path)
    assert (RESTORED in page.text, page.value(plan.columns["Task"])) == (True, "Paint")
    assert "Row added" in page.save().text
    assert plan.labels().count("Paint") == 1


def test_a_saved_draft_does_not_come_back(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = typed(browser, plan)
    plan.sandbox.fault(method="PUT", person=bob.id, status=401)
    assert "2 cells changed" in page.save().save().text
    assert RESTORED not in Page.open(browser, plan.edit_path(ROW)).text


def test_only_the_last_few_are_kept(browser: Client, plan: SitePlan, bob: Person) -> None:
    browser.post("/identity/logout/")
    for row_id in range(1, 9):
        browser.post(f"{plan.path}rows/{row_id}/edit/", {"col-1": "x" * 100, "snapshot": "y", "once": "z"})
    drafts = browser.session[KEY]
    assert list(drafts) == [f"{plan.path}rows/{row_id}/edit/" for row_id in range(4, 9)]
    assert set(drafts.values()) == {f"col-1={'x' * 100}"}


def test_fault_33_a_form_that_someone_else_opened_is_not_saved(
    browser: Client, plan: SitePlan, alice: Person, sign_in: SignIn
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "mine"})
    sign_in(browser, alice)
    answer = page.save()
    assert answer.status == 409
    assert "Another person opened this form" in answer.text
    assert plan.value(ROW, "Notes") is None
