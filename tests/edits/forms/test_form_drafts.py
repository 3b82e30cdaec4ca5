"""What a person has typed into a form stays on the server as a draft until they save. No one else sees the draft."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from audit.recording import THIS_APP
from audit.retention import erasure
from audit.retention.erasure import Person as ErasedPerson
from audit.vocabulary import Origin
from edits.forms import form_drafts
from edits.forms.form_drafts import LARGEST, MOST, FormDraft
from edits.jobs import jobs
from identity.models import SmartsheetUser
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person


@pytest.fixture
def form(browser: Client, plan: SitePlan) -> ProgressForm:
    return ProgressForm(plan)


def keep(browser: Client, form: ProgressForm, path: str = "", **typed: str) -> Page:
    """Open the form, type these texts into columns, and press Save draft."""
    page = Page.open(browser, path or form.row_path(MINE))
    page.type({form.column(title): text for title, text in typed.items()})
    page.fields["keep_draft"] = ["1"]
    return page.save()


def test_a_draft_comes_back_and_is_deleted_when_it_is_saved(
    browser: Client, form: ProgressForm, bob: Person, sign_in: SignIn
) -> None:
    page = keep(browser, form, Spent="1234")
    assert page.was_redirected
    assert "Draft saved at" in page.text
    assert form.plan.writes(bob) == []
    other = Client()
    sign_in(other, bob)
    page = Page.open(other, form.row_path(MINE))
    assert "This is your draft of just now" in page.text
    assert page.value(form.column("Spent")) == "1234"
    assert page.save().was_redirected
    assert form.plan.value(MINE, "Spent") == 1234
    assert not FormDraft.objects.exists()


def test_a_draft_of_a_new_row(browser: Client, form: ProgressForm) -> None:
    keep(browser, form, form.add_path, Spent="7")
    assert Page.open(browser, form.add_path).value(form.column("Spent")) == "7"
    assert Page.open(browser, form.row_path(MINE)).value(form.column("Spent")) == "21500"


def test_an_incomplete_draft_is_kept_without_complaints(browser: Client, form: ProgressForm) -> None:
    page = keep(browser, form, Status="")
    assert "Fill in" not in page.text
    assert page.value(form.column("Status")) == ""


def test_a_draft_can_be_discarded(browser: Client, form: ProgressForm) -> None:
    page = keep(browser, form, Spent="1234")
    page.fields["discard_draft"] = ["1"]
    page = page.save()
    assert "The draft was discarded." in page.text
    assert page.value(form.column("Spent")) == "21500"


def test_what_someone_else_changed_since_the_draft_is_a_conflict(browser: Client, form: ProgressForm) -> None:
    page = keep(browser, form, Spent="1234")
    form.plan.write(MINE, Spent=7)
    page = Page.open(browser, form.row_path(MINE)).save()
    assert page.status == 409
    assert "You saw 21500 Now 7" in page.text


def test_a_script_gets_the_sentence_for_the_page(browser: Client, form: ProgressForm) -> None:
    data = {f"col-{form.column('Spent')}": "5", "keep_draft": "1"}
    answer = browser.post(form.row_path(MINE), data, headers={"Accept": "application/json"})
    assert answer.json()["is_kept"] is True
    assert answer.json()["text"].startswith("Draft saved at ")
    too_large = browser.post(
        form.row_path(MINE),
        data | {f"col-{form.column('Spent')}": "x" * LARGEST},
        headers={"Accept": "application/json"},
    )
    assert (too_large.status_code, too_large.json()["is_kept"]) == (409, False)


def test_no_one_else_sees_a_draft(browser: Client, form: ProgressForm, sign_in: SignIn, alice: Person) -> None:
    keep(browser, form, Spent="1234")
    form.publish(rule=None)
    other = Client()
    sign_in(other, alice)
    page = Page.open(other, form.row_path(MINE))
    assert "1234" not in page.html
    page = Page.open(browser, form.row_path(MINE))
    page.fields |= {"keep_draft": ["1"], "author": ["sandbox:1"]}
    assert "Another person opened this form. The draft wasn't saved." in page.save().text


def test_a_draft_never_writes_a_hidden_field(browser: Client, form: ProgressForm) -> None:
    browser.post(form.row_path(MINE), {f"col-{form.column('Notes')}": "sneaked in", "keep_draft": "1"})
    Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "5"}).save()
    assert form.plan.value(MINE, "Notes") is None


def test_only_the_latest_drafts_of_a_person_are_kept(browser: Client, form: ProgressForm, bob: Person) -> None:
    person = SmartsheetUser.objects.get(smartsheet_id=bob.id)
    long_ago = timezone.now() - timedelta(days=1)
    FormDraft.objects.bulk_create(
        FormDraft(person=person, form=form.stored, row_id=number, data="", saved_at=long_ago)
        for number in range(1, MOST + 1)
    )
    keep(browser, form, Spent="1234")
    assert FormDraft.objects.count() == MOST
    assert FormDraft.objects.filter(row_id=form.plan.rows[MINE]).exists()


def test_the_worker_deletes_drafts_after_a_month(browser: Client, form: ProgressForm) -> None:
    keep(browser, form, Spent="1234")
    FormDraft.objects.update(saved_at=timezone.now() - timedelta(days=31))
    assert form_drafts.forget_old in {function for _, _, function in jobs()}
    assert form_drafts.forget_old() == 1


def test_drafts_are_deleted_with_their_person(browser: Client, form: ProgressForm, bob: Person) -> None:
    keep(browser, form, Spent="1234")
    User.objects.get(smartsheet__smartsheet_id=bob.id).delete()
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize("what", ["person", "address"])
def test_erasing_a_person_deletes_their_drafts(browser: Client, form: ProgressForm, bob: Person, what: str) -> None:
    keep(browser, form, Spent="ask bob@example.com" if what == "address" else "1234")
    erased: Any = ErasedPerson("sandbox", bob.id) if what == "person" else erasure.Address("bob@example.com")
    found = erasure.erase(erased, by=THIS_APP, reason="asked for", origin=Origin.COMMAND)
    assert found.records == 1
    assert not FormDraft.objects.exists()
