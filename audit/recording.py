"""The one way into the log: intend() before a call to Smartsheet, settle() after it; note() for an act by itself.

    intent = intend(actor=…, action=…, sheet_id=…, sheet_name=…, changes=[…], origin=Origin.FORM)
    …                                   # the call, with no transaction open
    settle(intent, [Outcome(…), …])     # one per row

Each of the two is one short transaction of its own. If intend() raises, the call must not be made. If the process
dies between the two, or settle() raises, the log shows the edit as not certain yet. note() joins the transaction at
hand, so that an act on our own database and its entry are kept or lost together.
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
from audit.vocabulary import Action, Origin, Phase
from audit.writing import NotRecorded, Row, write

__all__ = [
    "THIS_APP",
    "Actor",
    "Change",
    "Intent",
    "Json",
    "NotRecorded",
    "Outcome",
    "Personal",
    "canonical",
    "intend",
    "nobody",
    "note",
    "settle",
]

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Personal:
    """A value within evidence that can be erased: the chain gets a commitment. `email` says whom it is about."""

    value: Json
    email: str = ""


Evidence = Json | Personal | list["Evidence"] | dict[str, "Evidence"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who edits, as Smartsheet knows them now: their number, region, and names."""

    id: int
    region: str
    name: str
    email: str


THIS_APP = Actor(id=0, region="", name="this app", email="")


def nobody(region: str = "") -> Actor:
    """Somebody who is not signed in."""
    return Actor(id=0, region=region, name="somebody not signed in", email="")


@dataclass(frozen=True, slots=True)
class Change:
    """One cell; or, with column_id None, one row that is added (row_id None) or deleted.

    `old` and `new` are values as Smartsheet has them in JSON, None for an empty cell. For a row they are an object of
    its cells by column title: `new` of one added, `old` of one deleted. Of a personal one (or a secret) the chain gets
    a commitment, and the values stand apart, where they can be erased; `about` says of whom: region and number.
    """

    row_id: int | None
    row_label: str
    column_id: int | None
    column_title: str
    old: Json
    new: Json
    is_personal: bool = False
    about: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row of an edit.

    An outcome whose `row_id` the intent named speaks of that row. Any other, as of a row that was added or was not,
    speaks of the next row that is not spoken of yet, so give them in the order of the changes; and if the last has
    `row_id` None, it speaks of all that remain: one Outcome(FAILED, None) settles an edit that failed as a whole.

    `returned` holds what Smartsheet says the row has now, by column id; for a row added, by None, shaped as its
    Change's `new`. What differs from the intent is recorded. `evidence` is what an outcome rests on that was found out
    afterwards.
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
    """An edit that is recorded and may now be made: `edit_id` names it, `lines` are its changes row by row."""

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
    refers_to: int | None = None,
    evidence: Evidence = None,
    edit_id: uuid.UUID | None = None,
    via: Mapping[str, Json] | None = None,
) -> Intent:
    """Record what is about to be done, one entry per change, committed when this returns.

    `refers_to` is the entry that is undone by it, `evidence` what settling may later need to know of this moment.
    `edit_id` names the edit where its caller has to know the name before the intent is recorded. `via` says by which
    form and version, app token, job or client of an assistant it comes, as {"form": "status", "version": 3}; the
    outcomes will say the same.

    Raises:
        NotRecorded: the database did not take it; the call must not be made.
        RuntimeError: a transaction is open, which could still roll the record back.
        ValueError: there is no change, or `via` cannot be written (audit/via.py).
    """
    if not changes:
        raise ValueError("An edit without a change is no edit.")
    edit_id = edit_id or uuid.uuid4()
    named = _named(actor)
    common = _common(actor, named, edit_id=edit_id, action=action, origin=origin, reason=reason, via=via) | {
        "sheet_id": sheet_id,
        "sheet_name": _text(sheet_name),
        "refers_to": refers_to,
    }
    intent = Intent(edit_id=edit_id, common=common, lines=_by_row(changes))
    draft = _Draft(named)
    known = draft.evidence(evidence)
    for line, row in enumerate(intent.lines):
        for change in row:
            draft.add(common, change, line=line, phase=Phase.INTENT, is_head=draft.is_empty, evidence=known)
    draft.write(alone=True)
    return intent


