"""Reconciling: compares the log of a sheet, cell by cell, with Smartsheet's own history.

The results are written as entries. All results of a cell are written together, and none is written twice. So an
interrupted run can be continued: the next run begins with the cells that weren't compared yet. docs/audit-log.md
describes this.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial

from django.db.models import Exists, OuterRef

from audit.cell_histories import SKEW
from audit.changes import LoggedChange, with_clear_texts, with_outcomes
from audit.models import Entry, EntryQuerySet
from audit.recording import Actor, Evidence, Outcome, note
from audit.settling import GIVEN_UP, OpenEdit, correct, reopen_given_up
from audit.vocabulary import Action, Origin, Phase
from edits.conf import settings
from edits.gateway.answers import may_pass
from edits.gateway.client import EXTRA_TRIES, gateway_for
from edits.gateway.errors import GatewayError, NotFound, RateLimited, Unavailable
from edits.settling.cell_comparison import OPEN, Ours, compare, is_erased, parsed, versions
from edits.settling.history_budget import MINUTE, NoHistoryLeft, spend_history
from edits.settling.history_pages import History, read_back
from edits.settling.inquiry import find_out
from edits.settling.reconciled import Place, record
from edits.settling.record import Record
from edits.sheets import reading
from edits.sheets.sheet import Json, Sheet
from identity.models import SmartsheetUser

AFTER_ALL = "Smartsheet made this change after this app had stopped waiting for the answer."
AT_ONCE = 200  # the most entries whose outcomes are read in one query

Progress = Callable[[str], None]  # called now and then with a sentence about the progress


class NobodyToAsk(Exception):
    """This app has no token of a person who could read the sheet. The exception's message is shown to people."""


@dataclass
class Report:
    """The results of a run. `cells` is the number of cells to compare, `read` the number of cells that were compared,
    and `found` the number of results by kind. `stopped_by` is the error that ended the run early.
    """

    sheet: Sheet
    cells: int = 0
    read: int = 0
    found: Counter[str] = field(default_factory=Counter)
    stopped_by: GatewayError | None = None


def last_editor(*, sheet_id: int, region: str | None = None) -> SmartsheetUser:
    """Of the people who still have a token, return the one who edited the sheet with this app last. Raises NobodyToAsk
    if no editor has a token.
    """
    edits = Entry.objects.on_sheet(sheet_id).intents()
    edits = edits.filter(region=region) if region else edits
    known: set[tuple[str, int]] = set()
    for editor in edits.newest_first().values_list("region", "actor_id").iterator():
        if editor not in known and (person := _with_token(*editor)):
            return person
        known.add(editor)
    raise NobodyToAsk("This app has no token of any editor of this sheet. Name another person with --person.")


def person_of(*, region: str, number: int) -> SmartsheetUser:
    """Return the person with this number in this region. Raises NobodyToAsk if the person has no token here."""
    if person := _with_token(region, number):
        return person
    raise NobodyToAsk(f"This app has no token of person {region}:{number}.")


def reconcile(
    *, sheet_id: int, since: datetime, reader: SmartsheetUser, tell: Progress, all_cells: bool = False
) -> Report:
    """Compare the changes after `since` with Smartsheet, using the reader's token, and record the results.

    Raises NotRecorded if the log can't be written, and GatewayError if the sheet can't be read at all. A later
    GatewayError isn't raised: it ends the run, and is the report's `stopped_by`.
    """
    sheet = reading.read_rows(gateway_for(reader.user), sheet_id, ())
    return _Reconciliation(sheet, since, reader, tell).run(all_cells=all_cells)


