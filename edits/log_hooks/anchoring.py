"""Anchors seals as rows in a Smartsheet sheet that belongs to the auditor. Smartsheet keeps a history of that sheet.
This app can't change this history or its times.

AUDIT_ANCHOR_SHEET is the sheet's id. Rows are added with the token of the person AUDIT_ANCHOR_PERSON. Adding a row is
logged like any other edit, with the action "anchor". The row's primary cell has the seal, as a line of JSON.
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
    """Add a row to the sheet, with the last of these seals. Raises NoAnchorSheet, NotRecorded, GatewayError."""
    baseline = read(_person().user, int(settings.AUDIT_ANCHOR_SHEET))
    if baseline.sheet.primary is None:
        raise NoAnchorSheet("AUDIT_ANCHOR_PERSON can't see the primary column of AUDIT_ANCHOR_SHEET.")
    cell = CellChange(baseline.sheet.primary.id, shown=None, typed=anchors.line(found[-1]))
    result = save(baseline, [AddRow((cell,), action=Action.ANCHOR)], origin=Origin.COMMAND)
    result.raise_error()


def _person() -> SmartsheetUser:
    for person in SmartsheetUser.objects.select_related("user"):
        if person.as_profile().is_among(settings.AUDIT_ANCHOR_PERSON):
            return person
    raise NoAnchorSheet("AUDIT_ANCHOR_PERSON has never signed in here.")
