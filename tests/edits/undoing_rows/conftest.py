"""Bob has a sheet whose rows have a hierarchy, a formula and formats."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.edits.saving.conftest import ManyRows
from tests.edits.undoing_rows.steps import FORMULA, RED, Rows, put
from tests.running_sandbox import Person, RunningSandbox


@pytest.fixture
def user(browser: Client, bob: Person) -> User:
    return User.objects.get(smartsheet__smartsheet_id=bob.id)


@pytest.fixture
def rows(sandbox: RunningSandbox, bob: Person, user: User) -> Rows:
    return lambda count: ManyRows(sandbox, bob, user, count)


@pytest.fixture
def sheet(rows: Rows) -> ManyRows:
    """A sheet with the rows 0 to 5. Rows 2 and 4 are child rows of row 1, and row 3 is a child row of row 2. Row 2 has
    a formula.
    """
    sheet = rows(6)
    put(sheet, 2, parentId=sheet.row_ids[1])
    put(sheet, 4, parentId=sheet.row_ids[1], toBottom=True)
    put(sheet, 3, parentId=sheet.row_ids[2])
    put(sheet, 2, cells=[{"columnId": sheet.notes, "formula": FORMULA, "format": RED}], expanded=False)
    put(sheet, 4, format=RED)
    return sheet
