"""Programs read what changed in a sheet since they last read the sheet. They also read the history of a cell."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from api import cursors
from api.rows import row_answers
from edits.sheets.sheet import Column, Sheet
from tests.api.caller import Caller
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

DIG = "Dig foundations"
PLAIN = "Snagging list"  # no formulas


def test_nothing_changed(caller: Caller, plan: SitePlan) -> None:
    cursor = caller.get(f"/sheets/{plan.id}", page_size=1)["cursor"]
    plan.sandbox.forget_requests()
    changes = caller.get(f"/sheets/{plan.id}/changes", since=cursor)
    assert changes == {
        "cursor": cursor, "is_changed": False, "is_whole": False, "sheet": None, "row_ids": None, "parent_ids": None,
        "writers": {}, "logged": [],
    }  # fmt: skip
    assert [request["path"] for request in plan.sandbox.requests()] == [f"/2.0/sheets/{plan.id}/version"]


@pytest.mark.parametrize(
    ("modified_at", "is_given"),
    [
        ("2026-11-30T11:54:59Z", False),
        ("2026-11-30T11:55:00Z", True),  # a few minutes more than needed
        ("2026-11-30T13:00:00Z", True),
        (None, True),
    ],
)
def test_rows_that_were_modified(modified_at: str | None, is_given: bool) -> None:
    sheet = Sheet.parse({"id": 4, "version": 5, "modifiedAt": "2026-11-30T12:00:00Z"})
    assert cursors.after(sheet).may_not_know(modified_at) is is_given


TASK, BUDGET, NOTES = {"title": "Task", "primary": True}, {"title": "Budget"}, {"title": "Notes"}


@pytest.mark.parametrize(
    ("cell", "column", "has_digest"),
    [
        ({"value": 3}, BUDGET, False),
        ({"value": 3, "formula": "=1+2"}, BUDGET, True),
        ({"value": 3, "linkInFromCell": {"sheetId": 7}}, BUDGET, True),
        ({"value": 3}, {**BUDGET, "formula": "=1+2"}, True),
        ({"value": 3}, {**BUDGET, "type": "PREDECESSOR"}, True),
    ],
)
def test_cells_that_change_without_their_row_have_a_digest(
    cell: dict[str, Any], column: dict[str, Any], has_digest: bool
) -> None:
    columns = [Column.parse({**one, "id": number}) for number, one in enumerate([TASK, column, NOTES])]
    cells = [{"columnId": 0, "value": "Dig"}, {"columnId": 1, **cell}, {"columnId": 2, "value": "Rock"}]

    def digest(**more: Any) -> str | None:
        row = {"id": 3, "rowNumber": 1, "cells": [cells[0], {**cells[1], **more}, cells[2]]}
        return next(row_answers([row], columns))[-1]

    assert (digest() is not None) is has_digest
    assert digest() == digest()
    assert (digest() != digest(value=4)) is has_digest


def test_a_row_that_changed_is_given(caller: Caller, plan: SitePlan) -> None:
    cursor = caller.get(f"/sheets/{plan.id}")["cursor"]
    plan.write(DIG, Notes="Rock")
    changes = caller.get(f"/sheets/{plan.id}/changes", since=cursor)
    assert (changes["is_changed"], changes["is_whole"]) == (True, False)
    (row,) = [row for row in changes["sheet"]["rows"] if row[0] == str(plan.rows[DIG])]
    assert "Rock" in row[4]
    assert caller.get(f"/sheets/{plan.id}/changes", since=changes["cursor"])["is_changed"] is False


def test_of_rows_with_formulas_those_that_differ_are_given(caller: Caller, plan: SitePlan, alice: Person) -> None:
    plan.write(DIG, Notes="Clay")  # a change is returned again if it has the same time as the last known change
    known = digests_of(caller, plan.id)
    assert len(known["digests"]) == len(plan.rows)
    plan.write(DIG, Budget=38_001)
    changes = caller.post(f"/sheets/{plan.id}/changes", known, key=None)
    given = {row[0] for row in changes["sheet"]["rows"]}
    row = str(plan.rows[DIG])
    parents = {one[0]: one[2] for one in caller.get(f"/sheets/{plan.id}")["rows"]}
    # Formulas of the rows above use the row, but Smartsheet doesn't mark these rows as modified.
    assert given == {row, parents[row], parents[parents[row]]}
    assert set(changes["writers"]) == {row}
    assert (changes["writers"][row]["email"], changes["is_whole"]) == (alice.email, False)
    assert len(caller.get(f"/sheets/{plan.id}/changes", since=known["since"])["sheet"]["rows"]) == len(plan.rows)


def test_a_row_whose_digest_is_unknown_is_given(caller: Caller, plan: SitePlan) -> None:
    plan.write(DIG, Notes="Clay")
    known = digests_of(caller, plan.id)
    last = str(plan.rows[list(plan.rows)[-1]])
    del known["digests"][last]
    plan.write(DIG, Notes="Rock")
    changes = caller.post(f"/sheets/{plan.id}/changes", known, key=None)
    assert {row[0] for row in changes["sheet"]["rows"]} == {str(plan.rows[DIG]), last}


def test_without_formulas_only_the_modified_rows_are_read(caller: Caller, sandbox: RunningSandbox, bob: Person) -> None:
    plan = SitePlan(sandbox, bob, PLAIN)
    known = digests_of(caller, plan.id)
    assert known["digests"] == {}
    first, second, *_, last = plan.rows
    column = next(iter(plan.columns))
    plan.write(first, **{column: "Changed"})
    sandbox.call(bob, "PUT", f"/sheets/{plan.id}/rows", [{"id": plan.rows[second], "parentId": plan.rows[first]}])
    plan.delete(last)
    sandbox.forget_requests()
    changes = caller.post(f"/sheets/{plan.id}/changes", known, key=None)
    ids = [str(row_id) for row_id in plan.rows.values()]
    assert changes["row_ids"] == ids[:-1]
    assert changes["parent_ids"][:2] == [None, ids[0]]
    assert ids[0] in {row[0] for row in changes["sheet"]["rows"]} <= {ids[0], ids[1]}
    assert changes["writers"][ids[0]]["email"] == bob.email
    assert changes["sheet"]["total_rows"] == len(ids) - 1
    queries = [request["query"] for request in sandbox.requests()]
    assert len(queries) == 3
    assert "rowsModifiedSince=" in queries[1]
    assert f"columnIds={next(iter(plan.columns.values()))}" in queries[2]
    assert caller.get(f"/sheets/{plan.id}/version") == {"version": changes["sheet"]["version"]}


def test_only_columns_with_formulas_are_read_of_all_rows(caller: Caller, plan: SitePlan, alice: Person) -> None:
    plan.write(DIG, Notes="Clay")
    copy = Copy(caller, plan.id)
    plan.write(DIG, Budget=38_001)
    known = copy.known()
    plan.sandbox.forget_requests()
    changes = caller.post(f"/sheets/{plan.id}/changes", known, key=None)
    whole, narrow = plan.sandbox.requests()
    assert f"columnIds={','.join(copy.calculated)}" in whole["query"].replace("%2C", ",")
    row = str(plan.rows[DIG])
    parents = {one[0]: one[2] for one in copy.rows.values()}
    given = {row, parents[row], parents[parents[row]]}
    assert {one[0] for one in changes["sheet"]["rows"]} == given
    assert all(one in narrow["query"] for one in given)
    assert (set(changes["writers"]), changes["writers"][row]["email"]) == ({row}, alice.email)
    copy.take_over(changes)
    assert copy.is_exact()


def test_a_copy_stays_exact(caller: Caller, plan: SitePlan, alice: Person) -> None:
    """The sheet has formulas. Whatever Alice changes in the sheet, the program's copy still equals the sheet."""
    copy = Copy(caller, plan.id)
    chance = Random(7)
    path = f"/sheets/{plan.id}"

    def last_row() -> int:
        number: int = plan.sandbox.sheet(alice, plan.name)["rows"][-1]["id"]
        return number

    def delete_a_column() -> None:
        plan.sandbox.call(alice, "DELETE", f"{path}/columns/{copy.calculated[0]}")

    ways: list[Callable[[], object]] = [
        lambda: plan.write(chance.choice(list(plan.rows)), Budget=chance.randint(1, 99)),
        lambda: plan.write(chance.choice(list(plan.rows)), Notes=f"note {chance.random()}"),
        lambda: plan.sandbox.call(alice, "POST", f"{path}/rows", [{"toTop": True, "cells": []}]),
        lambda: plan.sandbox.call(
            alice, "PUT", f"{path}/rows", [{"id": plan.rows[chance.choice([DIG, "Drainage runs"])], "toBottom": True}]
        ),
        lambda: plan.sandbox.call(
            alice, "PUT", f"{path}/rows",
            [{"id": plan.rows["Pour slab"], "cells": [{"columnId": plan.columns["Spent"], "formula": "=1+2"}]}],
        ),
        lambda: plan.sandbox.call(
            alice, "PUT", f"{path}/columns/{plan.columns['Notes']}", {"title": f"Notes {chance.random()}"}
        ),
        lambda: plan.sandbox.call(alice, "DELETE", f"{path}/rows?ids={last_row()}"),
    ]  # fmt: skip
    for way in [*ways[:5], *chance.choices(ways[:5], k=15), *ways[5:], delete_a_column, *ways[2:4]]:
        way()
        copy.take_over(caller.post(f"/sheets/{plan.id}/changes", copy.known(), key=None))
        assert copy.is_exact()


