"""The history of a form says in words who changed what. With the history, an earlier draft can be restored."""

from __future__ import annotations

import pytest
from django.test import Client

from audit.models import Entry
from edits.forms.models import FormDefinition
from tests.edits.forms.designing.pages import DesignerPage
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = pytest.mark.django_db


def shown(client: Client, form: FormDefinition) -> str:
    return " ".join(client.get(f"/forms/design/{form.pk}/history/").content.decode().split())


def test_the_history_describes_each_change(browser: Client, form: FormDefinition, plan: SitePlan) -> None:
    page = DesignerPage.open(browser, form).choose(plan.columns["Notes"]).type(state="required")
    page.press("add", new_field=str(plan.columns["Spent"]))
    page.choose("rows").press(f"mine:{plan.columns['Responsible']}").choose("closing")
    page.type(closes="2026-12-24T17:00", time_zone="Europe/Berlin").choose("title")
    page.type(slug="my-progress").press("save")
    browser.post(f"/forms/design/{form.pk}/publish/", {"seen": "1"})
    browser.post(f"/forms/design/{form.pk}/close/")
    text = shown(browser, form)
    for words in (
        "Bob Baker</span> saved it",
        "“Notes” became required.",
        "Field “Spent” was added.",
        "The form was for these rows: all. "
        "Now it is for these rows: those for which Responsible is the person who opens the form.",
        "The closing date was none, and now is 2026-12-24 17:00 in Europe/Berlin.",
        "The address was progress, and now is my-progress.",
        "Bob Baker</span> published version 1",
        "Bob Baker</span> closed the form",
        "made the form",
    ):
        assert words in text
    assert text.index("closed the form") < text.index("published version 1") < text.index("made the form")


def test_an_earlier_draft_is_restored(browser: Client, form: FormDefinition, plan: SitePlan, bob: Person) -> None:
    first = form.history.latest("history_id").history_id
    page = DesignerPage.open(browser, form).choose(plan.columns["Notes"])
    page.press(f"remove:{plan.columns['Notes']}").press("save")
    assert len(FormDefinition.objects.get().draft_definition.fields) == 1
    answer = browser.post(f"/forms/design/{form.pk}/history/{first}/restore/", follow=True)
    assert "The draft is restored." in answer.content.decode()
    assert FormDefinition.objects.get().draft == form.draft
    entry = Entry.objects.get(action="form_restore")
    assert (entry.actor_id, entry.row_label) == (bob.id, "progress")


def test_an_erased_or_unknown_version_is_not_restored(browser: Client, form: FormDefinition) -> None:
    DesignerPage.open(browser, form).type(title="Other").press("save")
    erased = form.history.latest("history_id")
    erased.pk, erased.draft = None, {}  # as erasing does
    erased.save()
    assert "made the form" in shown(browser, form)
    for number in (erased.pk, 999_999):
        answer = browser.post(f"/forms/design/{form.pk}/history/{number}/restore/", follow=True)
        assert "Nothing was restored." in answer.content.decode()
    assert FormDefinition.objects.get().title == "Other"
