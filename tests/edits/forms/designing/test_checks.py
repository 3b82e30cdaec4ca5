"""What is wrong with a form is found before it is published. Each finding has a link to the place where the designer
can correct the form.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from edits.forms.conditions import Condition
from edits.forms.definition import (
    Allow,
    Audience,
    Definition,
    FormField,
    NotAllowed,
    OptionsWhen,
    Reason,
    State,
    StateWhen,
)
from edits.forms.designing.checks import check
from edits.forms.models import FormDefinition
from edits.sheets.sheet import Access, Column, Sheet
from identity.models import SmartsheetUser
from tests.conftest import SignIn
from tests.edits.forms.designing.pages import DesignerPage
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

TASK, STATUS, DUE, COST, SUM, OFFICE, MADE = range(1, 8)
SHEET = Sheet(
    id=9,
    name="Plan",
    access=Access.EDITOR,
    columns=(
        Column(TASK, "Task", is_primary=True),
        Column(STATUS, "Status", "PICKLIST", options=("Open", "Blocked"), is_validated=True),
        Column(DUE, "Due", "DATE"),
        Column(COST, "Cost"),
        Column(SUM, "Sum", formula="=SUM([Cost]:[Cost])"),
        Column(OFFICE, "Office", is_locked=True, is_locked_for_user=True),
        Column(MADE, "Made", "DATETIME", system_type="CREATED_DATE"),
    ),
)


def of(column_id: int, **more: Any) -> FormField:
    column = SHEET.column(column_id)
    assert column is not None
    return FormField.of(column, **more)


def when(column_id: int, operator: str, **more: Any) -> Condition:
    return Condition.parse({"column": str(column_id), "is": operator, **more})


BLOCKED = when(STATUS, "equals", value="Blocked")
GOOD = Definition("Report", fields=(of(TASK, state=State.SHOWN), of(STATUS, state=State.REQUIRED), of(DUE)))


def found(definition: Definition, **form: Any) -> list[tuple[str, str, bool]]:
    draft = FormDefinition(region="sandbox", sheet_id=9, slug="report", draft=definition.to_json(), **form)
    return [(one.sentence, one.panel, one.is_error) for one in check(draft, definition, SHEET)]


def with_field(field: FormField) -> Definition:
    return replace(GOOD, fields=(of(STATUS), field))


def test_nothing_is_wrong_with_a_good_form() -> None:
    assert found(GOOD) == []
    field = of(DUE, state=State.HIDDEN, states=(StateWhen(State.REQUIRED, BLOCKED),))
    assert found(with_field(field)) == [], "hidden by another column's value"


@pytest.mark.parametrize(
    ("definition", "sentence", "panel"),
    [
        (replace(GOOD, title=""), "The form has no title.", "title"),
        (replace(GOOD, fields=()), "The form has no fields.", "title"),
        (replace(GOOD, fields=(of(TASK, state=State.SHOWN),)), "No field can be changed.", str(TASK)),
        (replace(GOOD, allow=frozenset()), "People can’t do anything with the rows.", "rows"),
        (replace(GOOD, reason=Reason.FROM_LIST), "The list of reasons is empty.", "reason"),
        (replace(GOOD, audience=Audience.LISTED), "Nobody can open the form.", "people"),
        (with_field(FormField(99, "Gone", "DATE")), "The column of “Gone” is no longer in the sheet.", "99"),
        (
            with_field(FormField(DUE, "Due", "TEXT_NUMBER")),
            "The column of “Due” has another type now (date, not text number).",
            str(DUE),
        ),
        (with_field(of(SUM)), "“Sum” can’t be changed: a formula calculates its column.", str(SUM)),
        (with_field(of(MADE)), "“Made” can’t be changed: Smartsheet fills in its column.", str(MADE)),
        (
            with_field(of(OFFICE, state=State.REQUIRED)),
            "“Office” can’t be changed by Editors: its column is locked.",
            str(OFFICE),
        ),
        (
            with_field(of(DUE, state=State.REQUIRED, states=(StateWhen(State.HIDDEN, when(DUE, "empty")),))),
            "“Due” is required, but its own condition hides it.",
            str(DUE),
        ),
        (
            with_field(of(DUE, state=State.HIDDEN, states=(StateWhen(State.REQUIRED, when(DUE, "not_empty")),))),
            "“Due” is required, but its own condition hides it.",
            str(DUE),
        ),
        (
            with_field(of(DUE, not_allowed=(NotAllowed("", BLOCKED),))),
            "“Due”: the message for a value that isn’t allowed is empty.",
            str(DUE),
        ),
        (
            with_field(of(DUE, states=(StateWhen(State.SHOWN, when(98, "empty")),))),
            "A condition of “Due” reads a column that is no longer in the sheet.",
            str(DUE),
        ),
        (
            replace(GOOD, rule=when(98, "me")),
            "The rule for rows reads a column that is no longer in the sheet.",
            "rows",
        ),
    ],
)
def test_errors_keep_it_from_being_published(definition: Definition, sentence: str, panel: str) -> None:
    assert (sentence, panel, True) in found(definition)


@pytest.mark.parametrize(
    ("definition", "sentence", "panel"),
    [
        (with_field(FormField(DUE, "Until", "DATE")), "The column “Until” is called “Due” now.", str(DUE)),
        (with_field(of(OFFICE)), "“Office” can’t be changed by Editors: its column is locked.", str(OFFICE)),
        (
            with_field(of(DUE, states=(StateWhen(State.HIDDEN, when(DUE, "empty")),))),
            "“Due” is hidden by its own value.",
            str(DUE),
        ),
        (
            replace(GOOD, fields=(of(STATUS, options=(OptionsWhen(("Open", "Late"), when(DUE, "empty")),)),)),
            "“Status” offers “Late”, which the column no longer has.",
            str(STATUS),
        ),
        (
            replace(GOOD, fields=(of(STATUS, default="Late"),)),
            "“Status” has the default value “Late”, which the column no longer has.",
            str(STATUS),
        ),
        (
            replace(GOOD, rule=when(STATUS, "one_of", value=["Open", "Late"])),
            "The rule for rows compares “Status” with “Late”, which the column no longer has.",
            "rows",
        ),
        (
            replace(GOOD, rule=when(STATUS, "me")),
            "The rule for rows looks for a person in “Status”, which isn’t a column for contacts.",
            "rows",
        ),
    ],
)
def test_warnings_do_not_keep_it_from_being_published(definition: Definition, sentence: str, panel: str) -> None:
    assert (sentence, panel, False) in found(definition)


def test_a_form_for_deleting_needs_no_field_to_change() -> None:
    only_deleting = replace(GOOD, fields=(of(TASK, state=State.SHOWN),), allow=frozenset({Allow.DELETE}))
    assert found(only_deleting) == []


def test_a_closing_date_in_the_past_is_an_error() -> None:
    over = timezone.now() - timedelta(minutes=1)
    assert found(GOOD, closes_at=over) == [("The closing date has passed.", "closing", True)]


@pytest.mark.django_db
def test_a_form_with_errors_is_saved_but_not_published(browser: Client, form: FormDefinition, plan: SitePlan) -> None:
    remaining = plan.columns["Remaining"]
    page = DesignerPage.open(browser, form).press("add", new_field=str(remaining)).press("publish")
    assert "Correct these before you publish" in page.text
    assert "“Remaining” can’t be changed: a formula calculates its column." in page.text
    assert f'href="/forms/design/{form.pk}/?chosen={remaining}"' in page.html
    answer = browser.post(f"/forms/design/{form.pk}/publish/", {"seen": "1"})
    assert answer.status_code == 422
    assert "The form wasn’t published. Correct these errors first." in answer.content.decode()
    assert FormDefinition.objects.get().version == 0


@pytest.mark.django_db
def test_people_who_cannot_save_are_named_with_what_to_do(
    browser: Client, form: FormDefinition, plan: SitePlan, sandbox: RunningSandbox
) -> None:
    address = f"/forms/design/{form.pk}/publish/"
    page = browser.get(address).content.decode()
    assert "2 people can open the form, but can’t save it: only Editors of the sheet can." in page
    assert "Charlie Carter (charlie@example.com) can only look" in page
    assert "Dora Díaz (dora@example.com) can look and comment" in page
    assert "Ask Alice Archer to share the sheet with them as Editor." in page
    designer = DesignerPage.open(browser, form).choose("people")
    designer.type(audience="listed", people="bob@example.com\nnobody@example.org", domains="example.net").press("save")
    page = browser.get(address).content.decode()
    assert "One person can open the form" in page
    assert "nobody@example.org: the sheet isn’t shared with this person" in page
    assert "charlie@example.com" not in page
    sandbox.fault(path="/2.0/shares", status=403, times=9)
    page = browser.get(address).content.decode()
    assert "Smartsheet doesn’t tell you who the sheet is shared with" in page
    assert "Publish version 1" in page, "warnings don't block"


@pytest.mark.django_db
def test_designers_who_can_share_the_sheet_are_asked_to_share_it(
    sign_in: SignIn, client: Client, alice: Person, form: FormDefinition
) -> None:
    sign_in(client, alice)  # she owns the sheet
    form.designer = SmartsheetUser.objects.get(smartsheet_id=alice.id)
    form.save()
    page = client.get(f"/forms/design/{form.pk}/publish/").content.decode()
    assert "2 people can open the form, but can’t save it: only Editors of the sheet can." in page
    assert "Share the sheet with them as Editor." in page
    assert "Ask Alice Archer" not in page


@pytest.mark.django_db
def test_rows_that_fit_are_counted_for_the_designer_and_for_anybody(
    browser: Client, form: FormDefinition, plan: SitePlan, sandbox: RunningSandbox
) -> None:
    address = f"/forms/design/{form.pk}/publish/"
    page = DesignerPage.open(browser, form).choose("rows").press(f"mine:{plan.columns['Responsible']}").press("save")
    sandbox.forget_requests()
    text = " ".join(browser.get(address).content.decode().split())
    assert "13 of 24 rows fit the rule for you or for a person who is named in the row." in text
    assert "5 rows fit the rule for you." in text
    reads = [one["path"] for one in sandbox.requests() if str(plan.id) in one["path"]]
    assert len(reads) == 2, "the columns, and the rows with only the columns of the rule"
    page.press("line:rule~").type(**{"rule~1~column": str(plan.columns["Task"])}).press("show")
    page.type(**{"rule~1~value": "No such task"}).press("save")
    text = " ".join(browser.get(address).content.decode().split())
    assert "No row fits the rule now: 0 of 24." in text
    assert "Publish version 1" in text
