"""If a site's code calls a save with wrong arguments, the save is refused before anything is written or sent. The site
can then save the cell with correct arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from audit.models import Entry
from edits.gateway.errors import Contested
from edits.saving import CellChange, InTransaction, Status, UpdateRow, change_cells, save
from tests.edits.saving.conftest import ManyRows

Rows = Callable[[int], ManyRows]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        (math.nan, ValueError),
        (math.inf, ValueError),
        (10**400, ValueError),
        ({"value": math.nan, "hyperlink": None}, ValueError),
        ({"a": 1}, TypeError),
        ({"hyperlink": None}, TypeError),
        ({"value": {}, "hyperlink": None}, TypeError),
        ({"value": "x", "hyperlink": {"url": math.nan}}, TypeError),
        (b"x", TypeError),
        (object(), TypeError),
        (Decimal("1.5"), TypeError),
        (date(2026, 1, 1), TypeError),
        (("a",), TypeError),
        (["a", 1], TypeError),
    ],
)
def test_a_value_that_no_cell_can_have(rows: Rows, user: User, typed: Any, error: type[Exception]) -> None:
    sheet = rows(1)
    place: dict[str, Any] = {"user": user, "sheet_id": sheet.id, "row_id": sheet.row_ids[0], "key": "k"}
    with pytest.raises(error, match="cell"):
        change_cells(**place, cells={"Notes": ("was", typed)})
    assert not Entry.objects.filter(action="change").exists()
    assert change_cells(**place, cells={"Notes": ("was", "new")}).status is Status.SAVED


@pytest.mark.parametrize("shown", [b"was", date(2026, 1, 1), [{1}], {"value": {1: "x"}}, {"a": 1}], ids=repr)
def test_what_was_shown_has_to_be_json(rows: Rows, shown: Any) -> None:
    sheet = rows(1)
    with pytest.raises(TypeError, match=r"shown|cell"):
        save(sheet.read(), sheet.updates(shown=shown))
    assert not Entry.objects.filter(action="change").exists()


@pytest.mark.parametrize("wrong", ["12", None, True, 1.0, 2**63])
def test_an_id_that_no_row_or_column_can_have(rows: Rows, wrong: Any) -> None:
    sheet = rows(1)
    cell = CellChange(sheet.notes, "was", "new")
    for change in (UpdateRow(wrong, (cell,)), UpdateRow(sheet.row_ids[0], (CellChange(wrong, "was", "new"),))):
        with pytest.raises((TypeError, ValueError), match=r"row_id|column_id"):
            save(sheet.read(), [change])
    assert not Entry.objects.filter(action="change").exists()


@pytest.mark.parametrize("typed", ["half \ud83d", ["half \ud83d"], {"value": "half \ud83d", "hyperlink": None}])
def test_half_a_character_is_refused_and_logged(rows: Rows, typed: Any) -> None:
    """A cell's text can be cut off in the middle of a character, and people can copy this text to another cell. The
    save then refuses the text like other wrong input, and doesn't raise an error.
    """
    sheet = rows(1)
    (row,) = save(sheet.read(), [UpdateRow(sheet.row_ids[0], (CellChange(sheet.notes, "was", typed),))]).rows
    assert row.status is Status.FORBIDDEN
    assert "half of a character" in row.message
    assert Entry.objects.get(action="change").phase == "forbidden"
    assert sheet.writes() == []


@pytest.mark.django_db(transaction=True)
def test_a_save_in_a_transaction(rows: Rows) -> None:
    """In a transaction, even a save that would send nothing is refused, because its entries could be rolled back."""
    sheet = rows(1)
    baseline = sheet.read()
    for shown in ("was", "else"):
        with transaction.atomic(), pytest.raises(InTransaction, match="non_atomic_requests"):
            save(baseline, sheet.updates(shown=shown), key="k")
    assert sheet.writes() == []
    assert save(baseline, sheet.updates(), key="k").rows[0].status is Status.SAVED


def test_a_persons_own_save_that_has_not_ended(rows: Rows, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """An earlier save by the same person hasn't ended. The error says that another save was in progress, and doesn't
    say that someone else made it.
    """
    sheet = rows(1)
    cell: dict[int | str, tuple[Any, Any]] = {"Notes": ("was", "new")}
    with monkeypatch.context() as patch:
        patch.setattr("edits.saving.sending.Sending.send", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            change_cells(user=user, sheet_id=sheet.id, row_id=sheet.row_ids[0], cells=cell)
    with pytest.raises(Contested, match="Another save of the same cell or row was in progress"):
        change_cells(user=user, sheet_id=sheet.id, row_id=sheet.row_ids[0], cells=cell)
