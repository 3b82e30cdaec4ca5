"""A large edit is undone in a few calls, and its pages stay short."""

from django.test import Client
from pytest_django import Settings

from edits.saving import CellChange, UpdateRow, save
from tests.edits.test_undoing_edits import Rows, ask, confirm
from tests.edits.test_undoing_edits import rows as rows
from tests.edits.test_undoing_edits import user as user
from tests.running_sandbox import RunningSandbox


def test_5000_cells_are_undone_in_a_few_calls_on_short_pages(
    browser: Client, rows: Rows, sandbox: RunningSandbox, settings: Settings
) -> None:
    settings.SMARTSHEET_DEADLINE = 120.0  # a busy machine is slow
    sheet = rows(1_000)
    columns = [sheet.task, sheet.notes, sheet.done]
    names = [f"More {n}" for n in range(2)]
    new = [{"title": name, "type": "TEXT_NUMBER", "index": 3} for name in names]
    columns += [column["id"] for column in sheet.call("POST", f"/sheets/{sheet.id}/columns", new)["result"]]
    shown = {sheet.notes: "was"}
    changes = [
        UpdateRow(
            row_id,
            tuple(
                CellChange(
                    column,
                    f"row {n}" if column == sheet.task else shown.get(column),
                    column == sheet.done or f"new {n}",
                )
                for column in columns
            ),
        )
        for n, row_id in enumerate(sheet.row_ids)
    ]
    result = save(sheet.read(), changes)
    assert result.saved_cells == 5_000
    path = f"/sheets/undo/edit/{result.edit_ids[0]}/"
    sandbox.forget_requests()
    page = ask(browser, path)
    assert "Put back the old values of 5,000 cells" in page.text
    assert "These are the first 50." in page.text
    assert len(page.html) < 60_000
    reads = len(sandbox.requests(path="/sheets/"))
    assert reads <= 3
    page = confirm(browser, path)
    assert "Undone: 5,000 cells have their old values again" in page.text
    assert len(sheet.writes()) == 2
    assert sheet.notes_now() == ["was"] * 1_000
