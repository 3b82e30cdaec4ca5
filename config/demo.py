"""Creates the demo's form “Report progress on my tasks”. The form is for rows of the sandbox's sheet “Site plan”."""

from __future__ import annotations

from typing import Any

import requests
from django.db import transaction
from django.dispatch import receiver

from config.smartsheet import IS_DEMO
from edits.forms.conditions import Condition
from edits.forms.definition import Definition, FormField, State, StateWhen
from edits.forms.models import FormDefinition, FormState
from edits.sheets.sheet import Column, Sheet
from identity import signals
from identity.models import SmartsheetUser
from identity.regions import default_region

SHEET, SLUG = "Site plan", "report-progress"
FIRST_PERSON = "alice@example.com"
TIMEOUT = 10.0  # seconds; the sandbox is on the same machine


class NoSheet(LookupError):
    """The sandbox doesn't have the form's sheet, or the sheet doesn't have the form's columns, because somebody
    changed the sheet.
    """


def create_form() -> FormDefinition | None:
    """Create and publish the form. If the app already has a form, return None.

    Raises NoSheet if the sheet or a column is missing, and requests.RequestException if the sandbox doesn't answer.
    """
    if FormDefinition.objects.exists():
        return None
    sheet = _sheet()
    content = _content(sheet).to_json()
    return FormDefinition.objects.create(
        region=default_region().name,
        sheet_id=sheet.id,
        sheet_name=sheet.name,
        slug=SLUG,
        state=FormState.PUBLISHED,
        draft=content,
        published=content,
        version=1,
    )


@receiver(signals.signed_in)
def give_the_form_a_designer(person: SmartsheetUser, **_more: object) -> None:
    """Make this person the designer of the demo's form, if the form has no designer yet and the person can design
    forms.
    """
    if IS_DEMO and person.user.has_perm("edits.design_forms"):
        with transaction.atomic():
            form = FormDefinition.objects.select_for_update().filter(slug=SLUG, designer=None).first()
            if form:
                form.designer, form.warning, form.checked_at = person, "", None
                form.save()


def _content(sheet: Sheet) -> Definition:
    status, owner, team = _column(sheet, "Status"), _column(sheet, "Responsible"), _column(sheet, "Team")
    is_blocked = {"column": str(status.id), "is": "equals", "value": "Blocked"}
    is_mine = {"any": [{"column": str(column.id), "is": "me"} for column in (owner, team)]}
    return Definition(
        title="Report progress on my tasks",
        sentence="Say how your tasks are going. Your changes go to the site plan in your name.",
        fields=(
            FormField.of(_column(sheet, "Task"), state=State.SHOWN),
            FormField.of(_column(sheet, "Finish"), label="Planned to finish", state=State.SHOWN),
            FormField.of(status, label="How far are you?", state=State.REQUIRED),
            FormField.of(_column(sheet, "Health")),
            FormField.of(_column(sheet, "Done"), label="The work is done and checked"),
            FormField.of(_column(sheet, "Spent"), label="Spent so far", help="In euros"),
            FormField.of(
                _column(sheet, "Notes"),
                help="If the task is blocked, say what it is waiting for.",
                states=(StateWhen(State.REQUIRED, Condition.parse(is_blocked)),),
            ),
        ),
        rule=Condition.parse(is_mine),
    )


def _column(sheet: Sheet, title: str) -> Column:
    for column in sheet.columns:
        if column.title == title:
            return column
    raise NoSheet(f"The sheet “{sheet.name}” has no column “{title}”.")


def _sheet() -> Sheet:
    """Return the sheet as FIRST_PERSON sees it. This function gets the person's access token from the sandbox, which
    shows it to everyone.
    """
    api = default_region().api_base.rstrip("/")
    people = _answer(f"{api.removesuffix('/2.0')}/_sandbox/people", "")
    token = next((person["token"] for person in people if person["email"] == FIRST_PERSON), "")
    sheets = _answer(f"{api}/sheets?includeAll=true", token)["data"]
    ids = [sheet["id"] for sheet in sheets if sheet["name"] == SHEET]
    if not ids:
        raise NoSheet(f"The sandbox has no sheet “{SHEET}”.")
    return Sheet.parse(_answer(f"{api}/sheets/{ids[0]}?level=2&include=objectValue&pageSize=1", token))


def _answer(address: str, token: str) -> Any:
    answer = requests.get(address, headers={"Authorization": f"Bearer {token}"} if token else {}, timeout=TIMEOUT)
    answer.raise_for_status()
    return answer.json()
