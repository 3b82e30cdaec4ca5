"""Makes two automation rules of the site plan."""

from __future__ import annotations

from sandbox.model.sheet import Sheet
from sandbox.model.state import State
from sandbox.model.workflow import AutomationRule
from sandbox.seed.builder import IDS_PER_SHEET, MONDAY
from sandbox.seed.people import ALICE, BOB

PLACE = 7


def add_automation_rules(state: State, plan: Sheet) -> None:
    """Add a rule of Alice's that notifies all people who share the sheet, and a rule of Bob's that notifies Alice."""
    state.ids_given = PLACE * IDS_PER_SHEET
    everything = {"includeAllColumns": True, "includeAttachments": True, "includeDiscussions": True}
    told = {"type": "NOTIFICATION_ACTION", "frequency": "IMMEDIATELY", "message": "", "notifyAllSharedUsers": True}
    daily = {"type": "NOTIFICATION_ACTION", "frequency": "DAILY", "recipients": [{"email": "alice@example.com"}]}
    for name, person_id, action in (
        ("Finish date changed", ALICE, told | everything),
        ("Blocked work", BOB, daily | everything | {"notifyAllSharedUsers": False}),
    ):
        rule = AutomationRule(state.new_id(), name, person_id, MONDAY, person_id, MONDAY, action)
        plan.automation_rules.append(rule)
