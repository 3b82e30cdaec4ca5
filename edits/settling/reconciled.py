"""Records the results of reconciling as entries. Each compared change is recorded once. Each state in Smartsheet's
history that wasn't made with this app is also recorded once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.changes import LoggedChange
from audit.database.contention import one_at_a_time
from audit.models import Entry
from audit.proof.commitment_bytes import in_value
from audit.recording import Actor, Change, Evidence, Json, Personal, note
from audit.vocabulary import Action, Origin, Phase
from edits.settling.cell_comparison import Finding, Ours, Version, is_erased, parsed
from edits.sheets.personal_columns import NUMBERED, personal_columns
from edits.sheets.sheet import Sheet

MESSAGES = {
    Phase.CONFIRMED: "",
    Phase.MISSING: "Smartsheet's history of the cell doesn't have this change.",
    Phase.MISATTRIBUTED: "Smartsheet's cell history shows another person as the author of this change.",
    Phase.OUTSIDE: "No edit of this app explains this change.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A cell that is compared, and its changes in the log, oldest first."""

    sheet: Sheet
    region: str
    row_id: int
    column_id: int
    ours: list[Ours]

    def change(self, finding: Finding) -> Change:
        """Return the change that the entry of a result is about: our own change, or one from outside the app."""
        column = self.sheet.column(self.column_id)
        one = finding.ours or next(iter(self.ours[-1:]), None)
        old, new = _values(finding)
        return Change(
            self.row_id,
            self._label(one.change) if one else "",
            self.column_id,
            column.title if column else one.intent.column_title if one else "",
            old,
            new,
            is_personal=self._is_personal,
        )

    def _label(self, change: LoggedChange) -> str:
        """Return the row's label for the entry. If the primary column has become personal, and the label isn't a row
        number, return "", because the label then has the row's name.
        """
        primary, label = self.sheet.primary, change.row_label
        is_personal = primary is not None and primary.id in personal_columns(region=self.region, sheet_id=self.sheet.id)
        return "" if is_personal and not NUMBERED.fullmatch(label) else label

    @property
    def _is_personal(self) -> bool:
        is_kept_apart = any(in_value(one.intent.new) or in_value(one.intent.old) for one in self.ours)
        return is_kept_apart or self.column_id in personal_columns(region=self.region, sheet_id=self.sheet.id)

    def states_told(self) -> Counter[str]:
        """Count the states that the log already has as changes from outside the app. The keys of the result are the
        states' times.
        """
        entries = Entry.objects.on_sheet(self.sheet.id).filter(region=self.region, action=Action.RECONCILE)
        of_cell = entries.filter(row_id=self.row_id, column_id=self.column_id, phase=Phase.OUTSIDE)
        return Counter(json.loads(text)["modifiedAt"] for text in of_cell.values_list("evidence", flat=True) if text)


def record(
    findings: Iterable[Finding], *, place: Place, judged: set[int], since: datetime, actor: Actor
) -> Counter[str]:
    """Record the new results of a cell. Return how many results of each kind were recorded. Either all new results are
    recorded or none.

    `judged` has the ids of the intents that get a result. States from outside the app are recorded if they are not
    older than `since`. `actor` is the person whose token read Smartsheet. If several runs find the same result, only
    the first run records it. Raises NotRecorded if the log can't be written.
    """
    recorded: Counter[str] = Counter()
    with transaction.atomic():
        one_at_a_time(f"reconcile {place.region} {place.sheet.id} {place.row_id} {place.column_id}")
        known = Entry.objects.filter(refers_to__in=judged, action=Action.RECONCILE)
        wanted = judged - set(known.values_list("refers_to", flat=True))
        told = place.states_told()
        for finding in findings:
            version = finding.version
            if finding.ours.intent.pk in wanted if finding.ours else version and _is_news(version, since, told):
                _note(finding, place, actor)
                recorded[finding.phase.value] += 1
    return recorded


def _is_news(version: Version, since: datetime, told: Counter[str]) -> bool:
    if version.at < since:
        return False
    at = version.at.isoformat()
    told[at] -= 1
    return told[at] < 0


def _note(finding: Finding, place: Place, actor: Actor) -> None:
    evidence: dict[str, Evidence] = {"readAt": timezone.now().isoformat(timespec="seconds")}
    if finding.version:
        evidence["modifiedAt"] = finding.version.at.isoformat()
    if finding.version and finding.phase != Phase.CONFIRMED:
        by = finding.version.by
        evidence["modifiedBy"] = Personal(str(by) or None, email=by.email)
    note(
        actor=actor,
        action=Action.RECONCILE,
        phase=finding.phase,
        origin=Origin.COMMAND,
        sheet_id=place.sheet.id,
        sheet_name=place.sheet.name,
        changes=[place.change(finding)],
        message=MESSAGES[finding.phase],
        evidence=evidence,
        refers_to=finding.ours.intent.pk if finding.ours else None,
        is_head=finding.phase != Phase.CONFIRMED,
    )


def _values(finding: Finding) -> tuple[Json, Json]:
    """Return the values before and after the change. They come from Smartsheet only if our log lacks the change."""
    if finding.ours:
        old = parsed(finding.ours.change.old)
        return None if is_erased(old) else old, finding.ours.value
    return (finding.version.before, finding.version.value) if finding.version else (None, None)
