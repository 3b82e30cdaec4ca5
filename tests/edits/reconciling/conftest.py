"""Bob is signed in and edits the site plan. The results of reconciling are read from the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import Entry, EntryQuerySet
from audit.recording import Actor, Change, Intent, Outcome, intend, settle
from audit.vocabulary import Action, Origin, Phase
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"
Save = Callable[..., None]
Fabricate = Callable[..., Intent]


class Reconciler:
    """Runs the command audit_reconcile on the sheet “Site plan”, for the changes of the last 60 seconds."""

    def __init__(self, plan: SitePlan) -> None:
        self.plan = plan
        self.since = (timezone.now() - timedelta(minutes=1)).isoformat()

    def run(self, *arguments: str) -> None:
        call_command("audit_reconcile", f"--sheet={self.plan.id}", f"--since={self.since}", *arguments)

    def results(self) -> list[Entry]:
        """Return the entries that have results of reconciling, without the summary of each run."""
        return list(results().exclude(phase=Phase.DONE))

    def found(self, *arguments: str) -> list[str]:
        """Run the command. Return the phases of all results in the log, such as "confirmed" or "missing"."""
        self.run(*arguments)
        return sorted(entry.phase for entry in self.results())


def results() -> EntryQuerySet:
    """Return all entries that reconciling has written to the log."""
    return Entry.objects.filter(action=Action.RECONCILE).order_by("id")


@pytest.fixture
def reconciler(browser: Client, plan: SitePlan, settings: Settings) -> Reconciler:
    settings.SMARTSHEET_HISTORY_CALLS = 10_000
    return Reconciler(plan)


@pytest.fixture
def save(browser: Client, plan: SitePlan) -> Save:
    """Return save(). With it, Bob uses the app to write a text into the notes: save("Rock")."""

    def save(value: str, *, column: str = "Notes") -> None:
        Page.open(browser, plan.edit_path(ROW)).type({plan.columns[column]: value}).send()

    return save


@pytest.fixture
def fabricate(browser: Client, plan: SitePlan, bob: Person) -> Fabricate:
    """Return fabricate(), which logs that Bob saved a text that Smartsheet never got: fabricate("Rock")."""

    def fabricate(value: str, *, phase: Phase | None = Phase.APPLIED, is_personal: bool = False) -> Intent:
        cell = Change(plan.rows[ROW], ROW, plan.columns["Notes"], "Notes", None, value, is_personal=is_personal)
        intent = intend(
            actor=Actor(id=bob.id, region="sandbox", name=bob.name, email=bob.email),
            action=Action.CHANGE,
            sheet_id=plan.id,
            sheet_name=plan.name,
            changes=[cell],
            origin=Origin.FORM,
        )
        if phase:
            settle(intent, [Outcome(phase, plan.rows[ROW])])
        return intent

    return fabricate


@pytest.fixture
def by_bob(plan: SitePlan, bob: Person) -> SitePlan:
    """The site plan. Bob changes it without the app."""
    return SitePlan(plan.sandbox, bob)
