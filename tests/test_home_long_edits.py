"""What the home page says about an edit that has more changes than the page shows."""

from collections.abc import Callable, Sequence

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from audit.recording import Actor, Change, Intent, Outcome, intend, settle
from audit.unsettled import Unsettled
from audit.vocabulary import NEW_ROW, Action, Origin, Phase
from config.home import LATEST, LOOKED_AT, OwnEdit
from tests.audit.edits import SITE_PLAN, cell, intended
from tests.running_sandbox import Person

ROWS = 30
pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(client: Client, bob: Person, sign_in: Callable[[Client, Person], HttpResponse]) -> Actor:
    """Bob, who is signed in."""
    sign_in(client, bob)
    return Actor(id=bob.id, region="sandbox", name=bob.name, email=bob.email)


def edit(actor: Actor, rows: Sequence[int], *, refused: Sequence[int] = (), old: str = "Open") -> Intent:
    """Record an edit of one cell in each of these rows. Smartsheet refused the rows `refused`, and saved the others."""
    intent = intended(*(cell(old, row=row) for row in rows), actor=actor)
    settle(intent, [Outcome(Phase.REFUSED if row in refused else Phase.APPLIED, row) for row in rows])
    return intent


def undo(actor: Actor, intent: Intent, rows: Sequence[int]) -> Intent:
    entries = {entry.row_id: entry.pk for entry in Entry.objects.intents().of_edit(intent.edit_id)}
    changes = [Change(row, "14", cell().column_id, "Status", "Done", "Open", refers_to=entries[row]) for row in rows]
    undoing = intend(
        actor=actor,
        action=Action.CHANGE,
        sheet_id=SITE_PLAN[0],
        sheet_name=SITE_PLAN[1],
        changes=changes,
        origin=Origin.UNDO,
    )
    settle(undoing, [Outcome(Phase.APPLIED, None)])
    return undoing


def needs(client: Client) -> int:
    return len(client.get("/").context["home"].needs)


def oldest(client: Client) -> OwnEdit:
    found: OwnEdit = client.get("/").context["home"].edits[-1]
    return found


def test_a_row_that_the_page_does_not_show_needs_the_person_until_it_is_saved(client: Client, actor: Actor) -> None:
    edit(actor, range(1, ROWS + 1), refused=[2, ROWS])
    assert needs(client) == 1
    edit(actor, [2])
    assert needs(client) == 1
    edit(actor, [ROWS])
    assert needs(client) == 0


def test_a_long_edit_that_was_refused_needs_the_person_until_it_is_saved(client: Client, actor: Actor) -> None:
    rows = range(1, ROWS + 1)
    edit(actor, rows, refused=rows)
    assert needs(client) == 1
    edit(actor, rows)
    assert needs(client) == 0


def test_a_row_needs_nobody_although_much_was_added_between_the_tries(client: Client, actor: Actor) -> None:
    settle(
        intended(Change(None, NEW_ROW, None, "", None, {"Status": "Open"}), actor=actor, action=Action.ADD),
        [Outcome(Phase.REFUSED, None)],
    )
    edit(actor, [1], refused=[1])
    assert needs(client) == 2
    rows = [Change(None, NEW_ROW, None, "", None, {"Status": "Open"}) for _ in range(LATEST * LOOKED_AT)]
    added = intended(*rows, actor=actor, action=Action.ADD)
    settle(added, [Outcome(Phase.APPLIED, 100 + number) for number in range(len(rows))])
    edit(actor, [1])
    assert needs(client) == 1


def test_a_long_edit_that_was_undone_says_so(client: Client, actor: Actor) -> None:
    rows = range(1, ROWS + 1)
    intent = edit(actor, rows)
    assert (oldest(client).state, oldest(client).can_be_undone) == ("", True)
    undo(actor, intent, rows[:-1])
    assert (oldest(client).state, oldest(client).can_be_undone) == ("undone in part", True)
    undo(actor, intent, rows[-1:])
    assert (oldest(client).state, oldest(client).can_be_undone) == ("undone", False)


def test_a_long_edit_with_a_saved_row_that_the_page_does_not_show_can_be_undone(client: Client, actor: Actor) -> None:
    edit(actor, range(1, ROWS + 1), refused=range(1, ROWS))
    assert oldest(client).can_be_undone


def test_a_long_edit_whose_end_has_no_outcome_needs_the_person(client: Client, actor: Actor) -> None:
    intent = intended(*(cell(row=row) for row in range(1, ROWS + 1)), actor=actor)
    settle(intent, [Outcome(Phase.APPLIED, row) for row in range(1, ROWS)])
    now = timezone.now()
    Unsettled.objects.create(edit_id=intent.edit_id, region=actor.region, actor_id=actor.id, at=now, due_at=now)
    assert needs(client) == 1
    edit(actor, [ROWS])
    assert needs(client) == 0
