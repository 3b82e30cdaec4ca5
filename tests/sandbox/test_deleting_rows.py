from tests.sandbox.client import Client, Grid, refusal


def delete(client: Client, plan: Grid, *rows: object, query: str = "") -> object:
    response = client.ask("DELETE", f"{plan.path}/rows?ids={','.join(map(str, rows))}{query}")
    return refusal(response) if response.status_code >= 400 else response.json()


def test_a_row_goes_with_all_below_it(plan: Grid, as_bob: Client) -> None:
    family = ["Structure", "Concrete", "Reinforcement", "Pour slab", "Core walls", "Timber frame", "Deliver frames"]
    family.append("Raise frames")
    assert delete(as_bob, plan, plan.row("Structure")) == {
        "message": "SUCCESS", "resultCode": 0, "result": sorted(plan.row(task) for task in family),
    }  # fmt: skip
    now = plan.again()
    assert now.body["totalRowCount"] == plan.body["totalRowCount"] - 8
    assert now.body["version"] == plan.body["version"] + 1
    assert not set(family) & set(now.tasks())
    assert [row["rowNumber"] for row in now.body["rows"]] == list(range(1, now.body["totalRowCount"] + 1))


def test_a_missing_row_stops_it_unless_it_may_be_missing(plan: Grid, as_alice: Client) -> None:
    row = plan.row("Core walls")
    assert delete(as_alice, plan, row, 42) == (404, 1006)
    assert plan.again().body == plan.body
    answer = delete(as_alice, plan, 42, row, query="&ignoreRowsNotFound=true")
    assert isinstance(answer, dict)
    assert answer["result"] == [row]


def test_nothing_deleted_is_no_new_version(plan: Grid, as_alice: Client) -> None:
    answer = delete(as_alice, plan, 42, query="&ignoreRowsNotFound=true")
    assert answer == {"message": "SUCCESS", "resultCode": 0, "result": []}
    assert plan.again().body["version"] == plan.body["version"]


def test_only_admins_delete_locked_rows(plan: Grid, as_bob: Client, as_alice: Client) -> None:
    assert delete(as_bob, plan, plan.row("Final account")) == (403, 1092)
    assert isinstance(delete(as_alice, plan, plan.row("Final account")), dict)


def test_a_lock_below_protects_the_rows_above(plan: Grid, as_bob: Client) -> None:
    plan.put("Core walls", locked=True)
    assert delete(as_bob, plan, plan.row("Structure")) == (403, 1092)


def test_ids_are_required_and_numbers(plan: Grid, as_alice: Client) -> None:
    assert delete(as_alice, plan) == (400, 1009)
    assert delete(as_alice, plan, "x") == (400, 1018)


def test_readers_delete_nothing(plan: Grid, as_charlie: Client) -> None:
    assert delete(as_charlie, plan, plan.row("Core walls")) == (403, 1004)
