"""After random edits, faults, kills and changes without the app, the settled log never contradicts Smartsheet.

Set EXAMPLES=300 in the environment to try more examples: pytest --timeout=1800 tests/edits/settling/test_property.py
"""

import os
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry
from audit.unsettled import Unsettled
from audit.vocabulary import Action
from edits.settling.settle import settle_due
from tests.edits.settling.steps import STEPS, ByHand, InApp, Made, Step, Story
from tests.running_sandbox import Person, RunningSandbox

FEW = 12
EXAMPLES = int(os.environ.get("EXAMPLES", FEW))
SECONDS = 0.1  # each step waits until no request is in progress
MADE, NOT_MADE = {"applied"}, {"not_applied", "failed", "refused"}

DELETED_BY_ANOTHER: list[Step] = [
    InApp(0, Action.DELETE, 0, {}, fault="none", moment="before the call", is_real=False),
    InApp(1, Action.DELETE, 0, {}, fault="none", moment="never", is_real=False),
]
CHANGED_TO_LOOK_ALIKE: list[Step] = [
    InApp(0, Action.ADD, 0, {"Task": "Rock"}, fault="none", moment="before the call", is_real=False),
    InApp(0, Action.ADD, 0, {"Task": "Dig"}, fault="cut after", moment="never", is_real=False),
    InApp(1, Action.CHANGE, 3, {"Task": "Rock"}, fault="none", moment="never", is_real=False),
]


@pytest.fixture
def users(sandbox: RunningSandbox, sign_in: Callable[[Client, Person], None], db: None) -> list[User]:
    """Bob and Alice, both signed in."""
    people = sandbox.people()
    for name in ("bob", "alice"):
        sign_in(Client(), people[name])
    return [User.objects.get(smartsheet__smartsheet_id=people[name].id) for name in ("bob", "alice")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick")
def test_log_and_smartsheet_never_disagree(sandbox: RunningSandbox, users: list[User], settings: Settings) -> None:
    settings.SETTLE_AFTER = SECONDS
    people = sandbox.people()
    found: Counter[tuple[str, str]] = Counter()

    @examples(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=EXAMPLES == FEW,  # large runs have other examples each time
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @example(DELETED_BY_ANOTHER)
    @example(CHANGED_TO_LOOK_ALIKE)
    @given(st.lists(STEPS, min_size=3, max_size=8))
    def agrees(steps: list[Step]) -> None:
        story = Story(sandbox, [people["bob"], people["alice"], people["dora"]], users, settings)
        for step in steps:
            match step:
                case InApp():
                    story.in_app(step)
                case ByHand():
                    story.by_hand(step)
                case _:
                    settle_all()
        settle_all()
        assert not Unsettled.objects.exists()
        for made in story.made:
            found[made.step.action, says(story, made)] += 1

    agrees()
    print(dict(found))  # noqa: T201 # for runs with -s
    assert {says for _, says in found} >= {"applied", "not_applied"}


def settle_all() -> None:
    time.sleep(SECONDS + 0.05)
    settle_due()


def says(story: Story, made: Made) -> str:
    """Return the final outcome of the edit in the log. Fail if this outcome contradicts Smartsheet."""
    changes = with_outcomes(Entry.objects.of_edit(made.edit_id).intents())
    phases = {change.phase.value for change in changes}
    assert len(phases) == 1, f"{made} is said to be several things: {phases}"
    phase = phases.pop()
    if phase == "undecidable":
        is_plain = made.step.action is Action.CHANGE and story.is_untouched_but_for(made)
        assert not is_plain, f"{made} could have been decided"
        return phase
    if made.step.action is Action.DELETE and made.row_id in story.deleted_by_hand:
        return "either"  # a deletion leaves no trace of the person
    assert phase in (MADE if made.is_done else NOT_MADE), f"{made} is said to be {phase}"
    if made.is_done:
        assert all(is_seen(story, made, change) for change in changes), f"{made} is not to be seen"
    return phase


def is_seen(story: Story, made: Made, change: LoggedChange) -> bool:
    """Whether the sheet looks as if the edit was made.

    Also return True if the edit's row is gone and another edit could have deleted it.
    """
    is_there = change.row_id in story.row_ids()
    if made.step.action is Action.DELETE:
        return not is_there
    if made.step.action is Action.ADD or not is_there:
        return is_there or change.row_id in story.touched  # perhaps someone else deleted it
    email = story.people[made.step.person].email
    return email in story.writers(change.intent.row_id or 0, change.intent.column_id or 0)
