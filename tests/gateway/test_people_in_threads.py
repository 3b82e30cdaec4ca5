"""Two people make many requests at the same time over the same connections. Each request has the token of the person
who makes it.
"""

import gc
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.gateway.conftest import OpenGateway, Plan
from tests.running_sandbox import Person, RunningSandbox

CALLS = 1000
THREADS = 8


def test_none_of_a_thousand_calls_is_swapped(
    server: RunningSandbox, open_gateway: OpenGateway, people: dict[str, Person], plan: Plan
) -> None:
    both = [people["alice"], people["bob"]]
    rows = [row["id"] for row in open_gateway(both[0]).sheet(plan.sheet_id)["rows"]]
    row_of = {person.id: row_id for person, row_id in zip(both, rows, strict=False)}
    server.forget_requests()

    def ask(number: int) -> tuple[str, str]:
        person = both[number % 2]
        sheet = open_gateway(person, deadline=10).sheet(plan.sheet_id, row_ids=[row_of[person.id]], column_ids=[1])
        return person.name, sheet["accessLevel"]

    with ThreadPoolExecutor(THREADS) as threads:
        answers = Counter(threads.map(ask, range(CALLS)))
    assert answers == {(both[0].name, "OWNER"): CALLS // 2, (both[1].name, "EDITOR"): CALLS // 2}
    arrived = Counter(
        (arrival["personId"], f"rowIds={row_of[arrival['personId']]}" in arrival["query"])
        for arrival in server.requests()
    )
    assert arrived == {(person.id, True): CALLS // 2 for person in both}
    assert gc.isenabled()
