"""Tests who can open a form, and when. If someone can't open a form, the page says why."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.recording import THIS_APP
from edits.forms.definition import Audience
from edits.forms.models import FormDefinition
from identity.profiles.profile import Profile
from tests import signing_in
from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person


@pytest.fixture
def form(browser: Client, plan: SitePlan) -> ProgressForm:
    return ProgressForm(plan)


def refused(browser: Client, form: ProgressForm, *, status: int) -> str:
    """Return the text that all pages of the form show. Fails if their texts differ, or if a page has a field."""
    pages = [Page.open(browser, path) for path in (form.path, form.row_path(MINE), form.add_path)]
    assert [page.status for page in pages] == [status] * 3
    assert all(page.fields == {} for page in pages)
    assert len({page.text for page in pages}) == 1
    return pages[0].text


def test_a_draft(browser: Client, form: ProgressForm) -> None:
    content = form.definition.to_json()
    FormDefinition.objects.create(region="sandbox", sheet_id=form.plan.id, slug="draft", draft=content)
    page = Page.open(browser, "/forms/draft/")
    assert page.status == 403
    assert "This form isn't published yet" in page.text


def test_a_closed_form(browser: Client, form: ProgressForm) -> None:
    form.stored.close(seen=form.stored.revision, actor=THIS_APP)
    assert "This form is closed The form doesn't take answers any more." in refused(browser, form, status=409)


def test_a_form_past_its_closing_date_says_when_it_closed(browser: Client, form: ProgressForm) -> None:
    form.stored.closes_at, form.stored.time_zone = timezone.now() - timedelta(days=1), "Asia/Tokyo"
    form.stored.save()
    assert "(Asia/Tokyo)." in refused(browser, form, status=409)


def test_row_0_is_no_new_row(browser: Client, form: ProgressForm) -> None:
    assert browser.get(f"{form.path}rows/0/").status_code == 404
    assert browser.post(f"{form.path}rows/0/", {"keep_draft": "1"}).status_code == 404


def test_a_form_with_a_problem(browser: Client, form: ProgressForm) -> None:
    form.stored.problem = "Its sheet was deleted in Smartsheet."
    form.stored.save()
    assert "Its sheet was deleted in Smartsheet." in refused(browser, form, status=409)


def test_a_form_of_another_region(browser: Client, form: ProgressForm) -> None:
    form.stored.region = "eu"
    form.stored.save()
    assert "The form's sheet is in another region" in refused(browser, form, status=403)


@pytest.mark.parametrize(
    ("people", "domains", "is_for_bob"),
    [
        (("bob@example.com",), (), True),
        ((), ("example.com",), True),
        (("alice@example.com",), ("example.org",), False),
        (("@example.com",), ("",), False),
        ((), ("le.com", "sub.example.com"), False),
    ],
)
def test_listed_people_and_domains(
    browser: Client, form: ProgressForm, people: tuple[str, ...], domains: tuple[str, ...], is_for_bob: bool
) -> None:
    form.publish(audience=Audience.LISTED, people=people, domains=domains)
    page = Page.open(browser, form.row_path(MINE))
    assert (page.status == 200) is is_for_bob
    if not is_for_bob:
        assert "The form's designer chose who can open it, and bob@example.com isn't on that list." in page.text


def test_a_listed_account(browser: Client, form: ProgressForm, bob: Person) -> None:
    form.publish(audience=Audience.LISTED, people=(f"sandbox:{bob.id}",))
    assert Page.open(browser, form.row_path(MINE)).status == 200


@pytest.mark.parametrize(
    ("further", "addresses"),
    [
        ([{"email": "Bob@Builders.example", "confirmed": True}], {"bob@example.com", "bob@builders.example"}),
        ([{"email": "bob@builders.example", "confirmed": False}], {"bob@example.com"}),
        ([{"email": "bob@\u212aing.example", "confirmed": True}], {"bob@example.com"}),  # \u212a.lower() is k
        ([{"email": "x@y@builders.example", "confirmed": True}], {"bob@example.com"}),
    ],
)
def test_only_plain_confirmed_addresses_are_compared(further: list[dict[str, object]], addresses: set[str]) -> None:
    bob = Profile(region="sandbox", id=1, data={"email": "bob@example.com", "alternateEmails": further})
    assert bob.plain_addresses == addresses


def test_without_a_sign_in_the_person_comes_back_to_the_form(
    client: Client, form: ProgressForm, bob: Person, browser: Client
) -> None:
    stranger = Client()
    answer = stranger.get(f"{form.row_path(MINE)}?f.Spent=42")
    assert answer.status_code == 302
    assert "next=/forms/progress/rows/" in answer["Location"]
    assert "f.Spent%3D42" in answer["Location"]


def test_what_was_typed_survives_a_sign_in(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "1234"})
    browser.cookies.clear()
    page.save()
    restored = signing_in.begin(browser, next_url=form.row_path(MINE))
    signing_in.come_back(browser, signing_in.decide(form.plan.sandbox, restored, bob))
    page = Page.open(browser, form.row_path(MINE))
    assert "This is what you typed before you signed in. It is not saved yet." in page.text
    assert page.value(form.column("Spent")) == "1234"
    assert page.save().was_redirected
    assert form.plan.value(MINE, "Spent") == 1234


def test_smartsheet_away_leaves_what_was_typed(browser: Client, form: ProgressForm) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "1234"})
    form.plan.sandbox.fault(method="GET", status=503, times=3)
    page = page.save()
    assert page.status == 503, page.text
    assert page.value(form.column("Spent")) == "1234"
    form.plan.sandbox.control("DELETE", "faults")
    assert page.save().was_redirected


TITLE = "Report progress on my tasks"


@pytest.mark.parametrize(
    ("audience", "people", "is_shared", "knows_it"),
    [
        (Audience.SHEET, (), True, True),
        (Audience.SHEET, (), False, False),
        (Audience.EVERYONE, (), False, False),
        (Audience.LISTED, ("bob@example.com",), False, True),
        (Audience.LISTED, ("alice@example.com",), True, False),
    ],
)
def test_only_people_who_could_fill_it_in_see_the_title_of_a_closed_form(
    browser: Client,
    form: ProgressForm,
    bob: Person,
    audience: Audience,
    people: tuple[str, ...],
    is_shared: bool,
    knows_it: bool,
) -> None:
    form.publish(audience=audience, people=people)
    form.stored.close(seen=form.stored.revision, actor=THIS_APP)
    if not is_shared:
        form.plan.unshare(bob)
    for method in (browser.get, browser.post):
        page = method(form.row_path(MINE), {f"col-{form.column('Status')}": "Blocked"})
        html = page.content.decode()
        assert page.status_code in {403, 409}
        assert (TITLE in html) is knows_it
        assert ("How is it going?" in html) is (knows_it and method == browser.post)
        assert ("Blocked" in html) is (method == browser.post), "nothing that was typed is lost"


def test_people_without_the_sheet_do_not_see_the_title(browser: Client, form: ProgressForm, bob: Person) -> None:
    form.plan.unshare(bob)
    for path in (form.path, form.row_path(MINE), form.add_path):
        page = Page.open(browser, path)
        assert page.status == 403
        assert TITLE not in page.text


def test_people_who_can_open_the_sheet_see_the_title_with_a_row_that_is_not_theirs(
    browser: Client, form: ProgressForm
) -> None:
    assert TITLE in Page.open(browser, form.row_path("Drainage runs")).text
