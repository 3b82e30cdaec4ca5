"""Shows the pages on which people undo a change or a whole edit, and undoes it after they confirm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from audit.access import reader_of
from audit.changes import LoggedChange, with_outcomes
from audit.edit_parts import near
from audit.models import Entry
from audit.read_logging import note_reading
from audit.vocabulary import Action
from edits.gateway.errors import GatewayError
from edits.saving import InProgress, KeyReused, NotRecorded, Result, Status
from edits.saving import undo as undoing
from edits.saving.deleted_rows_log import family_of
from edits.saving.undo_plan import Undo
from edits.widgets.pages import actor_of, doing, earlier_result, one_time_key, problem_page, repeated_page, saved_page
from edits.widgets.problems import Doing, already_sent, problem_of
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest

# The most rows of an edit that one form undoes, so that reading and writing them takes only a few calls.
MOST_ROWS = 1_000
MOST_CHANGES = 5_000
NAMED = 3  # the most rows that a note names
SHOWN = 50  # the most changes that the page of an edit shows in each group

DONE: dict[str, tuple[str, str]] = {
    Action.CHANGE: ("cell has its old value again", "cells have their old values again"),
    Action.ADD: ("added row is deleted", "added rows are deleted"),
    Action.DELETE: (
        "deleted row is in the sheet again, as a new row",
        "deleted rows are in the sheet again, as new rows",
    ),
    Action.MOVE: ("row is at its old place again", "rows are at their old places again"),
}
UNDOING: dict[str, Doing] = {
    Action.ADD: Doing.UNDO_ADDING,
    Action.DELETE: Doing.UNDO_DELETING,
    Action.MOVE: Doing.UNDO_MOVING,
}
OVERTAKEN = "Changed after this edit, so undoing leaves it as it is"
SENT_TWICE = "You sent this form twice. Changes were undone only the first time. This page shows what is left to undo."


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an edit: the changes that one form undoes. They belong to the rows from `start` up to, but not
    including, `end`. The edit's first row has the number 0. `has_more` says that the edit has further rows. If
    `is_family` is true, the first row is a deleted row, and the others are its child rows.
    """

    changes: Sequence[LoggedChange]
    start: int
    end: int
    has_more: bool
    is_family: bool = False

    @property
    def first_row(self) -> int:
        """The number of the part's first row, counted from 1."""
        return self.start + 1

    @property
    def is_whole(self) -> bool:
        """Whether the part has all changes of the edit."""
        return self.start == 0 and not self.has_more


@dataclass(frozen=True, slots=True)
class Group:
    """The changes that can be undone, or the changes that can't be undone for the same reason. `title` is this reason,
    or "". `shown` has the first few of these changes, and `count` is the number of all changes in the group.
    """

    title: str
    shown: Sequence[Undo]
    count: int

    @property
    def is_shortened(self) -> bool:
        """Whether the page shows only some of the changes."""
        return self.count > len(self.shown)


@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def undo(request: SmartsheetRequest, entry_id: int) -> HttpResponse:
    """Show what undoing one change would do, or why it can't be undone. POST undoes it."""
    change = _change(request, entry_id)
    sheet_id = change.intent.sheet_id or 0
    if change.intent.action == Action.DELETE and (family := _family(request, change)):
        return _undo_part(request, family)
    what = _doing(change)
    if earlier := earlier_result(request):
        return repeated_page(request, earlier, what, sheet_id=sheet_id)
    if why_not := undoing.why_never(change, region=actor_of(request).region):
        return _page(request, Undo(change, change.row_label, why_not=why_not))
    try:
        plan = undoing.plan(request.user, [change], region=actor_of(request).region)
        (found,) = plan.undos
        if request.method != "POST" or not found.is_possible:
            return _page(request, found)
        result = undoing.undo(plan, key=one_time_key(request))
        result.raise_error()
    except (KeyReused, InProgress):
        return problem_page(request, already_sent(what), sheet_id=sheet_id)
    except (GatewayError, NotRecorded) as error:
        problem = problem_of(error, doing=doing(request, what))
        column = change.intent
        happened = problem.happened.replace(str(column.column_id), f"“{column.column_title}”")
        return problem_page(request, replace(problem, happened=happened), sheet_id=sheet_id)
    if left := undoing.not_undone(plan, result):
        return _page(request, left[0])
    if found.column:
        text = f"{found.column.title} of “{found.label}” is “{found.words_then}” again"
    elif change.intent.action == Action.ADD:
        text = f"the added row “{found.label}” is deleted"
    elif change.intent.action == Action.MOVE:
        text = f"“{found.label}” is at its old place again"
    else:
        text = f"the deleted row “{found.label}” is in the sheet again, as a new row"
    return saved_page(request, result, sheet_id=sheet_id, text=". ".join([f"Undone: {text}", *_remarks(result)]))


