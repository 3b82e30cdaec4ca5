"""The one way into the log: intend() before a call to Smartsheet, settle() after it.

    intent = intend(actor=…, action=…, sheet_id=…, sheet_name=…, changes=[…], origin=Origin.FORM)
    …                                   # the call, with no transaction open
    settle(intent, [Outcome(…), …])     # one per row

Each of the two is one short transaction of its own. If intend() raises, the call must not be made. If the process
dies between the two, or settle() raises, the log shows the edit as not certain yet.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import Error, transaction

from audit.context import current
from audit.models import Action, Entry, Origin, Phase

__all__ = [
    "Action",
    "Actor",
    "Change",
    "Intent",
    "Json",
    "NotRecorded",
    "Origin",
    "Outcome",
    "Phase",
    "intend",
    "settle",
]

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class NotRecorded(Exception):
    """The log could not be written. Before the call: do not make it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who edits, as Smartsheet knows them now: their number, region, and names."""

    id: int
    region: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Change:
    """One cell; or, with column_id None, one row that is added (row_id None) or deleted.

    `old` and `new` are values as Smartsheet has them in JSON, None for an empty cell. For a row they are an object of
    its cells by column title: `new` of one added, `old` of one deleted.
    """

    row_id: int | None
    row_label: str
    column_id: int | None
    column_title: str
    old: Json
    new: Json


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row of an edit.

    An outcome whose `row_id` the intent named speaks of that row. Any other, as of a row that was added or was not,
    speaks of the next row that is not spoken of yet, so give them in the order of the changes; and if the last has
    `row_id` None, it speaks of all that remain: one Outcome(FAILED, None) settles an edit that failed as a whole.

    `returned` holds what Smartsheet says the row has now, by column id; for a row added, by None, shaped as its
    Change's `new`. What differs from the intent is recorded.
    """

    phase: Phase
    row_id: int | None
    row_label: str = ""
    message: str = ""
    error_code: int | None = None
    ref_id: str = ""
    returned: Mapping[int | None, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intent:
    """An edit that is recorded and may now be made: `edit_id` names it, `lines` are its changes row by row."""

    edit_id: uuid.UUID
    common: Mapping[str, Any]
    lines: tuple[tuple[Change, ...], ...]


def intend(
    *,
    actor: Actor,
    action: Action,
    sheet_id: int,
    sheet_name: str,
    changes: Sequence[Change],
    origin: Origin,
    reason: str = "",
) -> Intent:
    """Record what is about to be done, one entry per change, committed when this returns.

    Raises:
        NotRecorded: the database did not take it; the call must not be made.
        RuntimeError: a transaction is open, which could still roll the record back.
        ValueError: there is no change.
    """
    if not changes:
        raise ValueError("An edit without a change is no edit.")
    edit_id = uuid.uuid4()
    request = current()
    common = {
        "edit_id": edit_id,
        "request_id": request.request_id,
        "ip": request.ip,
        "user_agent": _text(request.user_agent),
        "actor_id": actor.id,
        "actor_name": _text(actor.name),
        "actor_email": _text(actor.email),
        "region": actor.region,
        "action": action,
        "origin": origin,
        "sheet_id": sheet_id,
        "sheet_name": _text(sheet_name),
        "reason": _text(reason),
    }
    intent = Intent(edit_id=edit_id, common=common, lines=_by_row(changes))
    _write(_entry(intent, line, change, phase=Phase.INTENT) for line, row in enumerate(intent.lines) for change in row)
    return intent


def settle(intent: Intent, outcomes: Sequence[Outcome]) -> None:
    """Record what came of an edit: one entry per row, and one per cell that Smartsheet made something else of.

    Raises:
        NotRecorded: the database did not take it; the log goes on to show the edit as not certain yet.
        RuntimeError: a transaction is open.
    """
    _write(entry for line, outcome in _paired(intent, outcomes) for entry in _outcome_entries(intent, line, outcome))


def canonical(value: Json) -> str | None:
    """The one text that stands for a JSON value in the log; None for an empty cell.

    A lone surrogate, which no database takes as text, is written as its JSON escape.
    """
    if value is None:
        return None
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode()


def _plain(value: Json) -> Json:
    """The value with 5.0 written as 5, as Smartsheet gives either for the same number."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _write(entries: Iterable[Entry]) -> None:
    written = list(entries)
    try:
        with transaction.atomic(durable=True):
            Entry.objects.bulk_create(written)
    except (Error, OverflowError) as error:  # SQLite's driver says OverflowError of an id beyond 64 bits
        raise NotRecorded("The audit log could not be written.") from error


def _by_row(changes: Sequence[Change]) -> tuple[tuple[Change, ...], ...]:
    rows: dict[object, list[Change]] = {}
    for position, change in enumerate(changes):
        key = ("new", position) if change.row_id is None else change.row_id
        rows.setdefault(key, []).append(change)
    return tuple(tuple(row) for row in rows.values())


def _paired(intent: Intent, outcomes: Sequence[Outcome]) -> Iterator[tuple[int | None, Outcome]]:
    """Each outcome with the line of the edit that it speaks of; None if there are more outcomes than rows."""
    lines: dict[int | None, int] = {
        row[0].row_id: line for line, row in enumerate(intent.lines) if row[0].row_id is not None
    }
    named = [(lines[outcome.row_id], outcome) for outcome in outcomes if outcome.row_id in lines]
    others = [outcome for outcome in outcomes if outcome.row_id not in lines]
    spoken_of = {line for line, _ in named}
    silent = [line for line in range(len(intent.lines)) if line not in spoken_of]
    if others and others[-1].row_id is None:
        others += [others[-1]] * (len(silent) - len(others))
    yield from named
    for position, outcome in enumerate(others):
        yield silent[position] if position < len(silent) else None, outcome


def _outcome_entries(intent: Intent, line: int | None, outcome: Outcome) -> Iterator[Entry]:
    row = () if line is None else intent.lines[line]
    returned = {change.column_id: value for change, value in _made_otherwise(row, outcome)}
    row_id = row[0].row_id if row else None
    label = outcome.row_label or (row[0].row_label if row else "")
    whole = Change(outcome.row_id or row_id, label, None, "", None, returned.get(None))
    yield _entry(
        intent,
        line,
        whole,
        phase=outcome.phase,
        message=_text(outcome.message),
        error_code=outcome.error_code,
        ref_id=_text(outcome.ref_id),
    )
    for change in row:
        if change.column_id is not None and change.column_id in returned:
            yield _entry(intent, line, replace(change, new=returned[change.column_id]), phase=outcome.phase)


def _made_otherwise(row: Sequence[Change], outcome: Outcome) -> Iterator[tuple[Change, Json]]:
    """The changes of which Smartsheet returned another value than was sent, with that value."""
    for change in row:
        if change.column_id in outcome.returned:
            value = outcome.returned[change.column_id]
            if canonical(value) != canonical(change.new):
                yield change, value


def _entry(intent: Intent, line: int | None, change: Change, *, phase: Phase, **facts: Any) -> Entry:
    return Entry(
        **intent.common,
        line=line,
        phase=phase,
        row_id=change.row_id,
        row_label=_text(change.row_label),
        column_id=change.column_id,
        column_title=_text(change.column_title),
        old=canonical(change.old),
        new=canonical(change.new),
        **facts,
    )


def _text(value: str) -> str:
    """What a text column takes: PostgreSQL takes no NUL, and no database a lone surrogate."""
    return value.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
