"""Makes two filters of the site plan, and a report with the rows of the site plan and the budget."""

from __future__ import annotations

from sandbox.model.access import Access
from sandbox.model.sheet import Criterion, Sheet, SheetFilter
from sandbox.model.state import Report, State
from sandbox.seed.builder import IDS_PER_SHEET, MONDAY
from sandbox.seed.people import ALICE, BOB, ERIKA

PLACE = 6


def add_filters(state: State, plan: Sheet) -> None:
    """Add a shared filter, and a filter that only Bob can use."""
    state.ids_given = PLACE * IDS_PER_SHEET
    columns = {column.title: column.id for column in plan.columns}
    status = Criterion(columns["Status"], "IS_ONE_OF", ["In progress", "Blocked"])
    plan.filters.append(SheetFilter(state.new_id(), "Under way", ALICE, [status]))
    crane, costly = (
        Criterion(columns["Equipment"], "CONTAINS", ["Crane"]),
        Criterion(columns["Budget"], "GREATER_THAN", [50_000]),
    )
    plan.filters.append(SheetFilter(state.new_id(), "Costly lifting", BOB, [crane, costly], kind="PERSONAL"))


def add_report(state: State, plan: Sheet, budget: Sheet) -> Report:
    """Add Alice's report, which Bob and Erika can see too."""
    shares = {BOB: Access.VIEWER, ERIKA: Access.ADMIN}
    titles = ["Task", "Status", "Equipment", "Budget", "Amount"]
    sheets = [plan.id, budget.id]
    report = Report(state.new_id(), "Work and costs", ALICE, MONDAY, MONDAY, sheets, titles, shares)
    state.reports_by_id[report.id] = report
    return report