def test_after_many_rows_changed_they_are_read_by_their_time(
    caller: Caller, sandbox: RunningSandbox, bob: Person
) -> None:
    columns = [{"title": "A", "type": "TEXT_NUMBER", "primary": True}, {"title": "B", "type": "TEXT_NUMBER"}]
    sheet = sandbox.call(bob, "POST", "/sheets", {"name": "Many", "columns": columns})["result"]
    first, second = (column["id"] for column in sheet["columns"])
    path = f"/sheets/{sheet['id']}/rows"
    rows = [{"toBottom": True, "cells": [{"columnId": first, "value": number}]} for number in range(450)]
    ids = [row["id"] for row in sandbox.call(bob, "POST", path, rows)["result"]]
    copy = Copy(caller, sheet["id"])
    sandbox.call(bob, "PUT", path, [{"id": one, "cells": [{"columnId": second, "value": "x"}]} for one in ids])
    known = copy.known()
    sandbox.forget_requests()
    copy.take_over(caller.post(f"/sheets/{sheet['id']}/changes", known, key=None))
    assert copy.is_exact()
    queries = [request["query"] for request in sandbox.requests()[:2]]
    assert "columnIds=" in queries[0]
    assert "rowsModifiedSince=" in queries[1]


class Copy:
    """A program's copy of a sheet. The program requests the sheet's changes and applies them to the copy, as the grid
    does.
    """

    def __init__(self, caller: Caller, sheet_id: int) -> None:
        self.caller, self.id = caller, sheet_id
        self._read()

    def _read(self) -> None:
        self.sheet = self.caller.get(f"/sheets/{self.id}")
        self.rows = {row[0]: row for row in self.sheet["rows"]}

    @property
    def calculated(self) -> list[str]:
        """The ids of the columns that have formulas or cell links. If there are none, the id of the first column."""
        columns = self.sheet["columns"]
        found = [
            column["id"]
            for place, column in enumerate(columns)
            if column["formula"]
            or any(
                isinstance(row[4][place], dict) and {"formula", "is_link"} & set(row[4][place])
                for row in self.rows.values()
            )
        ]
        return found or [columns[0]["id"]]

    def known(self) -> dict[str, Any]:
        digests = {row[0]: row[-1] for row in self.rows.values() if row[-1] is not None}
        version = self.caller.get(f"/sheets/{self.id}/version")["version"]
        return {"since": self.sheet["cursor"], "digests": digests, "columns": self.calculated, "version": version}

    def take_over(self, changes: dict[str, Any]) -> None:
        if not changes["is_changed"]:
            return
        self.sheet = changes["sheet"]
        rows = (self.rows if not changes["is_whole"] else {}) | {row[0]: row for row in self.sheet["rows"]}
        self.rows = {}
        for row_id, parent in zip(changes["row_ids"], changes["parent_ids"], strict=True):
            row = rows[row_id]
            self.rows[row_id] = [row[0], 0, parent, *row[3:]]

    def is_exact(self) -> bool:
        """Whether the copy equals the sheet as it is now."""
        now = self.caller.get(f"/sheets/{self.id}")
        rows = [[row[0], 0, *row[2:]] for row in now["rows"]]
        return now["columns"] == self.sheet["columns"] and rows == [[row[0], 0, *row[2:]] for row in self.rows.values()]