class _Reconciliation:
    def __init__(self, sheet: Sheet, since: datetime, reader: SmartsheetUser, tell: Progress) -> None:
        self.sheet, self.since, self.reader, self.tell = sheet, since, reader, tell
        self.region = reader.region
        self.reach = since - timedelta(seconds=settings.SETTLE_AFTER) - 2 * SKEW  # see _ours
        self.entries = Entry.objects.on_sheet(sheet.id).filter(region=self.region)
        profile = reader.as_profile()
        self.actor = Actor(id=profile.id, region=profile.region, name=profile.name, email=profile.email)
        self.report = Report(sheet)
        self._addresses = cache(SmartsheetUser.objects.addresses)

    def run(self, *, all_cells: bool) -> Report:
        try:
            self._correct_late_writes()
            cells = self._cells(all_cells=all_cells)
            self.report.cells = len(cells)
            for number, (row_id, column_id) in enumerate(cells, start=1):
                if self._compare(row_id, column_id, is_wanted=all_cells):
                    self.report.read += 1
                else:
                    self.report.cells -= 1
                self.tell(f"{number} of {len(cells)} cells")
        except GatewayError as error:
            self.report.stopped_by = error
        self._note_summary()
        return self.report

    # Changes that Smartsheet made after settling

    def _correct_late_writes(self) -> None:
        """Check again the edits for which settling found no change in Smartsheet. Smartsheet perhaps made the changes
        after settling had checked.
        """
        given_up = self.entries.filter(at__gte=self.since, column_id=None, phase__in=GIVEN_UP)
        for edit_id in list(given_up.order_by("edit_id").values_list("edit_id", flat=True).distinct()):
            edit = reopen_given_up(edit_id)
            if edit and edit.at >= self.since and (found := self._saved_after_all(edit)):
                self.report.found["saved after all"] += correct(edit, found)

    def _saved_after_all(self, edit: OpenEdit) -> dict[int, Outcome]:
        """Return the outcomes of the lines that Smartsheet carried out later than settling expected, by line number."""
        record = Record(
            edit,
            partial(gateway_for, self.reader.user),
            emails=self._addresses(region=self.region, person_id=edit.actor_id, then=edit.names.email),
            spend=self._spend,
            within=timedelta(seconds=settings.SETTLE_AFTER) + SKEW,
        )
        found: dict[int, Outcome] = {}
        memory: dict[str, Json] = {}
        while True:
            try:
                for outcomes in find_out(edit, record, memory):
                    found |= outcomes
            except RateLimited as limited:
                self._wait(limited.retry_after or MINUTE)
            else:
                return {
                    number: replace(outcome, message=f"{AFTER_ALL} {outcome.message}")
                    for number, outcome in found.items()
                    if outcome.phase is Phase.APPLIED
                }

    # Which cells

    def _cells(self, *, all_cells: bool) -> list[tuple[int, int]]:
        """Return the ids of the row and column of each cell to compare. Cells with changes that weren't compared yet
        come first.
        """
        results = Entry.objects.filter(refers_to=OuterRef("pk"), action=Action.RECONCILE)
        recent = self.entries.filter(at__gte=self.since)
        written = recent.intents().filter(column_id__isnull=False, row_id__isnull=False)
        found = [*_places(written.filter(~Exists(results))), *_places(written)]
        if all_cells:
            touched = recent.filter(row_id__isnull=False).exclude(action=Action.RECONCILE)
            rows = touched.order_by("row_id").values_list("row_id", flat=True).distinct()
            columns = [column.id for column in self.sheet.columns if not (column.system_type or column.formula)]
            found += [(row_id, column_id) for row_id in rows if row_id for column_id in columns]
        return list(dict.fromkeys(found))

    # One cell

    def _compare(self, row_id: int, column_id: int, *, is_wanted: bool) -> bool:
        """Compare a cell with its history, and record the results. Return False if the cell wasn't compared, because
        there was nothing to compare or the cell no longer exists.
        """
        before = self._ours(row_id, column_id)
        applied = {one.intent.pk for one in before if one.change.is_applied and not one.is_addition}
        if not applied and not is_wanted:
            return False
        try:
            history = self._history(row_id, column_id)
        except NotFound:
            reading.read_rows(
                gateway_for(self.reader.user), self.sheet.id, ()
            )  # raises NotFound if the whole sheet no longer exists
            self.report.found["in rows or columns that no longer exist"] += len(applied)
            return False
        ours = self._ours(row_id, column_id)  # read again, for edits that were saved meanwhile
        findings = compare(ours, [one for one in versions(history, column_id) if one.at >= self.reach - SKEW])
        judged = {one.intent.pk for one in ours if one.intent.at >= self.since} & applied
        self.report.found["not comparable"] += sum(one.intent.pk in judged and not one.is_comparable for one in ours)
        place = Place(self.sheet, self.region, row_id, column_id, ours)
        self.report.found.update(record(findings, place=place, judged=judged, since=self.since, actor=self.actor))
        return True

    def _ours(self, row_id: int, column_id: int) -> list[Ours]:
        """Return the changes that this app made or perhaps made to this cell, including the addition of its row.
        Changes before `reach` are left out, because they can't explain a state from after `since`.
        """
        on_row = self.entries.on_row(sheet_id=self.sheet.id, row_id=row_id).intents().filter(at__gte=self.reach)
        of_cell = on_row.filter(column_id=column_id)
        entries = list((of_cell | on_row.filter(column_id=None, action=Action.ADD)).order_by("id"))
        some = [entries[start : start + AT_ONCE] for start in range(0, len(entries), AT_ONCE)]
        changes = [change for part in some for change in with_clear_texts(with_outcomes(part))]
        title = next((column.title for column in self.sheet.columns if column.id == column_id), "")
        return [self._known(change, title) for change in changes if change.is_applied or change.phase in OPEN]

    def _known(self, change: LoggedChange, title: str) -> Ours:
        intent, value = change.intent, parsed(change.new)
        emails = self._addresses(region=self.region, person_id=intent.actor_id, then=intent.actor_email)
        is_comparable = bool(emails) and not is_erased(value)
        if intent.column_id is None and isinstance(value, dict) and not is_erased(value):
            value = value.get(title)
        return Ours(change, value, emails, is_comparable)

    def _history(self, row_id: int, column_id: int) -> History:
        """Read the cell's states, newest first, until a state is older than all changes to compare. Raises
        GatewayError.
        """
        return read_back(lambda page: self._page(row_id, column_id, page), to=self.reach - SKEW)

    def _page(self, row_id: int, column_id: int, page: int) -> list[Mapping[str, Json]]:
        tries = 0
        while True:
            try:
                self._spend()
                # The gateway's own retries would be reads that aren't counted.
                gateway = gateway_for(self.reader.user, extra_tries=0)
                return list(gateway.cell_history(self.sheet.id, row_id, column_id, page=page))
            except RateLimited as limited:
                self._wait(limited.retry_after or MINUTE)
            except Unavailable as error:
                tries += 1
                if tries > EXTRA_TRIES or not may_pass(error):
                    raise
                time.sleep(1)

    def _spend(self) -> None:
        """Wait until a history can be read. Settling reads histories with the same limit, and people wait for its
        results. So this method leaves some histories of each minute for settling.
        """
        while True:
            try:
                spend_history(self.region, self.actor.id, leave=settings.SMARTSHEET_HISTORY_CALLS // 5)
            except NoHistoryLeft as full:
                self._wait(full.seconds)
            else:
                return

    def _wait(self, seconds: float) -> None:
        self.tell(f"The limit of histories per minute is reached: waiting {seconds:.0f} s")
        time.sleep(seconds)

    def _note_summary(self) -> None:
        report = self.report
        found: dict[str, Evidence] = {what: count for what, count in sorted(report.found.items()) if count}
        evidence: dict[str, Evidence] = {
            "since": self.since.isoformat(),
            "cells": report.cells,
            "read": report.read,
            "found": found,
            "stoppedBy": type(report.stopped_by).__name__ if report.stopped_by else None,
        }
        note(
            actor=self.actor,
            action=Action.RECONCILE,
            origin=Origin.COMMAND,
            sheet_id=self.sheet.id,
            sheet_name=self.sheet.name,
            message=summary(report),
            evidence=evidence,
        )


def summary(report: Report) -> str:
    """Return the results of a run in one or two sentences."""
    found = ", ".join(f"{count} {what}" for what, count in sorted(report.found.items()) if count)
    said = f"{report.read} of {report.cells} cells compared: {found or 'nothing new'}."
    return f"{said} The run ended early: {report.stopped_by.message}" if report.stopped_by else said


def _places(written: EntryQuerySet) -> list[tuple[int, int]]:
    return [
        (row, column)
        for row, column in written.order_by("row_id", "column_id").values_list("row_id", "column_id").distinct()
        if row and column
    ]


def _with_token(region: str, number: int) -> SmartsheetUser | None:
    found: SmartsheetUser | None = SmartsheetUser.objects.filter(
        region=region, smartsheet_id=number, token__isnull=False
    ).first()
    return found
