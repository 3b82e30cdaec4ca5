"""Anchors seals as rows in a Smartsheet sheet that belongs to the auditor. This app can't change that sheet's history
and its times.

The row is added with the token of the person AUDIT_ANCHOR_PERSON to the sheet AUDIT_ANCHOR_SHEET. It is logged like any
other edit, with the action "anchor". The seal is a line of JSON in the primary column.
"""

from collections.abc import Sequence

from audit.proof import anchors
from audit.proof.seal_bytes import SignedSeal
from audit.vocabulary import Action, Origin
from edits.conf import settings
from edits.saving import AddRow, CellChange, read, save
from identity.models import SmartsheetUser


class NoAnchorSheet(Exception):
    """The sheet or the person in the settings doesn't exist."""


def register() -> None:
    """Add "sheet" to the choices of AUDIT_ANCHORS."""
    anchors.register("sheet", anchors.Anchor(_to_sheet, pause=lambda: settings.AUDIT_ANCHOR_SHEET_SECONDS))


def _to_sheet(found: Sequence[SignedSeal]) -> None:
    """Add a row with the last of the seals. Raises NoAnchorSheet, NotRecorded, GatewayError."""
    baseline = read(_person().user, int(settings.AUDIT_ANCHOR_SHEET))
    if baseline.sheet.primary is None:
        raise NoAnchorSheet("The sheet for seals shows this person no primary column.")
    cell = CellChange(baseline.sheet.primary.id, shown=None, typed=anchors.line(found[-1]))
    result = save(baseline, [AddRow((cell,), action=Action.ANCHOR)], origin=Origin.COMMAND)
    result.raise_error()


def _person() -> SmartsheetUser:
    for person in SmartsheetUser.objects.select_related("user"):
        if person.as_profile().is_among(settings.AUDIT_ANCHOR_PERSON):
            return person
    raise NoAnchorSheet("AUDIT_ANCHOR_PERSON has never signed in here.")