def settle(intent: Intent, outcomes: Sequence[Outcome] | Mapping[int, Outcome], *, alone: bool = True) -> None:
    """Record what came of an edit: one entry per row, and one per cell that Smartsheet made something else of.

    A mapping says by number which line of the edit each outcome speaks of. With `alone` False the entries join the
    transaction at hand.

    Raises:
        NotRecorded: the database did not take it; the log goes on to show the edit as not certain yet.
        RuntimeError: a transaction is open, and they were to be written alone.
    """
    draft = _Draft()  # the intent has brought the actor's names along
    for line, outcome in outcomes.items() if isinstance(outcomes, Mapping) else _paired(intent, outcomes):
        _add_outcome(draft, intent, line, outcome)
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
    """Record an act that is one entry by itself, or one per change: a sign-in, a refusal, a changed record of this app.

    `subject` names what it is about if that is no sheet, "app.model/key", and `label` says so to people. With
    `is_head` False the log's page lists it only when asked for its action. `via` is as for intend(). Joins the
    transaction at hand, if there is one. Gives the id that the entries share. Raises NotRecorded, ValueError.
    """
    edit_id = uuid.uuid4()
    named = _named(actor)
    common = _common(actor, named, edit_id=edit_id, action=action, origin=origin, reason=reason, via=via) | {
        "subject": _text(subject),
        "sheet_id": sheet_id,
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
    """Entries on their way into the log, and the commitments that they name."""

    def __init__(self, *committed: Committed) -> None:
        self._committed = list(committed)
        self._rows: list[Row] = []

    def add(self, common: Row, change: Change, *, line: int | None, phase: Phase, is_head: bool, **facts: Any) -> None:
        """One more entry: the change's facts, those in common, and `facts` over them."""
        self._rows.append(
            {
                **common,
                "line": line,
                "phase": str(phase),
                "is_head": is_head,
                "row_id": change.row_id,
                "row_label": _text(change.row_label),
                "column_id": change.column_id,
                "column_title": _text(change.column_title),
                "old": self._value(change.old, change),
                "new": self._value(change.new, change),
                **facts,
            }
        )

    @property
    def is_empty(self) -> bool:
        """Whether the next entry is the act's first, by which the page lists all of it."""
        return not self._rows

    def write(self, *, alone: bool) -> None:
        write(self._rows, self._committed, alone=alone)

    def evidence(self, evidence: Evidence) -> str | None:
        """Evidence as the log keeps it: commitments in place of what is personal."""
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
    """What all entries of one act say alike."""
    request = current()
    return {
        "edit_id": edit_id.hex,
        "request_id": request.request_id,
        "ip": request.ip,
        "user_agent": _text(request.user_agent),
        "actor_id": actor.id,
        "region": actor.region,
        "actor": named.commitment,
        "action": str(action),
        "subject": "",
        "origin": str(origin),
        "reason": _text(reason),
        "error_code": None,
        "ref_id": "",
        "message": "",
        "evidence": None,
        "via": canonical_via(via or request.via),
    }


def canonical(value: Json) -> str | None:
    """The one text that stands for a JSON value in the log; None for an empty cell.

    A lone surrogate, which no database takes as text, is written as its JSON escape.
    """
    if value is None:
        return None
    return _ENCODER.encode(_plain(value)).encode("utf-8", "backslashreplace").decode()


def _plain(value: Json) -> Json:
    """The value with 5.0 written as 5, as Smartsheet gives either for the same number; what JSON does not have as a
    number, like infinity, as a text."""
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


def _add_outcome(draft: _Draft, intent: Intent, line: int | None, outcome: Outcome) -> None:
    row = () if line is None else intent.lines[line]
    returned = {change.column_id: value for change, value in _made_otherwise(row, outcome)}
    row_id = row[0].row_id if row else None
    label = outcome.row_label or (row[0].row_label if row else "")
    is_personal = any(change.is_personal for change in row)
    draft.add(
        intent.common,
        Change(outcome.row_id or row_id, label, None, "", None, returned.get(None), is_personal),
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
    """The changes of which Smartsheet returned another value than was sent, with that value."""
    for change in row:
        if change.column_id in outcome.returned:
            value = outcome.returned[change.column_id]
            if value is not change.new and canonical(value) != canonical(change.new):
                yield change, value


def _text(value: str) -> str:
    """What a text column takes: PostgreSQL takes no NUL, and no database a lone surrogate."""
    return value.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
