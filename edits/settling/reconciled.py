"""What reconciling found, as entries of the log: each change of ours is spoken of once, each state outside once."""

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
    Phase.MISSING: "Smartsheet's history of the cell does not show this change.",
    Phase.MISATTRIBUTED: "Smartsheet's history of the cell names another person for this change.",
    Phase.OUTSIDE: "No edit of this app explains this change.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A cell under comparison, and what the log knows of it, oldest first."""

    sheet: Sheet
    region: str
    row_id: int
    column_id: int
    ours: list[Ours]

    def change(self, finding: Finding) -> Change:
        """What an entry about the finding says of the cell: ours, or what was written outside the app."""
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
        """As the log has it; what it has from before the column with the row's name was personal is not said again."""
        primary, label = self.sheet.primary, change.row_label
        is_personal = primary is not None and primary.id in personal_columns(region=self.region, sheet_id=self.sheet.id)
        return "" if is_personal and not NUMBERED.fullmatch(label) else label

    @property
    def _is_personal(self) -> bool:
        is_kept_apart = any(in_value(one.intent.new) or in_value(one.intent.old) for one in self.ours)
        return is_kept_apart or self.column_id in personal_columns(region=self.region, sheet_id=self.sheet.id)

    def states_told(self) -> Counter[str]:
        """The times of the states that were recorded as made outside the app, with how many at each."""
        entries = Entry.objects.on_sheet(self.sheet.id).filter(region=self.region, action=Action.RECONCILE)
        of_cell = entries.filter(row_id=self.row_id, column_id=self.column_id, phase=Phase.OUTSIDE)
        return Counter(json.loads(text)["modifiedAt"] for text in of_cell.values_list("evidence", flat=True) if text)


def record(
    findings: Iterable[Finding], *, place: Place, judged: set[int], since: datetime, actor: Actor
) -> Counter[str]:
    """Write down what is new of a cell's findings, all or nothing, and give how many of each kind there were.

    Of our changes those in `judged` are spoken of, by the numbers of their intents; of states, those since then.
    `actor` is whose token Smartsheet was read with. Of several runs at once the first says it. Raises NotRecorded.
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
    """Before and after: as our log has them, or as Smartsheet has them where it alone tells."""
    if finding.ours:
        old = parsed(finding.ours.change.old)
        return None if is_erased(old) else old, finding.ours.value
    return (finding.version.before, finding.version.value) if finding.version else (None, None)
