from tests.sandbox.client import Client, Grid, refusal


def test_the_site_plan_has_a_column_of_every_writable_type(plan: Grid) -> None:
    types = {column["type"] for column in plan.columns.values() if "systemColumnType" not in column}
    assert types == {
        "TEXT_NUMBER", "DATE", "CHECKBOX", "PICKLIST", "CONTACT_LIST", "MULTI_CONTACT_LIST", "MULTI_PICKLIST",
    }  # fmt: skip


def test_columns_are_listed_like_those_of_the_sheet(plan: Grid, as_alice: Client) -> None:
    listed = as_alice.json(f"{plan.path}/columns?level=2&includeAll=true")
    assert listed["data"] == plan.body["columns"]
    assert listed["totalCount"] == len(plan.columns)
    first = as_alice.json(f"{plan.path}/columns?pageSize=3")
    assert [column["index"] for column in first["data"]] == [0, 1, 2]


def test_a_column_carries_what_it_has_and_no_more(plan: Grid, as_alice: Client) -> None:
    assert as_alice.json(f"{plan.path}/columns/{plan.column('Task')}") == {
        "id": plan.column("Task"), "version": 0, "index": 0, "title": "Task", "type": "TEXT_NUMBER", "primary": True,
        "description": "What is to be done", "validation": False, "width": 260,
    }  # fmt: skip
    status = as_alice.json(f"{plan.path}/columns/{plan.column('Status')}")
    assert status["options"] == ["Not started", "In progress", "Blocked", "Complete"]
    assert status["validation"] is True
    assert plan.columns["At risk"]["symbol"] == "FLAG"
    assert plan.columns["Responsible"]["contactOptions"][1] == {"name": "Bob Baker", "email": "bob@example.com"}
    assert plan.columns["No."]["autoNumberFormat"] == {"prefix": "SP-", "fill": "000"}
    assert plan.columns["Remaining"]["formula"] == "=[Budget]@row - [Spent]@row"


def test_a_column_shown_as_text_keeps_its_options(plan: Grid, as_alice: Client) -> None:
    column = as_alice.json(f"{plan.path}/columns/{plan.column('Equipment')}")
    assert column["type"] == "TEXT_NUMBER"
    assert column["options"] == plan.columns["Equipment"]["options"]


def test_an_unknown_column_is_not_found(plan: Grid, as_alice: Client) -> None:
    assert refusal(as_alice.get(f"{plan.path}/columns/1")) == (404, 1006)


def test_a_column_can_move_beyond_the_last_place(plan: Grid, as_alice: Client) -> None:
    path = f"{plan.path}/columns/{plan.column('Notes')}"
    assert as_alice.ask("PUT", path, {"title": "Remarks", "index": 2**63}).status_code == 200
    assert plan.again().body["columns"][-1]["title"] == "Remarks"
