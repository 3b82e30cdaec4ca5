"""Bob is signed in. With the fixture `quick`, edits can be settled after about a second."""

import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from pytest_django import Settings

from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry
from audit.recording import Actor, Change, Evidence, Intent, intend
from audit.unsettled import Unsettled
from audit.vocabulary import Origin
from edits.settling.history_budget import HistoryReader
from edits.settling.settle import settle_due
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

SECONDS = 1.2
AT_ONCE = 0.2  # the seconds of SETTLE_AFTER for tests in which no request is in progress
ROW = "Dig foundations"

Intended = Callable[..., Intent]


@pytest.fixture
def quick(settings: Settings) -> None:
    settings.SETTLE_AFTER = SECONDS
    settings.SMARTSHEET_HISTORY_CALLS = 10_000


@pytest.fixture
def bob_user(browser: Client, bob: Person) -> User:
    return User.objects.get(smartsheet__smartsheet_id=bob.id)


@pytest.fixture
def bob_actor(bob: Person) -> Actor:
    return Actor(id=bob.id, region="sandbox", name=bob.name, email=bob.email)


@pytest.fixture
def intended(plan: SitePlan, bob_user: User, bob_actor: Actor) -> Intended:
    """Return intended(), which records an intent of Bob without an outcome, as if his process had died.

    intended("Rock") records the intent to write this text into the notes of ROW. For a deletion, the arguments are the
    names of the deleted rows, from top to bottom.
    """

    def intended(
        value: str, *columns: str, action: str = "change", is_personal: bool = False, version: int | None = None
    ) -> Intent:
        if action == "add":
            changes = [Change(None, value, None, "", None, {"Task": value})]
        elif action == "delete":
            rows = [value or ROW, *columns]
            changes = [Change(plan.rows[title], title, None, "", {"Task": title}, None) for title in rows]
        else:
            changes = [
                Change(plan.rows[ROW], ROW, plan.columns[title], title, None, value, is_personal=is_personal)
                for title in columns or ("Notes",)
            ]
        known: dict[str, Evidence] = {"version": version}
        return intend(
            actor=bob_actor,
            action=action,
            sheet_id=plan.id,
            sheet_name=plan.name,
            changes=changes,
            origin=Origin.FORM,
            evidence=known,
        )

    return intended


@pytest.fixture
def by_bob(plan: SitePlan, bob: Person) -> SitePlan:
    """The site plan, which Bob changes without the app. So it looks as if his process had sent a request and then
    died.
    """
    return SitePlan(plan.sandbox, bob)


def logged() -> list[LoggedChange]:
    """All intents, with their outcomes."""
    return with_outcomes(Entry.objects.intents().order_by("id"))


def a_minute_passes() -> None:
    """Act as if a minute has passed. Histories can be read up to the limit again, and postponed edits are due."""
    HistoryReader._default_manager.update(read=[])
    Unsettled.objects.update(due_at=F("at"))


def settled() -> list[str]:
    """Wait until no request can be in progress, settle, and return the outcome of each intent."""
    time.sleep(AT_ONCE + 0.1)
    settle_due()
    return [change.phase.value for change in logged()]
