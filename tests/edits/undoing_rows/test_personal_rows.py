"""If rows of a sheet with personal columns are deleted and restored, no formula gets into the log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.saving import undo
from edits.sheets.personal_columns import PersonalColumn, forget
from tests.edits.saving.conftest import ManyRows
from tests.edits.undoing_rows.steps import FORMULA, ask, confirm, delete, path_of, put, undoings
from tests.running_sandbox import Person, RunningSandbox


@pytest.fixture
def sheet(sandbox: RunningSandbox, bob: Person, browser: Client) -> Iterator[ManyRows]:
    """A sheet with three rows. Row 2 has a formula in the notes."""
    sheet = ManyRows(sandbox, bob, User.objects.get(smartsheet__smartsheet_id=bob.id), 3)
    put(sheet, 2, cells=[{"columnId": sheet.notes, "formula": FORMULA}])
    yield sheet
    forget()  # a personal column is rolled back, but stays in the cache


def make_notes_personal(sheet: ManyRows) -> None:
    region = sheet.read([]).actor.region
    PersonalColumn.objects.create(region=region, sheet_id=sheet.id, column_id=sheet.notes)


def test_a_deleted_row_keeps_only_its_place(browser: Client, sheet: ManyRows) -> None:
    make_notes_personal(sheet)
    (entry,) = delete(sheet, 2)
    assert entry.evidence
    assert "formula" not in entry.evidence
    assert '"siblingId"' in entry.evidence
    assert undo.PERSONAL in ask(browser, path_of(entry)).text


def test_a_row_that_was_deleted_before_is_restored_without_its_formula_in_the_log(
    browser: Client, sheet: ManyRows
) -> None:
    (entry,) = delete(sheet, 2)
    assert "@row" in (entry.evidence or "")
    make_notes_personal(sheet)
    confirm(browser, path_of(entry))
    (restored,) = undoings()
    assert restored.is_applied
    assert "@row" not in (restored.intent.evidence or "")
