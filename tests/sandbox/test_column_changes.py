"""Adding, changing, moving and deleting columns."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.conftest import sheet_id
from tests.sandbox.signing import register, sign_in

TASK = "Drainage runs"


def columns_of(grid: Grid) -> str:
    return f"{grid.path}/columns"


def add(grid: Grid, *definitions: dict[str, Any]) -> Any:
    answer = grid.client.ask("POST", columns_of(grid), list(definitions))
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def change(grid: Grid, of: str, /, **attributes: Any) -> Any:
    answer = grid.client.ask("PUT", f"{columns_of(grid)}/{grid.column(of)}", attributes)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def titles(grid: Grid) -> list[str]:
    return [column["title"] for column in grid.again().body["columns"]]


def test_columns_are_inserted_side_by_side(budget: Grid) -> None:
    before = budget.body["version"]
    added = add(budget, {"title": "One", "type": "DATE", "index": 1}, {"title": "Two", "type": "CHECKBOX", "index": 1})
    assert [(column["title"], column["index"]) for column in added] == [("One", 1), ("Two", 2)]
    assert titles(budget) == ["Line", "One", "Two", "Amount", "Approved", "Approved on"]
    assert budget.again().body["version"] == before + 1
    assert set(budget.again().cell("Services", "One")) == {"columnId"}


def test_one_column_is_answered_by_one(budget: Grid) -> None:
    definition = {"title": "Kind", "type": "MULTI_PICKLIST", "options": ["a", "b"], "index": 99}
    answer = budget.client.ask("POST", columns_of(budget), definition).json()["result"]
    assert (answer["title"], answer["type"], answer["options"], answer["index"]) == (
        "Kind",
        "MULTI_PICKLIST",
        ["a", "b"],
        4,
    )


def test_a_column_formula_fills_all_rows(budget: Grid) -> None:
    add(budget, {"title": "Double", "type": "TEXT_NUMBER", "index": 2, "formula": "=Amount@row * 2"})
    assert budget.again().cell("Finishes", "Double")["value"] == 192_800
    refused = budget.again().put("Finishes", {"title": "Double", "value": 1})
    assert refusal(refused) == (400, 1302)


def test_numbers_are_given_to_the_rows_that_are_there(budget: Grid) -> None:
    form = {"prefix": "B-", "fill": "00", "startingNumber": 5}
    add(budget, {"title": "No.", "systemColumnType": "AUTO_NUMBER", "autoNumberFormat": form, "index": 0})
    numbers = [budget.again().cell(line, "No.")["value"] for line in budget.tasks()]
    assert numbers == ["B-05", "B-06", "B-07", "B-08", "B-09", "B-10"]
    budget.again().post({"title": "Line", "value": "Late"})
    assert budget.again().cell("Late", "No.")["value"] == "B-11"


@pytest.mark.parametrize(
    ("definitions", "status", "code"),
    [
        ([{"title": "New", "type": "DATE"}], 400, 1012),
        ([{"type": "DATE", "index": 0}], 400, 1012),
        ([{"title": "New", "type": "DATE", "index": -1}], 400, 1031),
        ([{"title": "New", "type": "DATE", "index": 0}, {"title": "Newer", "type": "DATE", "index": 1}], 400, 1135),
        ([{"title": "New", "type": "DATE", "index": 0}] * 2, 400, 1133),
        ([{"title": "Amount", "type": "DATE", "index": 0}], 400, 1056),
        ([{"title": "New", "type": "TEXT_NUMBER", "primary": True, "index": 0}], 400, 1055),
        ([{"title": "New", "type": "PREDECESSOR", "index": 0}], 400, 1142),
        ([{"title": name, "systemColumnType": "CREATED_BY", "index": 0} for name in "ab"], 400, 1134),
        ([], 400, 1012),
        (["New"], 400, 1008),
        ([{"title": "New", "type": "DATE", "index": "0"}], 400, 1008),
        ([{"title": "New", "type": "DATETIME", "index": 0}], 400, 1089),
        ([{"title": "New", "type": "NUMBER", "index": 0}], 400, 1031),
        ([{"title": "New", "type": "DATE", "index": 0, "options": ["a"]}], 400, 1060),
        ([{"title": "New", "type": "PICKLIST", "index": 0, "options": ["a"], "symbol": "RYG"}], 400, 1059),
        ([{"title": "New", "type": "PICKLIST", "index": 0, "symbol": "FLAG"}], 400, 1058),
        ([{"title": "New", "type": "DATE", "index": 0, "systemColumnType": "CREATED_BY"}], 400, 1079),
        ([{"title": "New", "type": "DATE", "index": 0, "autoNumberFormat": {"fill": "00"}}], 400, 1083),
        (
            [{"title": "New", "systemColumnType": "AUTO_NUMBER", "index": 0, "autoNumberFormat": {"fill": "1"}}],
            400,
            1084,
        ),
        ([{"title": "New", "systemColumnType": "AUTO_NUMBER", "index": 0, "formula": "=1"}], 400, 1303),
        ([{"title": "New", "type": "TEXT_NUMBER", "index": 0, "formula": "1 + 1"}], 400, 1162),
        ([{"title": "New", "type": "TEXT_NUMBER", "index": 0, "validation": True}], 400, 1210),
        ([{"title": "New", "type": "CONTACT_LIST", "index": 0, "contactOptions": ["Bob"]}], 400, 1008),
        ([{"title": "New", "type": "CONTACT_LIST", "index": 0, "contactOptions": [{"email": "Bob"}]}], 400, 1156),
        ([{"title": "New", "type": "DATE", "index": 0, "lockedForUser": True}], 400, 1032),
    ],
)
def test_an_invalid_column_is_refused(budget: Grid, definitions: Any, status: int, code: int) -> None:
    assert refusal(budget.client.ask("POST", columns_of(budget), definitions)) == (status, code)
    assert titles(budget) == ["Line", "Amount", "Approved", "Approved on"]


def test_a_second_system_column_is_refused(plan: Grid) -> None:
    definition = {"title": "Also created", "systemColumnType": "CREATED_DATE", "index": 0}
    assert refusal(plan.client.ask("POST", columns_of(plan), definition)) == (400, 1077)


def test_only_admins_change_columns(bobs_plan: Grid) -> None:
    definition = {"title": "New", "type": "DATE", "index": 0}
    path = f"{columns_of(bobs_plan)}/{bobs_plan.column('Notes')}"
    assert refusal(bobs_plan.client.ask("POST", columns_of(bobs_plan), definition)) == (403, 1004)
    assert refusal(bobs_plan.client.ask("PUT", path, {"title": "Remarks"})) == (403, 1004)
    assert refusal(bobs_plan.client.ask("DELETE", path)) == (403, 1004)


def test_a_column_is_renamed_and_moved(budget: Grid) -> None:
    shown = change(budget, "Approved on", title="Signed on", index=1, width=120, description="By the client")
    assert (shown["title"], shown["index"], shown["width"], shown["type"]) == ("Signed on", 1, 120, "DATE")
    assert titles(budget) == ["Line", "Signed on", "Amount", "Approved"]
    assert [cell["columnId"] for cell in budget.again().rows["Services"]["cells"]] == [
        column["id"] for column in budget.again().body["columns"]
    ]


def test_another_type_converts_the_cells(plan: Grid) -> None:
    cell = plan.cell("Dig foundations", "Start")
    change(plan, "Start", type="TEXT_NUMBER")
    assert plan.again().cell("Dig foundations", "Start")["displayValue"] == cell["value"]
    change(plan, "Responsible", type="MULTI_CONTACT_LIST")
    responsible = plan.again().cell("Dig foundations", "Responsible")
    assert responsible["objectValue"]["values"][0]["email"] == "bob@example.com"
    change(plan, "Equipment", type="TEXT_NUMBER")
    equipment = plan.again().cell("Dig foundations", "Equipment")
    assert equipment["value"] == equipment["displayValue"] == "Excavator, Lorry"
    assert equipment["objectValue"] == "Excavator, Lorry"
    change(plan, "Status", type="MULTI_PICKLIST", options=["Complete", "Late"])
    assert plan.again().cell("Dig foundations", "Status")["objectValue"]["objectType"] == "MULTI_PICKLIST"


def test_a_text_becomes_what_it_reads_as(budget: Grid) -> None:
    change(budget, "Approved on", type="TEXT_NUMBER")
    budget.again().put("Services", {"title": "Approved on", "value": "not yet"})
    change(budget, "Approved on", type="DATE")
    assert budget.again().cell("Structure", "Approved on")["value"] == "2025-11-14"
    assert budget.again().cell("Services", "Approved on")["value"] == "not yet"


def test_another_type_lifts_the_validation(budget: Grid) -> None:
    assert change(budget, "Approved on", validation=True)["validation"] is True
    refused = budget.put("Services", {"title": "Approved on", "value": "soon", "strict": False})
    assert refusal(refused) == (400, 1042)
    assert change(budget, "Approved on", type="TEXT_NUMBER")["validation"] is False
    assert budget.put("Services", {"title": "Approved on", "value": "soon"}).status_code == 200


def test_options_and_symbols_take_turns(plan: Grid) -> None:
    shown = change(plan, "Status", type="PICKLIST", symbol="HARVEY_BALLS")
    assert shown["symbol"] == "HARVEY_BALLS"
    assert "options" not in shown
    shown = change(plan, "Status", type="PICKLIST", options=["Open", "Shut"])
    assert shown["options"] == ["Open", "Shut"]
    assert "symbol" not in shown


def test_a_column_formula_is_put_in_and_taken_out(budget: Grid) -> None:
    change(budget, "Amount", formula="=1 + 1")
    assert budget.again().cell("Services", "Amount")["value"] == 2
    assert "formula" not in change(budget, "Amount", formula="")
    assert budget.again().put("Services", {"title": "Amount", "value": 7}).status_code == 200


@pytest.mark.parametrize(
    ("title", "attributes", "code"),
    [
        ("Amount", {"options": ["1"]}, 1090),
        ("Amount", {"symbol": "FLAG"}, 1090),
        ("Amount", {"title": "Line"}, 1056),
        ("Amount", {"index": -1}, 1031),
        ("Amount", {"primary": True}, 1055),
        ("Amount", {"id": 1}, 1032),
        ("Amount", {"title": ""}, 1012),
        ("Amount", {"width": -1}, 1031),
        ("Amount", {"type": "ABSTRACT_DATETIME"}, 1142),
        ("Amount", {"type": "DATE", "contactOptions": [{"email": "bob@example.com"}]}, 1032),
        ("Amount", {"type": "CHECKBOX", "symbol": "RYG"}, 1058),
        ("Line", {"type": "DATE"}, 1057),
        ("Line", {"colour": "red"}, 1008),
        ("Line", {"title": "x" * 51}, 1041),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(budget: Grid, title: str, attributes: Any, code: int) -> None:
    answer = budget.client.ask("PUT", f"{columns_of(budget)}/{budget.column(title)}", attributes)
    assert refusal(answer) == (400, code)
    assert budget.again().body["columns"] == budget.body["columns"]


def test_numbering_continues_unless_a_start_is_given(plan: Grid) -> None:
    change(plan, "No.", autoNumberFormat={"prefix": "N", "suffix": "-{YY}"})
    plan.post({"title": "Task", "value": "next"})
    change(plan, "No.", autoNumberFormat={"startingNumber": 500})
    plan.post({"title": "Task", "value": "fresh"})
    numbers = [plan.again().cell(task, "No.")["value"] for task in ("Groundworks", "next", "fresh")]
    assert numbers == ["SP-001", f"N{len(plan.body['rows']) + 1}-{datetime.now(UTC):%y}", 500]


def test_a_column_is_locked_and_hidden(plan: Grid, as_bob: Client) -> None:
    shown = change(plan, "Notes", locked=True, hidden=True)
    assert shown["locked"] is shown["hidden"] is True
    assert plan.again(as_bob).columns["Notes"]["lockedForUser"] is True
    assert refusal(plan.again(as_bob).put("Roof", {"title": "Notes", "value": "x"})) == (403, 1039)
    assert "locked" not in change(plan, "Notes", locked=False, hidden=False)
    assert plan.again(as_bob).put("Roof", {"title": "Notes", "value": "x"}).status_code == 200


def test_changing_columns_needs_the_scope_for_it(
    sandbox: RunningSandbox, client_of: Callable[[str], Client], budget: Grid, alice: Person
) -> None:
    register(sandbox)
    path = f"{columns_of(budget)}/{budget.column('Amount')}"
    writer = client_of(sign_in(sandbox, alice, scope="READ_SHEETS WRITE_SHEETS")["access_token"])
    assert refusal(writer.ask("PUT", path, {"width": 90})) == (403, 1004)
    admin = client_of(sign_in(sandbox, alice, scope="ADMIN_SHEETS")["access_token"])
    assert admin.ask("PUT", path, {"width": 90}).status_code == 200


def test_a_sheet_has_400_columns_and_no_more(as_alice: Client) -> None:
    sheet = Grid(as_alice, sheet_id(as_alice, "Empty sheet"))
    new = [{"title": f"C{number}", "type": "TEXT_NUMBER", "index": 2} for number in range(399)]
    assert refusal(as_alice.ask("POST", columns_of(sheet), new)) == (400, 1061)
    assert len(sheet.again().columns) == 2
    assert len(add(sheet, *new[:398])) == 398
    assert refusal(as_alice.ask("POST", columns_of(sheet), new[398])) == (400, 1061)


def test_a_sheet_takes_no_column_beyond_its_cells() -> None:
    with RunningSandbox("--cells-per-sheet", "30") as sandbox:
        client = Client(sandbox, sandbox.people()["alice"].token)
        budget = Grid(client, sheet_id(client, "Budget"))
        add(budget, {"title": "Fifth", "type": "DATE", "index": 4})
        definition = {"title": "Sixth", "type": "DATE", "index": 5}
        assert refusal(client.ask("POST", columns_of(budget), definition)) == (400, 1061)
        client.close()


def test_every_change_of_columns_is_a_version(budget: Grid) -> None:
    versions = [budget.body["version"]]
    add(budget, {"title": "One", "type": "DATE", "index": 1})
    versions.append(budget.again().body["version"])
    change(budget, "Amount", hidden=True)
    versions.append(budget.again().body["version"])
    budget.client.ask("DELETE", f"{columns_of(budget)}/{budget.column('Amount')}")
    versions.append(budget.again().body["version"])
    assert versions == list(range(versions[0], versions[0] + 4))


def test_the_last_visible_column_stays(budget: Grid) -> None:
    for title in ("Line", "Approved", "Approved on"):
        change(budget, title, hidden=True)
    path = f"{columns_of(budget)}/{budget.column('Amount')}"
    assert refusal(budget.client.ask("DELETE", path)) == (400, 1260)
    assert budget.client.ask("DELETE", f"{columns_of(budget)}/{budget.column('Approved')}").status_code == 200


def test_a_column_is_deleted_with_its_cells(budget: Grid) -> None:
    answer = budget.client.ask("DELETE", f"{columns_of(budget)}/{budget.column('Amount')}")
    assert answer.json() == {"message": "SUCCESS", "resultCode": 0}
    assert titles(budget) == ["Line", "Approved", "Approved on"]
    assert len(budget.again().rows["Services"]["cells"]) == 3
    assert refusal(budget.client.get(f"{columns_of(budget)}/{budget.column('Amount')}")) == (404, 1006)


def test_the_primary_column_stays(budget: Grid) -> None:
    assert refusal(budget.client.ask("DELETE", f"{columns_of(budget)}/{budget.column('Line')}")) == (400, 1065)


def test_links_to_a_deleted_column_are_broken(plan: Grid, budget: Grid, as_alice: Client) -> None:
    linked = [cell for row in plan.body["rows"] for cell in row["cells"] if "linkInFromCell" in cell]
    assert {cell["linkInFromCell"]["status"] for cell in linked} == {"OK"}
    as_alice.ask("DELETE", f"{columns_of(budget)}/{budget.column('Amount')}")
    again = [cell for row in plan.again().body["rows"] for cell in row["cells"] if "linkInFromCell" in cell]
    assert {cell["linkInFromCell"]["status"] for cell in again} == {"BROKEN"}
