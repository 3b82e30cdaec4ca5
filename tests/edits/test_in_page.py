"""A site's own pages use template tags to show a row form, the last change of a cell, and the log of a sheet."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.test import Client
from django.urls import include, path
from django.utils.http import urlencode
from pytest_django import Settings

from audit.models import Entry
from audit.vocabulary import Action
from edits.rows import in_page
from edits.saving import InTransaction
from identity.sessions.models import BrowserSession
from tests import signing_in
from tests.edits.browser import URLENCODED, FormReader
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.full_disk import refuse_rows
from tests.running_sandbox import Person

ROW = "Dig foundations"
FORM = '{% smartsheet_row_form sheet row columns="Status, Notes" %}'
CHANGED = '{% who_changed sheet row "Status" %}'
LOG = "{% smartsheet_log sheet %}"
ROW_LOG = "{% smartsheet_log sheet row limit=3 %}"

Part = Callable[[HttpRequest, int, int], HttpResponse]


def page(tag: str) -> Part:
    """Return the view of a page of the site. The page has this tag, and variables that the tag must ignore."""

    def view(request: HttpRequest, sheet: int, row: int) -> HttpResponse:
        text = (
            "{% load smartsheet %}<title>Site</title><h1>Works order</h1>{% block content %}" + tag + "{% endblock %}"
        )
        own = {"sheet": sheet, "row": row, "problem": "ours", "form": "ours", "sent": {"text": "ours"}, "edits": [1]}
        return HttpResponse(engines["django"].from_string(text).render(own, request))

    return view


PAGES = {"form": FORM, "all": "{% smartsheet_row_form sheet row %}", "who": CHANGED, "log": LOG, "row-log": ROW_LOG}
PAGES["missing"] = '{% smartsheet_row_form sheet row columns="Status, Nowhere" %}'
PAGES["table"] = CHANGED + '{% who_changed sheet row "Notes" %}' + ROW_LOG


def streamed(request: HttpRequest, sheet: int, row: int) -> StreamingHttpResponse:
    """Return a streaming response. Django renders its content only after all middleware has run."""
    return StreamingHttpResponse(page(tag)(request, sheet, row).content for tag in [CHANGED])


urlpatterns = [
    path("site/streamed/<int:sheet>/<int:row>/", streamed),
    *(path(f"site/{name}/<int:sheet>/<int:row>/", page(tag)) for name, tag in PAGES.items()),
    path("", include("config.urls")),
]


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


class SitePage:
    """A page of the site that has a row form on it."""

    def __init__(self, client: Client, plan: SitePlan, name: str, query: str = "") -> None:
        self.client, self.plan = client, plan
        self.path = f"/site/{name}/{plan.id}/{plan.rows[ROW]}/{query}"
        self.load()

    def load(self) -> SitePage:
        response = self.client.get(self.path)
        assert response.status_code == 200
        self.html = response.content.decode()
        reader = FormReader(f"row-form-{self.plan.rows[ROW]}")
        reader.feed(self.html)
        self.fields, self.options, self.text = reader.fields, reader.options, " ".join("".join(reader.texts).split())
        assert "Works order" in self.text
        assert "ours" not in self.text
        return self

    def type(self, **values: str) -> SitePage:
        for title, value in values.items():
            assert f"col-{self.plan.columns[title]}" in self.fields
            self.fields[f"col-{self.plan.columns[title]}"] = [value]
        return self

    def post(self) -> HttpResponse:
        (action,) = re.findall(r'action="(/sheets/[^"]*/save/)"', self.html)
        body = urlencode({name: values for name, values in self.fields.items() if values}, doseq=True)
        return self.client.post(action, body, content_type=URLENCODED)  # type: ignore[return-value] # the client's class

    def save(self) -> SitePage:
        response = self.post()
        assert (response.status_code, response["Location"]) == (302, self.path), response.content.decode()
        return self.load()

    def value(self, title: str) -> str:
        return self.fields[f"col-{self.plan.columns[title]}"][0]


def test_the_form_has_the_columns_that_the_page_asks_for(browser: Client, plan: SitePlan) -> None:
    found = SitePage(browser, plan, "form")
    names = {name for name in found.fields if name.startswith("col-")}
    assert names == {f"col-{plan.columns[title]}" for title in ("Status", "Notes")}
    assert "Changes are made as Bob Baker." in found.text
    everything = SitePage(browser, plan, "all")
    assert len([name for name in everything.fields if name.startswith("col-")]) > 5


def test_saving_comes_back_to_the_page_with_what_was_done(browser: Client, plan: SitePlan, bob: Person) -> None:
    found = SitePage(browser, plan, "form", "?tab=2&next=x").type(Status="Blocked", Notes="Rock").save()
    edit = Entry.objects.intents().first()
    assert edit is not None
    assert "2 cells changed · view in log" in found.text
    assert f"/audit/?edit={edit.edit_id}" in found.html
    assert (plan.value(ROW, "Status"), plan.value(ROW, "Notes")) == ("Blocked", "Rock")
    assert plan.last_writer(ROW, "Status") == bob.email
    assert "cells changed" not in found.load().text  # the page says it only once


def test_a_person_is_found_by_the_name_that_the_page_suggested(browser: Client, plan: SitePlan) -> None:
    people = browser.get(f"{plan.path}people/").json()["people"]
    assert "Charlie Carter" in {one["name"] for one in people}
    found = SitePage(browser, plan, "all").type(Responsible="Charlie Carter")
    cache.clear()  # as if the process had restarted
    assert "No one here is called" not in found.save().text
    assert plan.value(ROW, "Responsible") == "charlie@example.com"


def test_a_repeat_sends_nothing(browser: Client, plan: SitePlan, bob: Person) -> None:
    found = SitePage(browser, plan, "form").type(Notes="Rock")
    found.post()
    found.save()
    assert "You sent this change twice. It was made only once, the first time." in found.text
    assert len(plan.writes(bob)) == 1


def test_a_conflict_is_shown_in_place_and_can_be_decided_there(browser: Client, plan: SitePlan, bob: Person) -> None:
    found = SitePage(browser, plan, "form").type(Status="Blocked", Notes="Rock")
    plan.write(ROW, Status="Complete")
    found.save()
    told = r"You saw In progress Now Complete \(by Alice Archer, just now, .{4,13}?\) You typed Blocked"
    assert "Someone else changed these cells while you were editing. Nothing was saved yet." in found.text
    assert re.search(told, found.text)
    assert (found.value("Status"), found.value("Notes")) == ("Blocked", "Rock")
    assert plan.writes(bob) == []
    found.fields[f"choice-col-{plan.columns['Status']}"] = ["mine"]
    assert "2 cells changed" in found.save().text
    assert plan.value(ROW, "Status") == "Blocked"


def test_a_problem_is_shown_on_the_page_with_the_typed_values(browser: Client, plan: SitePlan) -> None:
    found = SitePage(browser, plan, "all").type(Budget="about 5 or so", Notes="Rock")
    found.save()
    assert "Not saved yet: please look at" in found.text
    assert (found.value("Budget"), found.value("Notes")) == ("about 5 or so", "Rock")


def test_a_refusal_of_smartsheet_is_shown_in_place(browser: Client, plan: SitePlan, bob: Person) -> None:
    found = SitePage(browser, plan, "form").type(Notes="Rock")
    plan.sandbox.fault(method="PUT", person=bob.id, status=400, errorCode=1235)
    found.save()
    assert "error 1235" in found.text
    assert found.value("Notes") == "Rock"


@pytest.mark.parametrize("times", [1, 50])
def test_nothing_that_was_typed_is_lost_while_smartsheet_is_away(
    browser: Client, plan: SitePlan, bob: Person, times: int
) -> None:
    found = SitePage(browser, plan, "form").type(Notes="Rock")
    plan.sandbox.fault(method="GET", person=bob.id, status=503, errorCode=4001, times=times)
    found.save()
    if times > 1:
        assert "Smartsheet" in found.text
        assert "Nothing was saved" in found.text
    assert found.value("Notes") == "Rock" or "1 cell changed" in found.text


def test_someone_who_logs_in_again_finds_what_they_typed(browser: Client, plan: SitePlan, bob: Person) -> None:
    found = SitePage(browser, plan, "form").type(Notes="Rock & <roll>")
    plan.sandbox.fault(method="GET", person=bob.id, status=401, errorCode=1003, times=2)
    response = found.post()
    assert response["Location"] == found.path
    authorize_url = signing_in.begin(browser, next_url=found.path)
    answer = signing_in.come_back(browser, signing_in.decide(plan.sandbox, authorize_url, bob))
    assert answer["Location"] == found.path
    assert found.load().value("Notes") == "Rock & <roll>"
    assert "1 cell changed" in found.save().text


def test_a_page_offers_to_sign_in_again(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="GET", person=bob.id, status=401, errorCode=1003, times=2)
    found = SitePage(browser, plan, "form")
    assert "Please sign in again" in found.text
    assert f'name="next" value="{found.path}"' in found.html


def test_a_form_of_someone_who_is_not_connected_any_more_waits_for_them(
    browser: Client, plan: SitePlan, bob: Person, alice: Person, sign_in: SignIn
) -> None:
    found = SitePage(browser, plan, "form").type(Notes="Rock")
    browser.cookies.clear()
    response = found.post()
    assert response["Location"] == f"/?{urlencode({'next': found.path}, doseq=True)}".replace("%2F", "/")
    authorize_url = signing_in.begin(browser, next_url=found.path)
    signing_in.come_back(browser, signing_in.decide(plan.sandbox, authorize_url, bob))
    assert found.load().value("Notes") == "Rock"
    assert "This is what you typed before you logged in. It is not saved yet." in found.text
    assert "1 cell changed" in found.save().text


def test_drafts_are_only_shown_to_their_author(browser: Client, plan: SitePlan, alice: Person) -> None:
    found = SitePage(browser, plan, "form").type(Notes="Rock")
    browser.cookies.clear()
    found.post()
    authorize_url = signing_in.begin(browser, next_url=found.path)
    signing_in.come_back(browser, signing_in.decide(plan.sandbox, authorize_url, alice))
    assert found.load().value("Notes") == ""
    assert "typed before" not in found.text


def test_without_a_connection_the_page_asks_for_one(client: Client, db: None, plan: SitePlan) -> None:
    found = SitePage(client, plan, "form", "?a=1")
    assert "Connect Smartsheet to see and change this row in your own name." in found.text
    assert html.escape(f'name="next" value="{found.path}"', quote=False) in found.html
    assert "Foundation" not in found.text


def test_a_sheet_that_the_person_cannot_open_is_not_shown(
    db: None, client: Client, sign_in: SignIn, plan: SitePlan, bob: Person
) -> None:
    plan.unshare(bob)
    sign_in(client, bob)
    for name in ("form", "who", "log", "row-log"):
        text = SitePage(client, plan, name).text
        assert "In progress" not in text
        assert ROW not in text


def test_a_column_that_is_not_there_is_said(browser: Client, plan: SitePlan) -> None:
    found = SitePage(browser, plan, "missing")
    assert "The sheet has no column “Nowhere” that you can see." in found.text
    assert found.value("Status") == "In progress"


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example", "/identity/logout/", "javascript:1"])
def test_it_leads_to_no_other_site(browser: Client, plan: SitePlan, next_url: str) -> None:
    found = SitePage(browser, plan, "form").type(Notes="Rock")
    found.fields["next"] = [next_url]
    assert found.post()["Location"] == plan.edit_path(ROW)


def test_a_form_without_its_csrf_token_saves_nothing(plan: SitePlan, bob: Person, sign_in: SignIn, db: None) -> None:
    client = Client()
    sign_in(client, bob)
    client.handler.enforce_csrf_checks = True
    found = SitePage(client, plan, "form").type(Notes="Rock")
    assert "csrfmiddlewaretoken" in found.fields
    del found.fields["csrfmiddlewaretoken"]
    assert found.post().status_code == 403
    assert plan.writes(bob) == []


@pytest.mark.parametrize("origin", ["http://testserver", "https://evil.example"])
def test_a_form_that_was_open_across_a_login_keeps_what_was_typed(
    plan: SitePlan, bob: Person, sign_in: SignIn, db: None, origin: str
) -> None:
    client = Client()
    sign_in(client, bob)
    client.handler.enforce_csrf_checks = True
    found = SitePage(client, plan, "form").type(Notes="Rock")
    found.fields["csrfmiddlewaretoken"] = ["x" * 64]
    (action,) = re.findall(r'action="(/sheets/[^"]*/save/)"', found.html)
    sent = urlencode(found.fields, doseq=True)
    response = client.post(action, sent, content_type=URLENCODED, headers={"origin": origin})
    assert plan.writes(bob) == []
    if origin == "http://testserver":
        assert response["Location"] == found.path
        assert found.load().value("Notes") == "Rock"
    else:
        assert response.status_code == 403
        assert found.load().value("Notes") == ""


def test_a_form_too_large_for_a_session_cookie_is_shown_on_its_own_page(
    browser: Client, plan: SitePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = SitePage(browser, plan, "form").type(Notes="Rock " * 20, Status="Blocked")
    plan.write(ROW, Status="Complete")
    monkeypatch.setattr(in_page, "LARGEST", 100)
    response = found.post()
    assert response.status_code == 409
    assert "Rock Rock" in response.content.decode()


@pytest.mark.parametrize("why", ["signed out", "logged in again"])
@pytest.mark.parametrize(("words", "is_kept"), [(3, True), (1_000, False)])
def test_a_session_in_a_cookie_keeps_what_was_typed_or_the_page_has_it(
    plan: SitePlan, bob: Person, sign_in: SignIn, db: None, monkeypatch: pytest.MonkeyPatch,
    words: int, why: str, *, is_kept: bool,
) -> None:  # fmt: skip
    client = Client()
    sign_in(client, bob)
    text = "Rock " * words
    found = SitePage(client, plan, "form").type(Notes=text)
    monkeypatch.setattr(in_page, "LARGEST", in_page.LARGEST_IN_COOKIE)
    if why == "signed out":
        client.cookies.clear()
    else:
        client.handler.enforce_csrf_checks = True
        found.fields["csrfmiddlewaretoken"] = ["x" * 64]
    (action,) = re.findall(r'action="(/sheets/[^"]*/save/)"', found.html)
    headers = {"origin": "http://testserver"}
    response = client.post(action, urlencode(found.fields, doseq=True), content_type=URLENCODED, headers=headers)
    if is_kept:
        assert response.status_code == 302
        if why == "signed out":
            sign_in(client, bob)
        assert found.load().value("Notes").strip() == text.strip()
    elif why == "signed out":
        assert (response.status_code, text.strip() in response.content.decode()) == (401, True)
    else:
        assert response.status_code == 403  # the browser's Back leads to the form with the text


def end_sessions_with_the_next_entry() -> None:
    """Make the database delete all sessions as soon as the log gets an entry, as if a person signed out meanwhile."""
    body = f"DELETE FROM {BrowserSession._meta.db_table};"  # noqa: S608 # the name of our own table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TRIGGER sign_out AFTER INSERT ON {Entry._meta.db_table} BEGIN {body} END")
        else:
            cursor.execute(
                f"CREATE FUNCTION sign_out() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} RETURN NULL; END$$"
            )
            cursor.execute(
                f"CREATE TRIGGER sign_out AFTER INSERT ON {Entry._meta.db_table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION sign_out()"
            )


def test_a_session_that_cant_be_stored_loses_nothing_that_was_typed(browser: Client, plan: SitePlan) -> None:
    found = SitePage(browser, plan, "form").type(Notes="Rock", Status="Blocked")
    plan.write(ROW, Status="Complete")
    end_sessions_with_the_next_entry()
    response = found.post()
    assert response.status_code == 409
    assert "Rock" in response.content.decode()


def test_inside_of_a_transaction_it_says_what_to_do(browser: Client, plan: SitePlan) -> None:
    with pytest.raises(InTransaction, match="non_atomic_requests"), transaction.atomic():
        SitePage(browser, plan, "form")


@pytest.mark.parametrize("tag", [FORM, CHANGED, LOG])
def test_without_the_request_it_says_what_is_missing(tag: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="need the request"):
        engines["django"].from_string(f"{{% load smartsheet %}}{tag}").render({"sheet": 1, "row": 2})


def test_who_changed_a_cell_and_when_and_from_what(
    browser: Client, client: Client, plan: SitePlan, alice: Person, bob: Person, sign_in: SignIn
) -> None:
    assert SitePage(browser, plan, "who").text == "Site Works order no change yet that you can see"
    SitePage(browser, plan, "form").type(Status="Blocked").save()
    reader = Client()
    sign_in(reader, alice)
    before = Entry.objects.filter(action=Action.READ).count()
    found = SitePage(reader, plan, "who")
    assert re.search(r"Bob Baker, just now, .*: In progress\s+→ Blocked Timeline of Status", found.text)
    place = f"/audit/sheets/{plan.id}/rows/{plan.rows[ROW]}/columns/{plan.columns['Status']}/"
    assert f'href="{place}"' in found.html
    assert Entry.objects.filter(action=Action.READ).count() == before + 1  # she read another person's entry


def test_a_page_of_several_tags_is_one_entry(browser: Client, plan: SitePlan, alice: Person, sign_in: SignIn) -> None:
    """When Alice reads a page with several tags, the log gets one entry. This entry counts each of Bob's entries once,
    even if two tags show it.
    """
    SitePage(browser, plan, "form").type(Status="Blocked").save()
    SitePage(browser, plan, "form").type(Notes="Rock").save()
    reader = Client()
    sign_in(reader, alice)
    SitePage(reader, plan, "table")
    (entry,) = Entry.objects.filter(action=Action.READ)
    evidence = json.loads(entry.evidence or "")
    assert (evidence["entries"], evidence["page"]) == (2, SitePage(reader, plan, "table").path)
    SitePage(browser, plan, "table")  # shows Bob only his own entries
    assert Entry.objects.filter(action=Action.READ).count() == 2
    refuse_rows(Entry._meta.db_table)
    answer = reader.get(f"/site/table/{plan.id}/{plan.rows[ROW]}/")
    assert (answer.status_code, "Blocked" in answer.content.decode()) == (503, False)


def test_a_streamed_page_is_recorded_too(browser: Client, plan: SitePlan, alice: Person, sign_in: SignIn) -> None:
    SitePage(browser, plan, "form").type(Status="Blocked").save()
    reader = Client()
    sign_in(reader, alice)
    answer = reader.get(f"/site/streamed/{plan.id}/{plan.rows[ROW]}/")
    assert "Bob Baker" in b"".join(answer).decode()
    assert Entry.objects.filter(action=Action.READ).count() == 1


def test_a_change_that_smartsheet_refused_changed_nothing(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="PUT", person=bob.id, status=400, errorCode=1235)
    SitePage(browser, plan, "form").type(Status="Blocked").save()
    assert "Bob" not in SitePage(browser, plan, "who").text


def test_the_log_of_a_sheet_and_of_a_row(browser: Client, plan: SitePlan) -> None:
    assert "There are no changes that you can see." in SitePage(browser, plan, "log").text
    SitePage(browser, plan, "form").type(Status="Blocked").save()
    SitePage(browser, plan, "form").type(Notes="Rock", Status="Complete").save()
    of_sheet = SitePage(browser, plan, "log")
    assert "Bob Baker changed 2 cells in row Dig foundations" in of_sheet.text
    assert "Bob Baker changed Status in row Dig foundations" in of_sheet.text
    assert f'href="/audit/?sheet={plan.id}"' in of_sheet.html
    of_row = SitePage(browser, plan, "row-log")
    assert "Bob Baker changed" in of_row.text
    assert f'href="/audit/?sheet={plan.id}&amp;row={plan.rows[ROW]}"' in of_row.html