@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def undo_edit(request: SmartsheetRequest, edit_id: UUID) -> HttpResponse:
    """Show what undoing an edit would do, change by change. POST undoes what can be undone. A long edit is shown and
    undone in parts. ?from= is the first row of the part.
    """
    return _undo_part(request, _part(request, edit_id))


def _undo_part(request: SmartsheetRequest, part: Part) -> HttpResponse:
    sheet_id, what = part.changes[0].intent.sheet_id or 0, _doing(part.changes[0])
    if earlier := earlier_result(request):
        if earlier.is_partly_done:
            messages.info(request, SENT_TWICE)
            return redirect(request.get_full_path())
        return repeated_page(request, earlier, what, sheet_id=sheet_id)
    region = actor_of(request).region
    never = [undoing.why_never(change, region=region) for change in part.changes]
    if all(never):
        found = zip(part.changes, never, strict=True)
        return _edit_page(request, part, [Undo(change, change.row_label, why_not=why) for change, why in found])
    try:
        plan = undoing.plan(request.user, part.changes, region=region)
        if request.method != "POST" or not plan.possible:
            return _edit_page(request, part, plan.undos)
        result = undoing.undo(plan, key=one_time_key(request))
        if all(row.status is not Status.SAVED for row in result.rows):
            result.raise_error()
    except (KeyReused, InProgress):
        return problem_page(request, already_sent(what), sheet_id=sheet_id)
    except (GatewayError, NotRecorded) as error:
        return problem_page(request, problem_of(error, doing=doing(request, what)), sheet_id=sheet_id)
    left = [one for one in plan.undos if not one.is_possible] + undoing.not_undone(plan, result)
    done = len(part.changes) - len(left)
    if part.has_more or not all(one.is_undone for one in left):
        return _edit_page(request, part, left, done=done, result=result)
    rest = ["Nothing of the edit is left to undo"] if left else []
    text = ". ".join([f"Undone: {_said(part, done)}", *rest, *_remarks(result)])
    return saved_page(request, result, sheet_id=sheet_id, text=text)


def _doing(change: LoggedChange) -> Doing:
    """Return what the person does when they undo this change. The texts about problems depend on it."""
    return UNDOING.get(change.intent.action, Doing.UNDO)


def _remarks(result: Result) -> list[str]:
    """Return the messages in the results of saved rows, each message once."""
    return list(dict.fromkeys(row.message for row in result.rows if row.status is Status.SAVED and row.message))


def _family(request: SmartsheetRequest, change: LoggedChange) -> Part | None:
    """Return the deletions of this row and of its child rows, as a part of their edit. Return None if the row had no
    child rows. Record in the log that the person read these entries.
    """
    entries = family_of(change.intent, most=MOST_ROWS + 1)
    if len(entries) == 1:
        return None
    shown = entries[:MOST_ROWS]
    note_reading(request, reader_of(request, is_waiting=True), shown)
    start, end = change.intent.line or 0, (shown[-1].line or 0) + 1
    return Part(with_outcomes(shown), start, end, has_more=len(entries) > MOST_ROWS, is_family=True)


def _change(request: SmartsheetRequest, entry_id: int) -> LoggedChange:
    """Return the change that this entry records, and record in the log that the person read the change. Raises Http404
    if the person can't read it.
    """
    reader = reader_of(request, is_waiting=True)
    entry = get_object_or_404(Entry.objects.intents(), pk=entry_id)
    if not reader.may_read(entry):
        raise Http404
    note_reading(request, reader, [entry])
    (change,) = with_outcomes([entry])
    return change