def digests_of(caller: Caller, sheet_id: int) -> dict[str, Any]:
    """Read the whole sheet. Return the sheet's cursor and the digest of each row. A program sends these later, to get
    what has changed in the sheet since then.
    """
    sheet = caller.get(f"/sheets/{sheet_id}")
    return {"since": sheet["cursor"], "digests": {row[0]: row[-1] for row in sheet["rows"] if row[-1] is not None}}


def test_the_log_says_who_changed_which_cell(caller: Caller, plan: SitePlan, bob: Person) -> None:
    cursor = caller.get(f"/sheets/{plan.id}")["cursor"]
    row, notes = str(plan.rows[DIG]), str(plan.columns["Notes"])
    cell = {"column_id": notes, "shown": None, "value": "Rock"}
    caller.save(plan.id, {"do": "update", "row_id": row, "cells": [cell]})
    wrong = {"column_id": str(plan.columns["Remaining"]), "shown": 16_500, "value": 1}
    caller.save(plan.id, {"do": "update", "row_id": row, "cells": [wrong]}, status=403)
    (logged,) = caller.get(f"/sheets/{plan.id}/changes", since=cursor)["logged"]
    assert logged.pop("at")
    assert logged == {"row_id": row, "column_id": notes, "name": bob.name, "email": bob.email, "is_me": True}


