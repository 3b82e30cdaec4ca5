"""Defines rules. A rule says which rows a person can edit with a form or a view. A form has its rule in
`Meta.row_rule`. A view gets its rule from the decorator `row_rule`.

A rule is a function that takes a baseline and a row. The baseline has the person and the sheet's columns. If the person
can edit the row, the rule returns "". Otherwise it returns a sentence that says why not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseBase

from edits.forms.columns import MissingColumn, find_column, problem_of_column
from edits.gateway.errors import Forbidden, GatewayError
from edits.saving import Baseline, InTransaction, NotRecorded, UpdateRow, is_in_transaction, read, refuse
from edits.sheets.held_values import bare, held, is_same, normal
from edits.sheets.sheet import Json, Row
from edits.widgets.pages import problem_page
from edits.widgets.problems import Doing, Problem, problem_of
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest

P = ParamSpec("P")
Rule = Callable[[Baseline, Row], str]
View = Callable[Concatenate[Any, P], HttpResponseBase]

READING = {"GET", "HEAD", "OPTIONS", "TRACE"}  # the methods that change nothing (RFC 9110, 9.2.1)
NOT_YOURS = "This row isn't yours: the column “{title}” doesn't name you."
ANOTHER_VALUE = "You can't edit rows with this value in the column “{title}”."


class RowForbidden(Forbidden, PermissionDenied):
    """The rule of a form or a view doesn't let the person edit this row. Nothing was sent to Smartsheet. If the person
    has sent a form, the attempt is in the log.

    If a view doesn't catch this exception, Django answers 403. `typed` is a text with what the person typed. The
    exception's message doesn't have this text, because Django logs the message.
    """

    def __init__(self, message: str, *, typed: str = "") -> None:
        super().__init__(message)
        self.typed = typed


def problem_of_row(error: RowForbidden, *, doing: Doing) -> Problem:
    """Return what the page of a form says about a row that the person can't edit."""
    return Problem(
        status=403,
        title="You can't edit this row here",
        happened=f"{error.message} You typed: {error.typed}" if error.typed else error.message,
        saved="Nothing was saved." if error.typed or doing is not Doing.READ else "",
        advice="If you need to edit this row, ask the people who gave you this form.",
    )


def problem_of_view(why: str, *, doing: Doing) -> Problem:
    """Return the problem that a person sees if the decorator `row_rule` doesn't let the person open a view."""
    return Problem(
        status=403,
        title="You can't open this page for this row",
        happened=why,
        saved="" if doing is Doing.READ else "Nothing was changed.",
        advice="If you need this page, ask the people who gave you its address.",
    )


def mine(column: int | str, *, why: str = NOT_YOURS) -> Rule:
    """Return a rule for rows in which this contact column has one of the person's addresses."""

    def rule(baseline: Baseline, row: Row) -> str:
        found = find_column(baseline.sheet, column)
        value = bare(held(row.cell(found)))
        people = {str(one).strip().lower() for one in (value if isinstance(value, list) else [value])}
        return why.format(title=found.title) if people.isdisjoint(baseline.addresses) else ""

    return rule


def having(column: int | str, *values: Json, why: str = ANOTHER_VALUE) -> Rule:
    """Return a rule for rows that have one of these values in this column. The values are in the notation of
    edits.sheets.held_values.
    """

    def rule(baseline: Baseline, row: Row) -> str:
        found = find_column(baseline.sheet, column)
        value = normal(bare(held(row.cell(found))))
        return "" if any(is_same(value, normal(one)) for one in values) else why.format(title=found.title)

    return rule


def all_of(*rules: Rule) -> Rule:
    """Return a rule for rows that fit all of these rules."""
    return lambda baseline, row: next(filter(None, (rule(baseline, row) for rule in rules)), "")


def any_of(first: Rule, *others: Rule) -> Rule:
    """Return a rule for rows that fit at least one of these rules."""

    def rule(baseline: Baseline, row: Row) -> str:
        reasons = [one(baseline, row) for one in (first, *others)]
        return "" if "" in reasons else reasons[0]

    return rule


def row_rule(rule: Rule, *, sheet_id: int | Callable[[], int]) -> Callable[[View[P]], View[P]]:
    """Return a decorator that lets people open a view only for rows that fit the rule. The view must have the keyword
    argument `row_id`, and must not run in a transaction.

    People who aren't connected with Smartsheet are sent to the sign-in. The row is read with the person's own token. If
    the row doesn't fit the rule, the response has the status 403. If the request could have changed something, as a
    POST could, the log shows the attempt. If the row can't be read, a page says why.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapped(request: SmartsheetRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if is_in_transaction():
                raise InTransaction
            row_id = int(str(kwargs["row_id"]))
            try:
                baseline = read(request.user, sheet_id() if callable(sheet_id) else sheet_id, row_ids=[row_id])
                if why := rule(baseline, baseline.row(row_id)):
                    doing = Doing.READ if request.method in READING else Doing.CHANGE
                    if doing is not Doing.READ:
                        refuse(baseline, UpdateRow(row_id, ()), why)
                    return problem_page(request, problem_of_view(why, doing=doing))
            except (GatewayError, NotRecorded) as error:
                return problem_page(request, problem_of(error, doing=Doing.READ))
            except MissingColumn as error:
                return problem_page(request, problem_of_column(error, doing=Doing.READ))
            return view(request, *args, **kwargs)

        return transaction.non_atomic_requests(smartsheet_connected(wrapped))

    return decorate
