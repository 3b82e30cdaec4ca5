"""Only designers can open the pages for designing a form, and only if they can open the form's sheet now."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from edits.forms.models import FormDefinition
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

SignIn = Callable[[Client, Person], None]
pytestmark = pytest.mark.django_db
PAGES = ["", "preview/", "publish/", "qr.svg", "delete/", "history/", "take-over/"]
BUTTONS = ["", "publish/", "close/", "duplicate/", "delete/", "history/1/restore/", "take-over/"]


def test_everyone_else_sees_who_to_ask(form: FormDefinition, sign_in: SignIn, charlie: Person, plan: SitePlan) -> None:
    client, below = Client(), f"/forms/design/{form.pk}/"
    sign_in(client, charlie)
    answers = [client.get(below + page) for page in PAGES]
    answers += [client.get(page) for page in ("/forms/design/", "/forms/design/new/", f"/forms/design/new/{plan.id}/")]
    answers += [client.post(below + page, {"do": "save", "seen": "0"}) for page in BUTTONS]
    answers += [client.post(f"/forms/design/new/{plan.id}/", {"title": "Mine"})]
    assert {answer.status_code for answer in answers} == {403}
    assert "If you need this role, ask the administrator of this app." in answers[0].content.decode()
    assert FormDefinition.objects.count() == 1
    assert FormDefinition.objects.get().revision == 0


def test_people_who_are_not_signed_in_sign_in_first(form: FormDefinition) -> None:
    assert Client().get(f"/forms/design/{form.pk}/")["Location"] == f"/?next=/forms/design/{form.pk}/"


def test_a_designer_who_cannot_open_the_sheet_cannot_open_the_form(
    browser: Client, form: FormDefinition, sign_in: SignIn, alice: Person, bob: Person, sandbox: RunningSandbox
) -> None:
    own = sandbox.sheet(bob, "Snagging list")
    FormDefinition.objects.filter(pk=form.pk).delete()
    other = FormDefinition.objects.create(
        region="sandbox", sheet_id=own["id"], sheet_name="Snagging list", slug="snags", draft=form.draft
    )
    client = Client()
    sign_in(client, alice)
    for page in PAGES:
        if page != "qr.svg":
            assert client.get(f"/forms/design/{other.pk}/{page}").status_code == 404, page
    for page in BUTTONS:
        answer = client.post(f"/forms/design/{other.pk}/{page}", {"do": "save", "seen": "0"})
        assert answer.status_code in {400, 404}, page
    listed = client.get("/forms/design/").content.decode()
    assert "The sheet isn’t shared with you, so you can’t change this form." in listed
    assert f'href="/forms/design/{other.pk}/"' not in listed
    other.refresh_from_db()
    assert (other.revision, other.state) == (0, "draft")


def test_a_form_of_another_region_or_a_deleted_one_is_gone(browser: Client, form: FormDefinition) -> None:
    elsewhere = FormDefinition.objects.create(region="eu", sheet_id=form.sheet_id, slug="eu", draft=form.draft)
    for number in (elsewhere.pk, 999):
        answer = browser.get(f"/forms/design/{number}/")
        assert answer.status_code == 404
        assert "This form no longer exists" in answer.content.decode()
    assert "/eu/" not in browser.get("/forms/design/").content.decode()


def test_a_draft_is_duplicated_and_deleted_but_a_published_form_stays(
    browser: Client, form: FormDefinition, bob: Person
) -> None:
    for _ in range(2):
        browser.post(f"/forms/design/{form.pk}/duplicate/")
    copies = FormDefinition.objects.exclude(pk=form.pk).order_by("pk")
    assert [(one.slug, one.title, one.state) for one in copies] == [
        ("progress-copy", "Copy of Report progress", "draft"),
        ("progress-copy-2", "Copy of Report progress", "draft"),
    ]
    assert {one.designer and one.designer.smartsheet_id for one in copies} == {bob.id}
    copy = copies[0].pk
    assert (
        "Delete the draft “Copy of Report progress”?" in browser.get(f"/forms/design/{copy}/delete/").content.decode()
    )
    assert browser.post(f"/forms/design/{copy}/delete/")["Location"] == "/forms/design/"
    assert not FormDefinition.objects.filter(pk=copy).exists()
    browser.post(f"/forms/design/{form.pk}/publish/", {"seen": "0"})
    answer = browser.post(f"/forms/design/{form.pk}/delete/")
    assert answer.status_code == 409
    assert "Close the form instead" in answer.content.decode()
    assert FormDefinition.objects.filter(pk=form.pk).exists()


def test_the_list_says_state_sheet_and_designer(browser: Client, form: FormDefinition, sandbox: RunningSandbox) -> None:
    form.problem = "The sheet was deleted."
    form.save()
    page = browser.get("/forms/design/").content.decode()
    for text in ("Report progress", "/progress/", "Draft", "Site plan", "Bob Baker", "The sheet was deleted."):
        assert text in page
    sandbox.fault(path="/2.0/sheets$", status=500, times=5)
    page = browser.get("/forms/design/").content.decode()
    assert "Report progress" in page, "the list doesn't need Smartsheet"


def test_the_list_takes_no_more_queries_for_more_forms(sign_in: SignIn, alice: Person, form: FormDefinition) -> None:
    client = Client()
    sign_in(client, alice)
    client.get("/forms/design/")
    with CaptureQueriesContext(connection) as few:
        client.get("/forms/design/")
    for number in range(8):
        FormDefinition(
            region=form.region,
            sheet_id=form.sheet_id,
            slug=f"progress-{number}",
            draft=form.draft,
            designer=form.designer,
        ).save()
    with CaptureQueriesContext(connection) as many:
        assert "progress-7" in client.get("/forms/design/").content.decode()
    assert len(many) == len(few)
