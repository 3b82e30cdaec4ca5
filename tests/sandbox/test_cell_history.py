import pytest

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, refusal

TASK = "Core walls"
BOB = {"name": "Bob Baker", "email": "bob@example.com"}
ALICE = {"name": "Alice Archer", "email": "alice@example.com"}


def test_history_names_who_wrote_what_newest_first(plan: Grid, bobs_plan: Grid) -> None:
    bobs_plan.put(TASK, {"title": "Spent", "value": 10})
    plan.put(TASK, {"title": "Spent", "value": ""})
    history = plan.history(TASK, "Spent")
    assert [(entry.get("value"), entry["modifiedBy"]) for entry in history] == [(None, ALICE), (10, BOB), (0, ALICE)]
    assert "value" not in history[0]
    assert history[1]["columnId"] == plan.column("Spent")
    assert history[1]["displayValue"] == "10"
    assert history[2]["modifiedAt"] == plan.rows[TASK]["createdAt"]


def test_the_seed_has_a_past(plan: Grid) -> None:
    values = [(entry["value"], entry["modifiedBy"]["name"]) for entry in plan.history("Dig foundations", "Spent")]
    assert values == [(21500, "Alice Archer"), (12000, "Bob Baker"), (0, "Alice Archer")]


def test_a_cell_never_written_has_no_history(plan: Grid) -> None:
    assert plan.history(TASK, "Notes") == []


def test_a_cell_of_a_new_row_begins_with_its_writer(plan: Grid, bobs_plan: Grid) -> None:
    bobs_plan.post({"title": "Task", "value": "New"})
    (entry,) = plan.again().history("New", "Task")
    assert (entry["value"], entry["modifiedBy"]) == ("New", BOB)


def test_history_comes_in_pages(plan: Grid, as_alice: Client) -> None:
    for value in range(1, 5):
        plan.put(TASK, {"title": "Spent", "value": value})
    path = f"{plan.path}/rows/{plan.row(TASK)}/columns/{plan.column('Spent')}/history"
    page = as_alice.json(f"{path}?pageSize=2&page=2")
    assert (page["totalCount"], page["totalPages"], page["pageNumber"], page["pageSize"]) == (5, 3, 2, 2)
    assert [entry["value"] for entry in page["data"]] == [2, 1]
    assert len(as_alice.json(f"{path}?includeAll=true")["data"]) == 5


def test_history_has_object_values_and_types_on_demand(plan: Grid, as_alice: Client) -> None:
    path = f"{plan.path}/rows/{plan.row(TASK)}/columns/{plan.column('Equipment')}/history"
    (entry,) = as_alice.json(f"{path}?include=objectValue,columnType&level=2")["data"]
    assert entry["objectValue"] == {"objectType": "MULTI_PICKLIST", "values": ["Crane", "Concrete pump"]}
    assert entry["columnType"] == "MULTI_PICKLIST"


@pytest.mark.parametrize("what", ["rows/42/columns/{column}", "rows/{row}/columns/42"])
def test_an_unknown_cell_is_not_found(plan: Grid, as_alice: Client, what: str) -> None:
    path = what.format(row=plan.row(TASK), column=plan.column("Task"))
    assert refusal(as_alice.get(f"{plan.path}/{path}/history")) == (404, 1006)


def test_readers_may_read_history(plan: Grid, as_charlie: Client) -> None:
    assert plan.again(as_charlie).history(TASK, "Spent")


def test_history_costs_ten_requests(alice_limited: tuple[RunningSandbox, Client, Grid]) -> None:
    sandbox, client, plan = alice_limited
    path = f"{plan.path}/rows/{plan.row(TASK)}/columns/{plan.column('Spent')}/history"
    sandbox.reset()
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200
    assert refusal(client.get(path)) == (429, 4003)
    assert [client.get("/users/me").status_code for _ in range(6)] == [200] * 5 + [429]


def test_a_formula_has_its_value_in_history(plan: Grid) -> None:
    plan.put(TASK, {"title": "Notes", "value": "by hand"})
    plan.put(TASK, {"title": "Notes", "formula": "=Spent@row + 2"})
    newest, older = plan.history(TASK, "Notes")
    assert (newest["formula"], newest["value"], newest["displayValue"]) == ("=Spent@row + 2", 2, "2")
    assert older["value"] == "by hand"


def test_a_column_formula_is_written_by_the_person_who_sets_it(plan: Grid, as_erika: Client) -> None:
    before = plan.history("Survey and set out", "Equipment"), plan.history("Survey and set out", "Notes")
    for title in ("Equipment", "Notes"):
        path = f"{plan.path}/columns/{plan.column(title)}"
        assert as_erika.ask("PUT", path, {"formula": "=[Task]@row"}).status_code == 200
    for title, old in zip(("Equipment", "Notes"), before, strict=True):
        newest, *older = plan.history("Survey and set out", title)
        assert (newest["value"], newest["modifiedBy"]["email"]) == (
            "Survey and set out",
            as_erika.json("/users/me")["email"],
        )
        assert newest["modifiedAt"] > plan.rows["Survey and set out"]["createdAt"]
        assert older == old


def test_a_new_result_does_not_replace_an_old_one_in_history(plan: Grid) -> None:
    plan.put(TASK, {"title": "Notes", "formula": "=IF(Spent@row > 5, Spent@row)"})
    before = {title: plan.history(TASK, title) for title in ("Remaining", "Notes")}
    assert [entry.get("value") for entry in before["Remaining"] + before["Notes"]] == [87250, None]
    plan.put(TASK, {"title": "Spent", "value": 10})
    assert {title: plan.history(TASK, title) for title in before} == before


def test_a_new_row_begins_with_its_calculated_cells(plan: Grid, bobs_plan: Grid) -> None:
    bobs_plan.post({"title": "Task", "value": "New"}, {"title": "Budget", "value": 5})
    (entry,) = plan.again().history("New", "Remaining")
    assert (entry["value"], entry["modifiedBy"]) == (5, BOB)


def test_history_keeps_contents_of_before_a_column_was_changed(plan: Grid, as_alice: Client) -> None:
    before = {title: plan.history("Concrete", title) for title in ("Budget", "Task")}
    as_alice.ask("PUT", f"{plan.path}/columns/{plan.column('Spent')}", {"title": "Costs"})
    as_alice.ask("PUT", f"{plan.path}/columns/{plan.column('Start')}", {"type": "TEXT_NUMBER"})
    assert {title: plan.history("Concrete", title) for title in before} == before
    (entry,) = plan.history("Drainage runs", "Remaining")
    assert entry["formula"] == "=[Budget]@row - [Spent]@row"
