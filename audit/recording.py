"""Only this module writes to the log. Call intend() before a call to Smartsheet, and settle() after it. For an act
without a call, use note().

    intent = intend(actor=…, action=…, sheet_id=…, sheet_name=…, changes=[…], origin=Origin.FORM)
    …  # the call, with no transaction open
    settle(intent, [Outcome(…), …])  # one per row

intend() and settle() each run one short transaction. If intend() raises, don't make the call. If settle() raises, or
the process dies before settle(), the log shows the edit as not certain yet. note() joins the current transaction. So a
change in our own database and the entry about the change are stored together, or neither is stored.
"""

import json
import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audit import commitments
from audit.commitments import Committed
from audit.context import current
from audit.models import Names
from audit.proof.commitment_bytes import OBJECT_TYPE
from audit.via import canonical_via
from audit.vocabulary import CONCLUSIVE, Action, Origin, Phase
from audit.writing import InTransaction, NotRecorded, Row, is_in_transaction, write

__all__ = [
    "THIS_APP",
    "Actor",
    "Change",
    "InTransaction",
    "Intent",
    "Json",
    "NotRecorded",
    "Outcome",
    "Personal",
    "canonical",
    "intend",
    "is_in_transaction",
    "nobody",
    "note",
    "settle",
]

LONGEST_ACTION = 32  # the most characters that the column takes
LARGEST_ID = 2**63 - 1
OUTCOMES = CONCLUSIVE | {Phase.UNKNOWN}

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Personal:
    """A value in evidence that can be erased later, so the chain has only a commitment to it. `email` is the e-mail
    address of the person that the value is about.
    """

    value: Json
    email: str = ""


