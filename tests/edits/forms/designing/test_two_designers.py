"""Two designers change the same form. No change is lost: the one who saves second chooses which changes stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from edits.forms.definition import State
from edits.forms.models import FormDefinition
from tests.edits.forms.designing.pages import DesignerPage
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

SignIn = Callable[[Client, Person], None]
pytestmark = pytest.mark.django_db


@pytest.fixture
def alices(sign_in: SignIn, alice: Person, form: FormDefinition) -> Client:
    client = Client()
    sign_in(client, alice)
    return client


@pytest.fixture
def late(browser: Client, alices: Client, form: FormDefinition, plan: SitePlan) -> DesignerPage:
    """Alice's page after she pressed Save. Bob has saved other changes since she opened the form."""
    late = DesignerPage.open(alices, form)
    bobs = DesignerPage.open(browser, form).type(title="Progress of tasks").choose(plan.columns["Status"])
    bobs.type(label="How far?").press("add", new_field=str(plan.columns["Spent"])).press("save")
    assert bobs.status == 200
    late.type(sentence="Say how far you are.").choose(plan.columns["Notes"]).type(state="required").press("save")
    return late


def test_the_second_one_reads_what_both_changed_and_loses_nothing(late: DesignerPage) -> None:
    assert late.status == 409
    assert "Bob Baker saved this form while you were changing it" in late.text
    assert "The title was “Report progress”, and now is “Progress of tasks”." in late.text
    assert "Field “Spent” was added." in late.text
    assert "The sentence below the title was empty, and now is “Say how far you are.”." in late.text
    assert "“Notes” became required." in late.text
    stored = FormDefinition.objects.get()
    assert stored.draft_definition.title == "Progress of tasks"
    assert late.press("save").status == 409, "saving again doesn't overwrite theirs either"
    assert FormDefinition.objects.get().revision == stored.revision


def test_the_second_one_can_combine_both(late: DesignerPage, plan: SitePlan) -> None:
    late.press("both")
    assert "The form now has the changes of both designers. Check the form, and save it." in late.text
    assert "Your version is kept" not in late.text
    assert "Not saved yet" in late.text
    assert late.press("save").status == 200
    definition = FormDefinition.objects.get().draft_definition
    assert (definition.title, definition.sentence) == ("Progress of tasks", "Say how far you are.")
    assert [(one.name, one.state) for one in definition.fields] == [
        ("How far?", State.REQUIRED),
        ("Notes", State.REQUIRED),
        ("Spent", State.EDITABLE),
    ]


def test_the_second_one_can_save_theirs_instead_and_the_history_keeps_the_other(
    late: DesignerPage, form: FormDefinition
) -> None:
    late.press("mine_wins")
    assert late.status == 200
    definition = FormDefinition.objects.get().draft_definition
    assert (definition.title, definition.sentence) == ("Report progress", "Say how far you are.")
    titles = [row.draft["title"] for row in form.history.order_by("history_id")]
    assert titles == ["Report progress", "Progress of tasks", "Report progress"]


def test_where_both_changed_the_same_the_page_says_so(browser: Client, alices: Client, form: FormDefinition) -> None:
    late = DesignerPage.open(alices, form)
    DesignerPage.open(browser, form).type(title="By Bob").press("save")
    late.type(title="By Alice").press("save").press("both")
    assert "You both changed the title. Your version is kept." in late.text
    late.press("save")
    assert FormDefinition.objects.get().title == "By Alice"


def test_a_field_that_one_removed_and_the_other_changed_stays(
    browser: Client, alices: Client, form: FormDefinition, plan: SitePlan
) -> None:
    notes = plan.columns["Notes"]
    late = DesignerPage.open(alices, form)
    DesignerPage.open(browser, form).choose(notes).press(f"remove:{notes}").press("save")
    late.choose(notes).type(label="Anything else?").press("save").press("both").press("save")
    assert [one.name for one in FormDefinition.objects.get().draft_definition.fields] == ["Status", "Anything else?"]


def test_a_second_tab_of_the_same_designer_is_told_too(browser: Client, form: FormDefinition) -> None:
    first, second = DesignerPage.open(browser, form), DesignerPage.open(browser, form)
    first.type(title="First").press("save")
    second.type(title="Second").press("save")
    assert second.status == 409
    assert FormDefinition.objects.get().title == "First"
