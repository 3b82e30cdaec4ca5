"""Each limit has an option of the command line that changes it or turns it off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.conftest import sheet_id
from tests.waiting import until

SMALL = ("--rows-per-call", "3", "--rows-per-sheet", "6", "--columns-per-sheet", "3", "--cells-per-sheet", "10")
OFF = ("--rows-per-call", "0", "--rows-per-sheet", "0", "--columns-per-sheet", "0", "--cells-per-sheet", "0")
Start = Callable[..., tuple[RunningSandbox, Client]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Yield the function `start`. It starts a sandbox with these options, and returns it with Alice's client."""
    started: list[tuple[RunningSandbox, Client]] = []

    def begin(*flags: str) -> tuple[RunningSandbox, Client]:
        sandbox = RunningSandbox(*flags)
        started.append((sandbox, Client(sandbox, sandbox.people()["alice"].token)))
        return started[-1]

    yield begin
    for sandbox, client in started:
        client.close()
        sandbox.stop()


def ask_for_sheet(client: Client, *, columns: int) -> requests.Response:
    titles = [{"title": f"c{number}", "type": "TEXT_NUMBER", "primary": not number} for number in range(columns)]
    return client.ask("POST", "/sheets", {"name": "New", "columns": titles})


def new_sheet(client: Client, *, columns: int) -> str:
    """Create a sheet without rows, and return its path."""
    response = ask_for_sheet(client, columns=columns)
    assert response.status_code == 200, response.text
    return f"/sheets/{response.json()['result']['id']}"


def add_rows(client: Client, path: str, count: int) -> int:
    response = client.ask("POST", f"{path}/rows", [{}] * count)
    assert response.ok or refusal(response) == (400, 1061)
    return response.status_code


def add_columns(client: Client, path: str, *titles: str) -> int:
    columns = [{"title": title, "type": "TEXT_NUMBER", "index": 1} for title in titles]
    response = client.ask("POST", f"{path}/columns", columns)
    assert response.ok or refusal(response) == (400, 1061)
    return response.status_code


def test_a_call_and_a_sheet_can_be_small(start: Start) -> None:
    _sandbox, client = start(*SMALL)
    path = new_sheet(client, columns=1)
    assert [add_rows(client, path, count) for count in (4, 3, 3, 1)] == [400, 200, 200, 400]
    assert add_columns(client, path, "one more") == 400, "12 cells"
    path = new_sheet(client, columns=2)
    assert [add_rows(client, path, count) for count in (3, 2, 1)] == [200, 200, 400], "12 cells"
    path = new_sheet(client, columns=2)
    assert [add_columns(client, path, title) for title in ("third", "fourth")] == [200, 400]
    assert refusal(ask_for_sheet(client, columns=4)) == (400, 1061)


def test_calls_and_sheets_can_be_boundless(start: Start) -> None:
    _sandbox, client = start("--rows", "20000", "--columns", "26", *OFF)
    path = f"/sheets/{sheet_id(client, 'Large sheet')}"
    assert add_rows(client, path, 501) == 200, "20,501 rows, and 533,026 cells"
    path = new_sheet(client, columns=1)
    assert add_columns(client, path, *(str(number) for number in range(400))) == 200


def test_rows_to_update_and_to_copy_are_counted_too(start: Start) -> None:
    for flag, status in (("--rows-per-call", "3"), 400), (("--rows-per-call", "0"), 200):
        _sandbox, client = start(*flag)
        plan = Grid(client, sheet_id(client, "Site plan"))
        ids = [row["id"] for row in plan.body["rows"][:4]]
        target = {"rowIds": ids, "to": {"sheetId": sheet_id(client, "Empty sheet")}}
        assert client.ask("PUT", f"{plan.path}/rows", [{"id": each} for each in ids]).status_code == status
        assert client.ask("POST", f"{plan.path}/rows/copy", target).status_code == status


def history(plan: Grid) -> int:
    path = f"{plan.path}/rows/{plan.row('Roof')}/columns/{plan.column('Task')}/history"
    return plan.client.get(path).status_code


@pytest.mark.parametrize(
    ("flags", "answered"),
    [(("--heavy-cost", "1"), 18), (("--heavy-cost", "0"), 18), (("--heavy-cost", "5"), 3), ((), 1)],
)
def test_heavy_requests_can_be_made_lighter(start: Start, flags: tuple[str, ...], answered: int) -> None:
    _sandbox, client = start("--rate-limit", "20", *flags)
    plan = Grid(client, sheet_id(client, "Site plan"))
    statuses = [history(plan) for _ in range(answered + 1)]
    assert statuses == [200] * answered + [429]


def test_the_rate_limit_can_be_switched_off(start: Start) -> None:
    _sandbox, client = start("--rate-limit", "0")
    assert {client.get("/users/me").status_code for _ in range(350)} == {200}


def test_a_minute_need_not_be_waited_for(start: Start) -> None:
    sandbox, client = start("--rate-limit", "5")
    assert [client.get("/users/me").status_code for _ in range(6)] == [200] * 5 + [429]
    sandbox.control("POST", "clock", {"ahead": 59})
    assert client.get("/users/me").status_code == 429
    sandbox.control("POST", "clock", {"ahead": 61})
    assert client.get("/users/me").status_code == 200


@pytest.mark.parametrize("method", ["copy", "publish", "cellimages"])
def test_heavy_requests_count_ten_times(start: Start, method: str) -> None:
    _sandbox, client = start("--rate-limit", "12")
    plan = Grid(client, sheet_id(client, "Site plan"))
    cell = f"{plan.path}/rows/{plan.row('Roof')}/columns/{plan.column('Notes')}"
    verb, path, body = {
        "copy": ("POST", f"{plan.path}/copy", {"newName": "Copy"}),
        "publish": ("PUT", f"{plan.path}/publish", {"readOnlyLiteEnabled": True}),
        "cellimages": ("POST", f"{cell}/cellimages", {}),
    }[method]
    assert client.ask(verb, path, body).status_code != 429, "two were used before"
    assert refusal(client.get("/users/me")) == (429, 4003)


def test_two_changes_at_once_can_be_allowed(start: Start) -> None:
    sandbox, client = start("--concurrent-writes")
    plan = Grid(client, sheet_id(client, "Site plan"))
    sandbox.fault(method="PUT", delay=600)
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(plan.put, "Roof", {"title": "Notes", "value": "slow"})
        until(sandbox.has_used_faults, "the slow request")
        assert plan.put("Core walls", {"title": "Notes", "value": "fast"}).status_code == 200
        sandbox.end_faults()
        assert slow.result().status_code == 200
