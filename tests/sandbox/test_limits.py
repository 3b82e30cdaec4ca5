from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.waiting import until


def test_a_minutes_requests_are_counted_per_token(
    alice_limited: tuple[RunningSandbox, Client, Grid],
) -> None:
    sandbox, client, _plan = alice_limited
    sandbox.reset()
    bob = Client(sandbox, sandbox.people()["bob"].token)
    assert [client.get("/users/me").status_code for _ in range(26)] == [200] * 25 + [429]
    assert refusal(client.get("/users/me")) == (429, 4003)
    assert "Retry-After" not in client.get("/users/me").headers
    assert bob.get("/users/me").status_code == 200
    bob.close()


def test_500_rows_go_in_one_call_and_no_more(plan: Grid, as_alice: Client) -> None:
    row = {"cells": plan.cells({"title": "Task", "value": "x"})}
    assert refusal(as_alice.ask("POST", f"{plan.path}/rows", [row] * 501)) == (400, 1061)
    assert len(as_alice.ask("POST", f"{plan.path}/rows", [row] * 500).json()["result"]) == 500
    rows = [{"id": plan.row("Roof")}] * 501
    assert refusal(as_alice.ask("PUT", f"{plan.path}/rows", rows)) == (400, 1061)


def test_a_full_sheet_takes_no_more_rows() -> None:
    with RunningSandbox("--rows", "20000", "--columns", "3") as sandbox:
        client = Client(sandbox, sandbox.people()["alice"].token)
        sheet = next(sheet for sheet in client.json("/sheets")["data"] if sheet["name"] == "Large sheet")
        path = f"/sheets/{sheet['id']}"
        page = client.json(f"{path}?pageSize=1&page=20000")
        assert page["totalRowCount"] == page["rows"][0]["rowNumber"] == 20_000
        assert refusal(client.ask("POST", f"{path}/rows", [{}])) == (400, 1061)
        client.ask("DELETE", f"{path}/rows?ids={page['rows'][0]['id']}")
        assert client.ask("POST", f"{path}/rows", [{}]).status_code == 200
        client.close()


@pytest.mark.parametrize(("same_person", "statuses"), [(True, [200, 500]), (False, [200, 200])])
def test_one_token_makes_one_change_to_a_sheet_at_a_time(
    sandbox: RunningSandbox, plan: Grid, bobs_plan: Grid, same_person: bool, statuses: list[int]
) -> None:
    sandbox.fault(method="PUT", delay=600)

    def write(grid: Grid, task: str) -> int:
        response = grid.put(task, {"title": "Notes", "value": "at once"})
        if response.status_code != 200:
            assert refusal(response) == (500, 4004)
            assert f"sheetId {plan.id} is currently being updated" in response.json()["message"]
        return response.status_code

    with ThreadPoolExecutor() as pool:
        slow = pool.submit(write, plan, "Roof")
        until(sandbox.has_used_faults, "the slow request")
        fast = write(plan if same_person else bobs_plan, "Core walls")
        sandbox.end_faults()
        assert [slow.result(), fast] == statuses
    assert plan.put("Core walls", {"title": "Notes", "value": "later"}).status_code == 200


def test_a_large_request_is_taken(plan: Grid, as_alice: Client) -> None:
    row = {"cells": plan.cells({"title": "Notes", "value": "x" * 4000}, {"title": "Task", "value": "y" * 4000})}
    assert as_alice.ask("POST", f"{plan.path}/rows", [row] * 500).status_code == 200