def test_rows_that_are_gone_are_missing_in_the_order(caller: Caller, plan: SitePlan) -> None:
    last = list(plan.rows)[-1]
    cursor = caller.get(f"/sheets/{plan.id}")["cursor"]
    plan.delete(last)
    row_ids = caller.get(f"/sheets/{plan.id}/changes", since=cursor)["row_ids"]
    assert row_ids == [str(row_id) for row_id in list(plan.rows.values())[:-1]]


def test_other_columns_give_the_whole_sheet(caller: Caller, plan: SitePlan) -> None:
    cursor = caller.get(f"/sheets/{plan.id}")["cursor"]
    column = {"title": "Weather", "type": "TEXT_NUMBER", "index": 1}
    plan.sandbox.call(plan.person, "POST", f"/sheets/{plan.id}/columns", column)
    changes = caller.get(f"/sheets/{plan.id}/changes", since=cursor)
    assert changes["is_whole"]
    assert len(changes["sheet"]["rows"]) == len(plan.rows)


@pytest.mark.parametrize("cursor", ["", "1", "1-2-3", "x-1-0123456789abcdef", "1-1-0123456789ABCDEF"])
def test_cursors_that_are_none(caller: Caller, plan: SitePlan, cursor: str) -> None:
    caller.get(f"/sheets/{plan.id}/changes", since=cursor, status=422)


def test_the_history_of_a_cell(caller: Caller, plan: SitePlan, alice: Person) -> None:
    plan.write(DIG, Notes="Rock")
    plan.write(DIG, Notes="Clay")
    path = f"/sheets/{plan.id}/rows/{plan.rows[DIG]}/columns/{plan.columns['Notes']}/history"
    history = caller.get(path)
    assert [(state["value"], state["email"]) for state in history["states"]][:2] == [
        ("Clay", alice.email), ("Rock", alice.email),
    ]  # fmt: skip
    assert history["has_more"] is False
    caller.get(path.replace(str(plan.rows[DIG]), "17"), status=404)
