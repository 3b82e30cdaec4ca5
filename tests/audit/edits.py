"""Edits by Alice and Bob, recorded as the app records them."""

from collections.abc import Mapping

from audit.access import Readable, Reader
from audit.models import Entry
from audit.recording import Actor, Change, Intent, Json, Outcome, intend, settle
from audit.vocabulary import Action, Origin, Phase

ALICE = Actor(id=4_100_000_000_000_001, region="sandbox", name="Alice Archer", email="alice@example.com")
BOB = Actor(id=4_100_000_000_000_002, region="sandbox", name="Bob Baker", email="bob@example.com")
AUDITOR = Reader(
    Actor(id=0, region="", name="charlie", email="charlie@example.com"), sees_all=True, readable=lambda: Readable()
)

SITE_PLAN = (7_000_000_000_000_001, "Site plan")
BUDGET = (7_000_000_000_000_002, "Budget")
ROW, OTHER_ROW, STATUS, NOTES = 31, 32, 501, 502


def cell(
    old: Json = "Open", new: Json = "Done", *, row: int = ROW, column: int = STATUS, title: str = "Status"
) -> Change:
    return Change(row_id=row, row_label="14 'Pour foundation'", column_id=column, column_title=title, old=old, new=new)


def new_row(new: Json) -> Change:
    return Change(row_id=None, row_label="Paint the walls", column_id=None, column_title="", old=None, new=new)


def intended(
    *changes: Change,
    actor: Actor = ALICE,
    sheet: tuple[int, str] = SITE_PLAN,
    action: Action = Action.CHANGE,
    reason: str = "",
    via: Mapping[str, Json] | None = None,
) -> Intent:
    return intend(
        actor=actor,
        action=action,
        sheet_id=sheet[0],
        sheet_name=sheet[1],
        changes=changes or [cell()],
        origin=Origin.FORM,
        reason=reason,
        via=via,
    )


def saved(
    *changes: Change,
    actor: Actor = ALICE,
    sheet: tuple[int, str] = SITE_PLAN,
    via: Mapping[str, Json] | None = None,
) -> Intent:
    intent = intended(*changes, actor=actor, sheet=sheet, via=via)
    settle(intent, [Outcome(Phase.APPLIED, None)])
    return intent


def entries_of(intent: Intent) -> list[Entry]:
    return list(Entry.objects.of_edit(intent.edit_id).order_by("id"))
