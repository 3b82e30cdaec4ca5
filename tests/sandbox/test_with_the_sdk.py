"""Smartsheet's own Python SDK works with the sandbox and returns its typed models."""

from collections.abc import Iterator

import pytest
import smartsheet
from smartsheet.exceptions import ApiError

from tests.running_sandbox import Person, RunningSandbox

# The SDK sets TLS options in a deprecated way, which warns.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.OP_NO_SSL:DeprecationWarning")


@pytest.fixture
def sdk(sandbox: RunningSandbox, bob: Person) -> Iterator[smartsheet.Smartsheet]:
    client = smartsheet.Smartsheet(access_token=bob.token, api_base=sandbox.api, user_agent="tests")
    client.errors_as_exceptions()
    yield client
    client._session.close()


def test_it_reads_people_and_sheets(sdk: smartsheet.Smartsheet, bob: Person) -> None:
    me = sdk.Users.get_current_user()
    assert (me.id, me.first_name, me.account.name) == (bob.id, "Bob", "Northside Construction")
    listed = sdk.Sheets.list_sheets(include_all=True).data
    plan = sdk.Sheets.get_sheet(next(sheet.id for sheet in listed if sheet.name == "Site plan"), level=2)
    assert str(plan.access_level) == "EDITOR"
    assert plan.rows[2].parent_id == plan.rows[1].id


def test_it_adds_updates_and_deletes_a_row(sdk: smartsheet.Smartsheet) -> None:
    listed = sdk.Sheets.list_sheets(include_all=True).data
    plan = sdk.Sheets.get_sheet(next(sheet.id for sheet in listed if sheet.name == "Site plan"))
    task = plan.columns[0].id
    row = smartsheet.models.Row({"toTop": True, "cells": [{"columnId": task, "value": "From the SDK"}]})
    added = sdk.Sheets.add_rows(plan.id, [row]).result[0]
    change = smartsheet.models.Row({"id": added.id, "cells": [{"columnId": task, "value": "Changed"}]})
    assert sdk.Sheets.update_rows(plan.id, [change]).message == "SUCCESS"
    history = sdk.Cells.get_cell_history(plan.id, added.id, task).data
    assert [entry.value for entry in history] == ["Changed", "From the SDK"]
    assert history[0].modified_by.name == "Bob Baker"
    assert [deleted.value for deleted in sdk.Sheets.delete_rows(plan.id, [added.id]).result] == [added.id]


def test_it_understands_a_refusal(sdk: smartsheet.Smartsheet) -> None:
    with pytest.raises(ApiError) as refused:
        sdk.Sheets.get_sheet(42)
    assert (refused.value.error.result.status_code, refused.value.error.result.code) == (404, 1006)
