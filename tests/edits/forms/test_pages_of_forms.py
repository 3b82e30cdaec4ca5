"""A site shows a SheetForm with the generic view, or on a page of its own with the tag `sheet_form`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import include, path
from django.utils.http import urlencode
from pytest_django import Settings

from audit.models import Entry
from edits.forms import SheetForm, SheetFormView, mine, row_rule
from tests import signing_in
from tests.edits.browser import URLENCODED, Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"
THEIRS = "Drainage runs"
sheet_ids: list[int] = []


def sheet_of_the_test() -> int:
    return sheet_ids[-1]


class StatusForm(SheetForm):
    agreed = forms.BooleanField(required=False, label="I agree")

    class Meta:
        sheet_id = sheet_of_the_test
        fields = ["Status", "Notes", "Responsible", "Remaining"]
        required = ["Status"]
        row_rule = mine("Responsible")


class NewForm(SheetForm):
    class Meta:
        sheet_id = sheet_of_the_test
        fields = ["Task", "Notes"]


class StatusView(SheetFormView):
    form_class = StatusForm
    success_url = "/done/"

    def get_reason(self, form: SheetForm) -> str:
        return "By the site"


@row_rule(mine("Responsible"), sheet_id=sheet_of_the_test)
def pictures(request: HttpRequest, row_id: int) -> HttpResponse:
    return HttpResponse(f"Pictures of {row_id}")


def own_page(request: HttpRequest, row_id: int) -> HttpResponse:
    form = StatusForm(request.POST or None, user=request.user, row_id=row_id)
    if form.is_valid() and form.save():
        return HttpResponse("Thank you")
    text = "{% load smartsheet %}<h1>Works</h1>{% sheet_form form submit='Send' form_id='works' %}"
    return HttpResponse(engines["django"].from_string(text).render({"form": form}, request), status=form.status)


def by_hand(request: HttpRequest, row_id: int) -> HttpResponse:
    form = StatusForm(request.POST or None, user=request.user, row_id=row_id)
    if form.is_valid() and form.save():
        return HttpResponse("Thank you")
    text = (
        '<form id="row-form">{{ form.hidden_inputs }}{{ form.status }}{{ form.status.errors }}{{ form.notes }}</form>'
    )
    return HttpResponse(engines["django"].from_string(text).render({"form": form}, request), status=form.status)


urlpatterns = [
    path("status/<int:row_id>/", StatusView.as_view()),
    path("new/", SheetFormView.as_view(form_class=NewForm, success_url="/done/", title="New task")),
    path("own/<int:row_id>/", own_page),
    path("by-hand/<int:row_id>/", by_hand),
    path("pictures/<int:row_id>/", pictures),
    path("done/", lambda request: HttpResponse(engines["django"].from_string(DONE).render({}, request))),
    path("", include("config.urls")),
]
DONE = "{% for message in messages %}{{ message }} {% endfor %}"


@pytest.fixture(autouse=True)
def site(settings: Settings, plan: SitePlan) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    sheet_ids.append(plan.id)
    yield
    sheet_ids.pop()


def address(plan: SitePlan, row: str = ROW, page: str = "status") -> str:
    return f"/{page}/{plan.rows[row]}/"


def typed(page: Page, **values: str) -> Page:
    for name, value in values.items():
        assert name in page.kinds
        page.fields[name] = [value]
    return page


def test_the_view_shows_the_form_and_saves_it(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, address(plan))
    assert page.status == 200
    assert f"<h1>{ROW}</h1>" in page.html
    assert "Status (required)" in page.text
    assert "A formula calculates this cell" in page.text
    assert "I agree" in page.text
    assert "Changes are made as Bob Baker." in page.text
    done = typed(page, status="Blocked", notes="Rock").save()
    assert "2 cells changed · view in log" in done.text
    assert plan.value(ROW, "Status") == "Blocked"
    assert {entry.reason for entry in Entry.objects.intents()} == {"By the site"}
    again = Page.open(browser, address(plan))
    assert "Last changed here by Bob Baker, just now" in again.text


def test_a_page_without_changes_says_so(browser: Client, plan: SitePlan) -> None:
    assert "Nothing was sent: you changed no cell." in Page.open(browser, address(plan)).save().text


def test_the_view_adds_a_row(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, "/new/")
    assert "<h1>New task</h1>" in page.html
    empty = page.save()
    assert empty.status == 422
    assert "Fill in at least one cell." in empty.text
    assert "Row added · view in log" in typed(empty, task="Pour slab").save().text
    assert plan.labels()[-1] == "Pour slab"


def test_the_view_shows_conflicts_with_a_choice(browser: Client, plan: SitePlan) -> None:
    page = typed(Page.open(browser, address(plan)), status="Blocked", notes="Rock")
    plan.write(ROW, Status="Complete")
    page = page.save()
    assert page.status == 409
    assert "You saw In progress Now Complete (by Alice Archer" in page.text
    assert page.fields["notes"] == ["Rock"]
    page.fields["choice-status"] = ["mine"]
    assert "2 cells changed" in page.save().text


def test_errors_lead_to_their_fields(browser: Client, plan: SitePlan) -> None:
    page = typed(Page.open(browser, address(plan)), notes="x" * 4001).save()
    assert page.status == 422
    assert 'href="#id_notes"' in page.html
    assert page.fields["notes"] == ["x" * 4001]


def test_a_problem_is_said_once_and_the_typed_values_stay(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = typed(Page.open(browser, address(plan)), notes="Rock")
    plan.sandbox.fault(method="PUT", person=bob.id, status=503, errorCode=4001, times=0)
    page = page.save()
    assert page.status == 503
    assert page.html.count("Smartsheet can&#x27;t be reached right now") == 1
    assert page.fields["notes"] == ["Rock"]
    plan.sandbox.control("DELETE", "faults")
    assert "1 cell changed" in page.save().text


def test_smartsheet_asks_to_wait(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = typed(Page.open(browser, address(plan)), notes="Rock")
    plan.sandbox.fault(method="PUT", person=bob.id, status=429, headers={"Retry-After": "7"})
    assert page.save().headers["Retry-After"] == "7"


def test_a_row_that_cannot_be_read_now(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="GET", person=bob.id, status=503, errorCode=4001, times=0)
    page = Page.open(browser, address(plan))
    assert page.status == 503
    assert "Try again" in page.text


def test_a_row_outside_of_the_rule(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, address(plan, THEIRS))
    assert page.status == 403
    assert "You can't edit this row here This row isn't yours: the column “Responsible” doesn't name you." in page.text
    assert "Nothing was saved" not in page.text
    response = browser.post(address(plan, THEIRS), {"notes": "Rock"})
    assert response.status_code == 403
    assert "You typed: Notes: Rock" in response.content.decode()
    assert plan.writes(bob) == []
    (refused,) = Entry.objects.filter(phase="forbidden")  # opening the page isn't an attempt to change the row
    assert (refused.row_label, refused.column_title) == (THEIRS, "Notes")


def test_row_0_is_a_row_that_does_not_exist_and_never_a_new_row(browser: Client, plan: SitePlan, bob: Person) -> None:
    """At the address of row 0, the app answers 404. If this address opened a new row, people could add rows with a form
    that is only for changing rows.
    """
    labels = plan.labels()
    new = Page.open(browser, "/new/")
    sent = {"notes": "Rock", "status": "Blocked", "snapshot": new.fields["snapshot"][0]}
    for answer in (browser.get("/status/0/"), browser.post("/status/0/", sent)):
        assert answer.status_code == 404
        assert "This row no longer exists" in answer.content.decode()
    assert plan.labels() == labels
    assert plan.writes(bob) == []


def rename(plan: SitePlan, column: str, title: str) -> None:
    plan.sandbox.call(plan.person, "PUT", f"/sheets/{plan.id}/columns/{plan.columns[column]}", {"title": title})


@pytest.mark.parametrize("column", ["Notes", "Responsible"])
def test_a_renamed_column_is_named_and_the_typed_values_stay(browser: Client, plan: SitePlan, column: str) -> None:
    page = typed(Page.open(browser, address(plan)), notes="Rock")
    rename(plan, column, "Other")
    page = page.save()
    assert page.status == 500
    assert f"The sheet “Site plan” has no column with the title “{column}”. Perhaps someone renamed" in page.text
    assert "What you typed is still in the form." in page.text
    assert page.fields["notes"] == ["Rock"]
    opened = Page.open(browser, address(plan))
    assert opened.status == 500
    assert "This page no longer fits its sheet" in opened.text
    if column == "Responsible":
        assert "This page no longer fits its sheet" in Page.open(browser, address(plan, page="pictures")).text
    rename(plan, column, column)
    assert "1 cell changed" in page.save().text


@pytest.mark.parametrize("column", ["Notes", "Responsible"])
def test_a_draft_stays_while_a_column_is_missing(browser: Client, plan: SitePlan, bob: Person, column: str) -> None:
    page = typed(Page.open(browser, address(plan)), notes="Rock")
    browser.cookies.clear()
    browser.post(page.path, page.sent, content_type=URLENCODED)
    authorize_url = signing_in.begin(browser, next_url=page.path)
    signing_in.come_back(browser, signing_in.decide(plan.sandbox, authorize_url, bob))
    rename(plan, column, "Other")
    assert Page.open(browser, page.path).status == 500
    rename(plan, column, column)
    assert Page.open(browser, page.path).fields["notes"] == ["Rock"]


def test_the_person_is_told_that_the_row_left_the_form(browser: Client, plan: SitePlan) -> None:
    done = typed(Page.open(browser, address(plan)), responsible="dora@example.com").save()
    assert "1 cell changed" in done.text
    assert "You can no longer edit this row with the form." in done.text
    assert Page.open(browser, address(plan)).status == 403


def test_people_who_are_not_connected_sign_in_and_find_what_they_typed(
    browser: Client, plan: SitePlan, bob: Person
) -> None:
    page = typed(Page.open(browser, address(plan)), notes="Rock")
    browser.cookies.clear()
    response = browser.post(page.path, page.sent, content_type=URLENCODED)
    assert response["Location"] == f"/?{urlencode({'next': page.path}, doseq=True)}".replace("%2F", "/")
    authorize_url = signing_in.begin(browser, next_url=page.path)
    signing_in.come_back(browser, signing_in.decide(plan.sandbox, authorize_url, bob))
    plan.sandbox.fault(method="GET", person=bob.id, status=503, errorCode=4001, times=0)
    assert Page.open(browser, page.path).status == 503
    plan.sandbox.control("DELETE", "faults")
    page = Page.open(browser, page.path)  # the draft from before the sign-in is still kept
    assert "This is what you typed before you signed in. It is not saved yet." in page.text
    assert page.fields["notes"] == ["Rock"]
    assert "1 cell changed" in page.save().text


def test_a_token_that_ends_meanwhile_keeps_a_draft(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = typed(Page.open(browser, address(plan)), notes="Rock")
    plan.sandbox.fault(method="GET", person=bob.id, status=401, errorCode=1003, times=2)
    answer = page.save()
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Smartsheet"
    assert answer.fields["notes"] == ["Rock"]
    authorize_url = signing_in.begin(browser, next_url=page.path)
    signing_in.come_back(browser, signing_in.decide(plan.sandbox, authorize_url, bob))
    assert Page.open(browser, page.path).fields["notes"] == ["Rock"]


@pytest.mark.django_db(transaction=True)
def test_the_view_works_where_each_request_is_a_transaction(
    client: Client, sign_in: SignIn, plan: SitePlan, bob: Person, settings: Settings
) -> None:
    sign_in(client, bob)
    settings.DATABASES["default"]["ATOMIC_REQUESTS"] = True
    try:
        assert "1 cell changed" in typed(Page.open(client, address(plan)), notes="Rock").save().text
        assert client.get(address(plan, page="pictures")).status_code == 200
    finally:
        settings.DATABASES["default"]["ATOMIC_REQUESTS"] = False


def test_the_tag_shows_the_form_on_a_page_of_the_site(browser: Client, plan: SitePlan) -> None:
    html = browser.get(address(plan, page="own")).content.decode()
    assert "<h1>Works</h1>" in html
    assert re.search(r'<form id="works" method="post" data-people="/sheets/[0-9]+/people/">', html)
    assert 'data-save="Send">Send</button>' in html
    assert 'name="csrfmiddlewaretoken"' in html


def test_fields_can_be_placed_by_hand(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, address(plan, page="by-hand"))
    page.fields["status"] = ["Blocked"]
    plan.write(ROW, Status="Complete")
    assert "Someone else changed this cell while you were editing." in page.save().text
    assert page.fields["shown-status"] == ['"In progress"']
    plan.write(ROW, Status="In progress")
    assert page.save().text == "Thank you"
    assert page.save().text == "Thank you"  # the same form is sent again
    assert Entry.objects.intents().count() == 1


def test_the_decorator_lets_only_those_in_whose_row_it_is(browser: Client, plan: SitePlan) -> None:
    assert browser.get(address(plan, page="pictures")).content.decode() == f"Pictures of {plan.rows[ROW]}"
    response = browser.get(address(plan, THEIRS, page="pictures"))
    assert response.status_code == 403
    assert "This row isn&#x27;t yours" in response.content.decode()
    assert "the people who gave you this form" not in response.content.decode()  # the view has no form
    assert not Entry.objects.filter(phase="forbidden").exists()
    response = browser.post(address(plan, THEIRS, page="pictures"))
    assert response.status_code == 403
    assert "Nothing was changed." in response.content.decode()
    refused = Entry.objects.get(phase="forbidden")
    assert (refused.row_label, refused.message) == (
        THEIRS,
        "This row isn't yours: the column “Responsible” doesn't name you.",
    )


def test_the_decorator_says_why_a_row_cannot_be_read(browser: Client, plan: SitePlan, bob: Person) -> None:
    assert browser.get("/pictures/99/").status_code == 404
    plan.sandbox.fault(method="GET", person=bob.id, status=503, errorCode=4001, times=0)
    assert browser.get(address(plan, page="pictures")).status_code == 503


def test_the_decorator_asks_others_to_connect(client: Client, db: None, plan: SitePlan) -> None:
    assert client.get(address(plan, page="pictures"))["Location"].startswith("/?next=")


def test_the_log_cannot_be_written(browser: Client, plan: SitePlan, bob: Person, monkeypatch: Any) -> None:
    """If the log can't be written, nothing is sent to Smartsheet. The form on the next page has what was typed."""
    from audit import recording  # replaced in this test only

    page = typed(Page.open(browser, address(plan)), notes="Rock")

    def fail(*_rows: object, **_how: object) -> None:
        raise recording.NotRecorded("away")

    monkeypatch.setattr(recording, "write", fail)
    plan.write(ROW, Responsible="dora@example.com")
    answer = page.save()
    assert answer.status == 503
    assert answer.fields["notes"] == ["Rock"]
    plan.write(ROW, Responsible="bob@example.com")
    page.fields["budget"] = ["1"]
    answer = page.save()
    assert answer.status == 503
    assert answer.fields["notes"] == ["Rock"]
    del page.fields["budget"]
    answer = page.save()
    assert answer.status == 503
    assert answer.fields["notes"] == ["Rock"]
    assert plan.writes(bob) == []
    assert User.objects.exists()
