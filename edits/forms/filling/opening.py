"""Says whether a person can fill in a form now. If they can't, the exception NotOpen says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.shortcuts import get_object_or_404
from django.utils import timezone

from edits.forms.definition import Allow, Audience, Definition, InvalidDefinition
from edits.forms.models import FormDefinition, FormState
from edits.forms.row_rules import known_as, may, today_of
from edits.sheets.openable_sheets import Unknown
from edits.sheets.sheet import Row, Sheet
from edits.widgets.problems import Problem
from identity.middleware import SmartsheetRequest
from identity.profiles.profile import Profile

ASK = "Ask the person who sent you the link."
NOT_ALLOWED = {
    Allow.EDIT: "With this form, existing rows can't be changed.",
    Allow.ADD: "With this form, rows can't be added.",
    Allow.DELETE: "With this form, rows can't be deleted.",
}


class NotOpen(Exception):
    """The person can't fill in this form now. `problem` says why."""

    def __init__(self, form: FormDefinition, problem: Problem) -> None:
        super().__init__(problem.title)
        self.form, self.problem = form, problem


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form that a person can fill in now. `me` has the addresses that the person is known by. `today` is the day in
    the person's time zone.
    """

    form: FormDefinition
    definition: Definition
    me: frozenset[str]
    today: date

    @property
    def via(self) -> Mapping[str, str | int]:
        """The value of `via` in log entries of changes that are made with this form."""
        return self.form.via

    def is_mine(self, sheet: Sheet, row: Row) -> bool:
        """Whether the form shows this row to the person."""
        return may(sheet, row, definition=self.definition, me=self.me, today=self.today)

    def require(self, what: Allow) -> None:
        """Raise NotOpen if the form doesn't let people do `what`."""
        if what not in self.definition.allow:
            raise NotOpen(self.form, Problem(403, "This form doesn't allow this action", NOT_ALLOWED[what], "", ASK))


def open_form(request: SmartsheetRequest, slug: str) -> OpenForm:
    """Return the form with this address. Raises Http404 if there is none. Raises NotOpen if this person can't fill it
    in now.
    """
    form = get_object_or_404(FormDefinition, slug=slug)
    person = request.smartsheet_user
    assert person is not None  # noqa: S101 # smartsheet_connected guarantees it
    if problem := why_not_open(form, person):
        raise NotOpen(form, problem)
    definition = form.definition
    assert definition is not None  # noqa: S101 # why_not_open() checked this
    return OpenForm(form, definition, known_as(person), today_of(person))


def open_forms(person: Profile, *, openable: frozenset[int] | Unknown) -> list[FormDefinition]:
    """Return the forms that this person can fill in now, ordered by title. `openable` has the ids of the sheets that
    the person can open in Smartsheet. If these sheets aren't known, the result can have forms for sheets that the
    person can't open.
    """
    published = FormDefinition.objects.published().filter(region=person.region, problem="")
    found = [
        form
        for form in published
        if why_not_open(form, person) is None and (isinstance(openable, Unknown) or form.sheet_id in openable)
    ]
    return sorted(found, key=lambda form: form.title.casefold())


def why_not_open(form: FormDefinition, person: Profile) -> Problem | None:
    """Return why this person can't fill in the form now; None if this app knows of no obstacle.

    Smartsheet isn't called.
    """
    if form.state == FormState.DRAFT or form.published is None:
        return Problem(403, "This form isn't published yet", "The form's designer is still working on it.", "", ASK)
    try:
        definition = Definition.parse(form.published)
    except InvalidDefinition:
        return Problem(409, "This form can't be used now", "The form's content can't be read any more.", "", ASK)
    if form.region != person.region:
        why = "The form's sheet is in another region of Smartsheet, where you have another account."
        return Problem(403, "You can't open this form", why, "", "Sign in with your account of that region.")
    if not is_in_audience(definition, person):
        why = f"The form's designer chose who can open it, and {person.email or person.name} isn't on that list."
        return Problem(403, "You can't open this form", why, "", ASK)
    if form.state == FormState.CLOSED:
        return Problem(409, "This form is closed", "The form doesn't take answers any more.", "", ASK)
    if form.closes_at and form.closes_at <= timezone.now():
        why = f"It was open until {in_words(form.closes_at_there or form.closes_at, form.time_zone)}."
        return Problem(409, "This form is closed", why, "", ASK)
    if form.problem:
        return Problem(
            409, "This form can't be used now", form.problem, "", "The form's designers know about the problem."
        )
    return None


def is_in_audience(definition: Definition, person: Profile) -> bool:
    """Whether the form is for this person. All confirmed addresses of the person count. This function doesn't check
    whether the person can open the sheet. Smartsheet checks that when the sheet is read with the person's token.
    """
    if definition.audience is not Audience.LISTED:
        return True
    if f"{person.region}:{person.id}" in definition.people:
        return True
    addresses = person.plain_addresses
    return any(one in definition.people or one.partition("@")[2] in definition.domains for one in addresses)


def in_words(moment: datetime, zone: str) -> str:
    """Return a local time with its time zone, such as 2026-11-30 17:04 (Europe/Berlin)."""
    return f"{moment:%Y-%m-%d %H:%M} ({zone})"
