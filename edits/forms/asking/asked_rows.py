"""Finds the update request that a person opened from a mail. The form's list then shows the request's rows and text.

The link in the mail leads to the form's list of rows. `?asked=` in the link names the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from edits.forms.asking.answers import rows_without_answer
from edits.forms.asking.message import day_in_words
from edits.forms.asking.models import RequestedPerson
from edits.forms.models import FormDefinition
from identity.middleware import SmartsheetRequest


@dataclass(frozen=True, slots=True)
class AskedRows:
    """A request that was sent to the signed-in person. `open_ids` has the ids of the rows without an answer."""

    person: RequestedPerson
    open_ids: frozenset[int]

    @property
    def row_ids(self) -> frozenset[int]:
        """The ids of the rows that the person was asked about. The form's rule can exclude some of them."""
        return self.person.row_ids

    @property
    def due(self) -> str:
        """The due date in words."""
        return day_in_words(self.person.request.due_on)


def asked_rows(request: SmartsheetRequest, form: FormDefinition) -> AskedRows | None:
    """The request that `?asked=` names; None if it was sent to someone else, is about another form or was cancelled."""
    person = request.smartsheet_user
    try:
        key = UUID(request.GET.get("asked", ""))
    except ValueError:
        return None
    if person is None:
        return None
    mine = RequestedPerson.objects.to(region=person.region, person_id=person.id, addresses=person.addresses)
    found = mine.filter(pk=key, request__form=form, request__cancelled_at=None).first()
    return AskedRows(found, frozenset(row.id for row in rows_without_answer(found))) if found else None