def _part(request: SmartsheetRequest, edit_id: UUID) -> Part:
    """Return the part of the edit that starts at the row in ?from=. Record in the log that the person read this part.
    Raises Http404 if the person can't read it.
    """
    reader = reader_of(request, is_waiting=True)
    head = Entry.objects.intents().of_edit(edit_id).first()
    if head is None or not reader.may_read(head):
        raise Http404
    start = _number(request.GET.get("from", ""))
    lines = near([head]).intents().of_edit(edit_id).filter(line__gte=start).order_by("line", "id")
    entries = list(lines.filter(line__lt=start + MOST_ROWS)[: MOST_CHANGES + 1])
    if not entries:
        raise Http404
    end = (entries[-1].line or 0) + 1
    if len(entries) > MOST_CHANGES:  # perhaps the last row isn't complete, so it belongs to the next part
        end -= 1
        entries = [entry for entry in entries if (entry.line or 0) < end]
    note_reading(request, reader, entries)
    return Part(with_outcomes(entries), start, end, has_more=lines.filter(line__gte=end).exists())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(request: SmartsheetRequest, found: Undo) -> HttpResponse:
    context = {"change": found.change, "entry": found.change.intent, "found": found, "once": uuid4()}
    status = 409 if request.method == "POST" else 200
    return render(request, "edits/undo.html", context, status=status)


def _edit_page(
    request: SmartsheetRequest,
    part: Part,
    undos: Iterable[Undo],
    *,
    done: int | None = None,
    result: Result | None = None,
) -> HttpResponse:
    """Return the page that lists the changes of the part, and asks before undoing them. After undoing, `done` is the
    number of changes that were undone, and `result` is the save's result. The page then says what was undone, and lists
    the changes that weren't.
    """
    undos = list(undos)
    first = part.changes[0]
    context = {
        "change": first,
        "entry": first.intent,
        "part": part,
        "groups": _groups(undos),
        "lost": list(dict.fromkeys(title for undo in undos for title in undo.lost)),
        "numbered": list(dict.fromkeys(title for undo in undos for title, _ in undo.old_numbers if undo.is_possible)),
        "notes": _notes([undo for undo in undos if undo.is_possible]),
        "is_displaced": any(undo.is_displaced for undo in undos if undo.is_possible),
        "remarks": _remarks(result) if result else (),
        "can_go_on": result is not None and any(row.status is Status.NOT_SENT for row in result.rows),
        "has_places": all(undo.was for undo in undos if undo.is_possible),
        "possible": sum(undo.is_possible for undo in undos),
        "done": done,
        "said": "" if done is None else _said(part, done),
        "is_logged": result is None or result.is_logged,
        "once": uuid4(),
    }
    is_refused = request.method == "POST" and not done
    return render(request, "edits/undo_edit.html", context, status=409 if is_refused else 200)


def _notes(undos: Sequence[Undo]) -> list[str]:
    """Return sentences about what undoing these changes doesn't restore exactly, each sentence once. If there are
    several changes, each sentence begins with the names of its rows.
    """
    labels: dict[str, list[str]] = {}
    for undo in undos:
        for note in undo.notes:
            labels.setdefault(note, []).append(undo.label or "a row without a name")
    if len(undos) == 1:
        return list(labels)
    return [f"{_named(rows)}: {note}" for note, rows in labels.items()]


def _named(labels: Sequence[str]) -> str:
    """Return the names of the first few rows, and the number of the others."""
    first = ", ".join(f"“{label}”" for label in labels[:NAMED])
    more = len(labels) - NAMED
    return f"{first} and {more:,} more row{'' if more == 1 else 's'}" if more > 0 else first


def _said(part: Part, done: int) -> str:
    """Return in words how many cells or rows were undone, such as: 1 added row is deleted."""
    one, many = DONE[part.changes[0].intent.action]
    return f"{done:,} {one if done == 1 else many}"


def _groups(undos: Iterable[Undo]) -> list[Group]:
    """Group the changes by the reason why they can't be undone. Changes that can be undone are the last group."""
    found: dict[str, list[Undo]] = {}
    for undo in sorted(undos, key=lambda undo: undo.is_possible):
        found.setdefault(OVERTAKEN if undo.is_overtaken else undo.why_not, []).append(undo)
    return [Group(title, undos[:SHOWN], len(undos)) for title, undos in found.items()]
