"""Access is checked first. So people without access don't learn what else is wrong with their request."""

import re

import pytest

from sandbox.http.operations_table import OPERATIONS
from sandbox.http.routing import Operation
from sandbox.model.access import Access
from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, refusal

ON_SHEETS = [operation for operation in OPERATIONS.values() if "{sheetId}" in operation.path]
BODIES = [None, {}, {"colour": "red"}]


def path_of(operation: Operation, plan: Grid, sheet_id: int) -> str:
    known = {"sheetId": sheet_id, "rowId": plan.row("Core walls"), "columnId": plan.column("Task")}
    return re.sub(r"\{(\w+)[^}]*\}", lambda match: str(known.get(match[1], 1)), operation.path)


@pytest.mark.parametrize("body", BODIES)
def test_a_sheet_that_one_cannot_see_is_not_there(plan: Grid, budget: Grid, as_dora: Client, body: object) -> None:
    for operation in ON_SHEETS:
        for sheet_id in (budget.id, 1):
            answer = as_dora.ask(operation.method, path_of(operation, plan, sheet_id), body)
            assert refusal(answer) == (404, 1006), operation.id


@pytest.mark.parametrize("body", BODIES)
def test_missing_rights_are_reported(
    sandbox: RunningSandbox, plan: Grid, as_charlie: Client, as_dora: Client, as_bob: Client, as_erika: Client,
    body: object,
) -> None:  # fmt: skip
    too_weak = {
        Access.COMMENTER: as_charlie, Access.EDITOR: as_dora, Access.EDITOR_SHARE: as_bob, Access.ADMIN: as_bob,
        Access.OWNER: as_erika,
    }  # fmt: skip
    before = plan.again().body
    for operation in ON_SHEETS:
        if operation.access is not Access.VIEWER:
            client = too_weak[operation.access]
            answer = client.ask(operation.method, path_of(operation, plan, plan.id), body)
            assert refusal(answer) == (403, 1004), operation.id
    assert plan.again().body == before
