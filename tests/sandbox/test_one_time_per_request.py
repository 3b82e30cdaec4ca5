"""All changes of a request have the same time, even if the next second begins during the request."""

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from sandbox import clock
from sandbox.model.access import Access
from sandbox.model.cell_parsing import Writing
from sandbox.model.row_change import add_rows, read_edits, update_rows
from sandbox.seed import seeded
from sandbox.settings import Settings


class Ticking(datetime):
    """A clock that is one second later each time it is read."""

    times = iter(range(10_000))

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Ticking":
        return cls(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=next(cls.times))


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch) -> Writing:
    state = seeded(Settings())
    sheet = next(iter(state.sheets.values()))
    monkeypatch.setattr(clock, "datetime", Ticking)
    return Writing(state, sheet, next(iter(state.people.values())), Access.OWNER)


def test_new_rows_are_as_old_as_the_sheet(writing: Writing) -> None:
    edits, _ = read_edits(writing, [{"toBottom": True}, {"toBottom": True}], adding=True, partial=False, most=0)
    rows = add_rows(writing, edits, most_rows=0, most_cells=0)
    assert {row.created_at for row in rows} == {writing.sheet.modified_at}


def test_changed_cells_are_as_old_as_their_row_and_the_sheet(writing: Writing) -> None:
    column = next(column for column in writing.sheet.columns if column.type == "TEXT_NUMBER")
    cells = [{"columnId": column.id, "value": "later"}]
    items = [{"id": row.id, "cells": cells} for row in writing.sheet.rows[:2]]
    edits, _ = read_edits(writing, items, adding=False, partial=False, most=0)
    rows = update_rows(writing, edits)
    written = {row.history[column.id][-1].at for row in rows}
    assert written == {row.modified_at for row in rows} == {writing.sheet.modified_at}