Evidence = Json | Personal | list["Evidence"] | dict[str, "Evidence"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts: their id, region, name and e-mail address in Smartsheet at this time."""

    id: int
    region: str
    name: str
    email: str


THIS_APP = Actor(id=0, region="", name="this app", email="")


def nobody(region: str = "") -> Actor:
    """The actor for someone who isn't signed in."""
    return Actor(id=0, region=region, name="someone not signed in", email="")


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one cell. If `column_id` is None, a whole row is added (`row_id` is None), deleted or moved.

    `old` and `new` are values as in Smartsheet's JSON, or None for an empty cell. For an added row, `new` is an object
    that has the values of the row's cells by column title. For a deleted row, `old` is such an object. For a moved row,
    `old` and `new` are the row's old and new place.

    Set `is_personal` if the values are personal or secret. The values are then stored separately, where they can be
    erased, and the chain has only commitments to them. `about` is the region and id of the person that the values are
    about. `refers_to` is the entry that this change undoes. The intent of this change has the evidence of the whole
    edit, and also `evidence`.
    """

    row_id: int | None
    row_label: str
    column_id: int | None
    column_title: str
    old: Json
    new: Json
    is_personal: bool = False
    about: tuple[str, int] | None = None
    refers_to: int | None = None
    evidence: Mapping[str, Evidence] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one row of an edit.

    The outcome applies to the row with this `row_id`. If the intent has no such row, as when a row is added, the
    outcome applies to the next row that has no outcome yet. So pass outcomes in the order of the changes. If the last
    outcome has `row_id` None, it applies to all remaining rows: one Outcome(FAILED, None) settles an edit that failed
    as a whole.

    `returned` has the row's values after the call, by column id, as Smartsheet returned them. For an added row it is
    {None: values}, where `values` is an object like Change's `new` for an added row. Values that differ from the intent
    are recorded. If settling found the outcome later, `evidence` has the reasons.
    """

    phase: Phase
    row_id: int | None
    row_label: str = ""
    message: str = ""
    error_code: int | None = None
    ref_id: str = ""
    returned: Mapping[int | None, Json] = field(default_factory=dict)
    evidence: Evidence = None


@dataclass(frozen=True, slots=True)
class Intent:
    """An edit that intend() has recorded. After that, the call to Smartsheet can be made. `edit_id` is the edit's id;
    `lines` has its changes, row by row.
    """

    edit_id: uuid.UUID
    common: Row
    lines: tuple[tuple[Change, ...], ...]


def intend(
    *,
    actor: Actor,
    action: Action | str,
    sheet_id: int,
    sheet_name: str,
    changes: Sequence[Change],
    origin: Origin,
    reason: str = "",
    evidence: Mapping[str, Evidence] | None = None,
    edit_id: uuid.UUID | None = None,
    via: Mapping[str, Json] | None = None,
) -> Intent:
    """Record an edit before the call to Smartsheet: one entry for each change. The entries are committed when this
    function returns. `evidence` has facts that settling can need later. Pass `edit_id` if you need this id before the
    intent is recorded. `via` says what makes the edit: a form and its version, an app token, a job, or an assistant's
    client, for example {"form": "status", "version": 3}. The edit's outcomes get the same `via`.

    Raises:
        NotRecorded: the database didn't accept the entries. Don't make the call.
        InTransaction: a transaction is open, and its rollback could undo the entries. Don't make the call.
        TypeError: an id isn't an int. Texts and UUIDs can't be ids.
        ValueError: there is no change, `action` is empty or too long, the log has no such `origin`, or `via` can't be
            recorded (audit/via.py).
    """
    if not changes:
        raise ValueError("An edit needs at least one change.")
    edit_id = edit_id or uuid.uuid4()
    named = _named(actor)
    common = _common(actor, named, edit_id=edit_id, action=action, origin=origin, reason=reason, via=via) | {
        "sheet_id": _id(sheet_id, "sheet_id"),
        "sheet_name": _text(sheet_name),
        "refers_to": None,
    }
    intent = Intent(edit_id=edit_id, common=common, lines=_by_row(changes))
    draft = _Draft(named)
    of_edit = dict(evidence or {})
    known = draft.evidence(of_edit or None)
    for line, row in enumerate(intent.lines):
        for change in row:
            own = draft.evidence(of_edit | dict(change.evidence)) if change.evidence else known
            draft.add(common, change, line=line, phase=Phase.INTENT, is_head=draft.is_empty, evidence=own)
    draft.write(alone=True)
    return intent


def settle(
    intent: Intent,
    outcomes: Sequence[Outcome] | Mapping[int, Outcome],
    *,
    unasked: Sequence[Outcome] = (),
    alone: bool = True,
) -> None:
    """Record the outcome of an edit: one entry for each row, and one for each cell in which Smartsheet stored another
    value than the one that was sent.

    `outcomes` is a sequence, or a mapping from the number of a line of the edit to this line's outcome. `unasked` are
    outcomes of other rows, which Smartsheet changed together with the edit's rows. If `alone` is False, the entries
    join the current transaction.

    Raises:
        NotRecorded: the database didn't accept the entries. The log still shows the edit as not certain yet.
        InTransaction: a transaction is open although `alone` is True.
        ValueError: a phase isn't an outcome, a row has two outcomes, or the intent has no such line.
    """
    _require_outcomes(intent, outcomes)
    draft = _Draft()  # without the actor, whose names were stored with the intent
    for line, outcome in outcomes.items() if isinstance(outcomes, Mapping) else _paired(intent, outcomes):
        _add_outcome(draft, intent, line, outcome)
    for outcome in unasked:
        _add_outcome(draft, intent, None, outcome)
    draft.write(alone=alone)


def note(
    *,
    actor: Actor,
    action: Action | str,
    phase: Phase = Phase.DONE,
    origin: Origin = Origin.APP,
    subject: str = "",
    label: str = "",
    changes: Sequence[Change] = (),
    sheet_id: int | None = None,
    sheet_name: str = "",
    reason: str = "",
    message: str = "",
    error_code: int | None = None,
    ref_id: str = "",
    evidence: Evidence = None,
    refers_to: int | None = None,
    is_head: bool = True,
    via: Mapping[str, Json] | None = None,
) -> uuid.UUID:
    """Record an act without an intent: a sign-in, a refusal, a change of our own data. Writes one entry for each
    change, or a single entry if there are no changes. If a transaction is open, the entries join it.

    If the act is about something other than a sheet, `subject` names it as "app.model/key", and `label` names it in
    words. If `is_head` is False, the log page lists the entry only if people filter by its action. `via` has the same
    meaning as in intend(). Returns the id that the entries share. Raises NotRecorded if the entries can't be written,
    and TypeError if an id isn't an int. Raises ValueError if `action` is empty or too long, the log has no such
    `origin`, or `via` can't be recorded.
    """
    edit_id = uuid.uuid4()
    named = _named(actor)
    common = _common(actor, named, edit_id=edit_id, action=action, origin=origin, reason=reason, via=via) | {
        "subject": _text(subject),
        "sheet_id": _id(sheet_id, "sheet_id"),
        "sheet_name": _text(sheet_name),
        "message": _text(message),
        "error_code": error_code,
        "ref_id": _text(ref_id),
        "refers_to": refers_to,
    }
    draft = _Draft(named)
    known = draft.evidence(evidence)
    for change in changes or [Change(None, label, None, "", None, None)]:
        draft.add(common, change, line=None, phase=phase, is_head=is_head and draft.is_empty, evidence=known)
    draft.write(alone=False)
    return edit_id


class _Draft:
    """Collects the entries of an act, and the commitments that they refer to."""

    def __init__(self, *committed: Committed) -> None:
        self._committed = list(committed)
        self._rows: list[Row] = []

    def add(self, common: Row, change: Change, *, line: int | None, phase: Phase, is_head: bool, **facts: Any) -> None:
        """Add an entry with the values of `common` and `change`. `facts` replace values of the same name."""
        self._rows.append(
            {
                **common,
                "line": line,
                "phase": str(phase),
                "is_head": is_head,
                "row_id": _id(change.row_id, "row_id"),
                "row_label": _text(change.row_label),
                "column_id": _id(change.column_id, "column_id"),
                "column_title": _text(change.column_title),
                "old": self._value(change.old, change),
                "new": self._value(change.new, change),
                "refers_to": common["refers_to"] if change.refers_to is None else change.refers_to,
                **facts,
            }
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is no entry yet. If so, the next entry is the first one of its act. Only this entry is listed
        on the log page.
        """
        return not self._rows

    def write(self, *, alone: bool) -> None:
        write(self._rows, self._committed, alone=alone)

    def evidence(self, evidence: Evidence) -> str | None:
        """The evidence as the log stores it, with commitments in place of personal values."""
        return canonical(self._plain(evidence))

    def _plain(self, evidence: Evidence) -> Json:
        match evidence:
            case Personal(value, email):
                return None if value is None else self._commitment(canonical(value) or "", email=email)
            case list():
                return [self._plain(item) for item in evidence]
            case dict():
                return {key: self._plain(item) for key, item in evidence.items()}
            case _:
                return evidence

    def _value(self, value: Json, change: Change) -> str | None:
        text = canonical(value)
        if text is None or not change.is_personal:
            return text
        return canonical(self._commitment(text, about=change.about))

    def _commitment(self, text: str, *, email: str = "", about: tuple[str, int] | None = None) -> Json:
        region, person_id = about or ("", None)
        committed = commitments.of_value(text, region=region, person_id=person_id, email=_text(email))
        self._committed.append(committed)
        return {"hmac": committed.commitment, "objectType": OBJECT_TYPE}


def _named(actor: Actor) -> Committed:
    if _id(actor.id, "The actor's id") is None:
        raise TypeError("The actor's id must be an int, not None. If no one is signed in, use nobody().")
    names = Names(_text(actor.name), _text(actor.email))
    return commitments.of_actor(region=actor.region, person_id=actor.id, names=names)


def _common(
    actor: Actor,
    named: Committed,
    *,
    edit_id: uuid.UUID,
    action: str,
    origin: Origin,
    reason: str,
    via: Mapping[str, Json] | None,
) -> dict[str, Any]:
    """The values that all entries of an act have in common."""
    request = current()
    return {
        "edit_id": edit_id.hex,
        "request_id": request.request_id,
        "ip": request.ip,
        "user_agent": _text(request.user_agent),
        "actor_id": actor.id,
        "region": actor.region,
        "actor": named.commitment,
        "action": _action(action),
        "subject": "",
        "origin": str(Origin(origin)),
        "reason": _text(reason),
        "error_code": None,
        "ref_id": "",
        "message": "",
        "evidence": None,
        "via": canonical_via(via or request.via),
    }


def _id(value: int | None, name: str) -> int | None:
    """The id. Raises TypeError if it isn't a number, because SQLite would store a text in a column of numbers. Raises
    NotRecorded if it has more than 64 bits. Such an id isn't always a mistake in the code: it can come from the address
    of a page.
    """
    if value is not None and not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}.")
    if value is not None and not -LARGEST_ID <= value <= LARGEST_ID:
        raise NotRecorded(f"{name} has more than 64 bits, which the audit log can't store.")
    return value


def _action(action: str) -> str:
    if not 0 < len(action) <= LONGEST_ACTION:
        raise ValueError(f"`action` must have 1 to {LONGEST_ACTION} characters, not {len(action)}.")
    return str(action)


def _require_outcomes(intent: Intent, outcomes: Mapping[int, Outcome] | Sequence[Outcome]) -> None:
    """Raise ValueError if a phase isn't an outcome, if a line isn't in the intent, or if a row has two outcomes."""
    given = list(outcomes.values()) if isinstance(outcomes, Mapping) else list(outcomes)
    for outcome in given:
        if outcome.phase not in OUTCOMES:
            raise ValueError(f"The phase {outcome.phase!r} isn't an outcome.")
    if isinstance(outcomes, Mapping):
        if wrong := [line for line in outcomes if not 0 <= line < len(intent.lines)]:
            raise ValueError(f"The intent has no line {wrong[0]}.")
        return
    known = {change.row_id for line in intent.lines for change in line} - {None}
    named = [outcome.row_id for outcome in given if outcome.row_id in known]
    if len(set(named)) < len(named):
        raise ValueError("A row can have only one outcome in a call of settle().")


def canonical(value: Json) -> str | None:
    """This JSON value as the log writes it, or None for an empty cell. Equal JSON values always give the same text.

    A lone surrogate, which no database can store, becomes its JSON escape.
    """
    if value is None:
        return None
    text = _ENCODER.encode(value if isinstance(value, str) else _plain(value))
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _plain(value: Json) -> Json:
    """The value, with each number in one form: 5.0 becomes 5, because Smartsheet can return 5.0 or 5 for the same
    number. A number that JSON doesn't have, such as infinity, becomes text.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return json.dumps(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _by_row(changes: Sequence[Change]) -> tuple[tuple[Change, ...], ...]:
    rows: dict[object, list[Change]] = {}
    for position, change in enumerate(changes):
        key = ("new", position) if change.row_id is None else change.row_id
        rows.setdefault(key, []).append(change)
    return tuple(tuple(row) for row in rows.values())


def _paired(intent: Intent, outcomes: Sequence[Outcome]) -> Iterator[tuple[int | None, Outcome]]:
    """Yield the line that each outcome applies to, and the outcome. The line is None if there are more outcomes than
    rows.
    """
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


def _add_outcome(draft: _Draft, intent: Intent, line: int | None, outcome: Outcome) -> None:
    row = () if line is None else intent.lines[line]
    returned = {change.column_id: value for change, value in _made_otherwise(row, outcome)}
    row_id = row[0].row_id if row else None
    label = outcome.row_label or (row[0].row_label if row else "")
    is_personal = any(change.is_personal for change in row)
    # The outcome of several cells would have to refer to several entries, so it refers to none.
    refers_to = row[0].refers_to if len(row) == 1 else None
    draft.add(
        intent.common,
        Change(outcome.row_id or row_id, label, None, "", None, returned.get(None), is_personal, refers_to=refers_to),
        line=line,
        phase=outcome.phase,
        is_head=False,
        message=_text(outcome.message),
        error_code=outcome.error_code,
        ref_id=_text(outcome.ref_id),
        evidence=draft.evidence(outcome.evidence),
    )
    for change in row:
        if change.column_id is not None and change.column_id in returned:
            made = replace(change, new=returned[change.column_id])
            draft.add(intent.common, made, line=line, phase=outcome.phase, is_head=False)


def _made_otherwise(row: Sequence[Change], outcome: Outcome) -> Iterator[tuple[Change, Json]]:
    """Yield each change for which Smartsheet returned another value than the sent value, with the returned value."""
    for change in row:
        if change.column_id in outcome.returned:
            value = outcome.returned[change.column_id]
            if value is not change.new and canonical(value) != canonical(change.new):
                yield change, value


def _text(value: str) -> str:
    """The text without NUL and without lone surrogates, because the database can't store them."""
    if value.isascii() and "\x00" not in value:
        return value
    return value.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
