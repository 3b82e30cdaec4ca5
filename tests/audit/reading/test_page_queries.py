"""The queries of the log's pages use an index, and don't count or skip entries. So their cost doesn't grow with the
log.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from audit.models import Entry
from tests import append_only
from tests.audit.edits import ALICE, BOB, BUDGET, NOTES, ROW, SITE_PLAN, STATUS, cell, intended, saved

pytestmark = pytest.mark.django_db

MANY = 20_000
MONTHS, A_MONTH = 24, 400  # months of a long log, and its edits in each
# PostgreSQL compiles a query (JIT) if its cost is higher than this. Compiling takes up to a second.
# https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-JIT-ABOVE-COST
COMPILED_ABOVE = 100_000
PAGES = {
    "first page": "/audit/",
    "deep page": "/audit/?before={middle}",
    "on the way forward": "/audit/?after={middle}",
    "person": f"/audit/?person={BOB.region}:{BOB.id}",
    "sheet": f"/audit/?sheet={BUDGET[0]}",
    "cell": f"/audit/?sheet={SITE_PLAN[0]}&row={ROW}&column={STATUS}",
    "action": "/audit/?action=delete",
    "via": "/audit/?via=job:17",
    "outcome": "/audit/?outcome=refused",
    "rare word": "/audit/?q=zanzibar",
    "timeline of a row": f"/audit/sheets/{BUDGET[0]}/rows/{ROW}/",
}
# SQLite's planner can't use a partial index for these queries. So they read by id, for at most TIME_LIMIT seconds.
LOOKED_THROUGH_ON_SQLITE = {"cell", "action", "outcome"}
NUMBERS = {  # the numbers from 1, as a table
    "postgresql": "generate_series(1, %s) AS n",
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) SELECT i FROM n) AS n",
}
COLUMNS = [field.column for field in Entry._meta.concrete_fields if field.column not in {"id", "at"}]


class Asked:
    """Collects all statements that read the log's table, with their parameters."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Any]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "audit_entry" in sql and sql.lstrip().startswith(("SELECT", "WITH")):
            self.statements.append((sql, params))
        return execute(sql, params, many, context)


@pytest.fixture
def large_log() -> int:
    """Make a log with one edit by Bob and many by Alice. Return the id of an entry in the middle."""
    pattern = saved(cell(column=NOTES, new="Concrete"), actor=ALICE)
    others = ", ".join("{uuid}" if column == "edit_id" else f'"{column}"' for column in COLUMNS)
    uuid = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    names = ", ".join(f'"{column}"' for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_entry ({names}) SELECT {others.format(uuid=uuid)}"  # noqa: S608 # our own names
            f" FROM audit_entry, {NUMBERS[connection.vendor]} WHERE phase = 'intent' AND edit_id = %s",
            [MANY, pattern.edit_id if connection.vendor == "postgresql" else pattern.edit_id.hex],
        )
        saved(cell(new="Zanzibar"), actor=BOB, sheet=BUDGET, via={"job": 17})
        cursor.execute("ANALYZE audit_entry")
    newest = Entry.objects.newest_first()[0].pk
    return newest - MANY // 2


@pytest.fixture
def long_log() -> None:
    """Make a log whose months each have many edits. A few of these edits delete a row."""
    edit = intended()
    values = {
        "id": "1000000 - month * 1000 + n",
        "at": "now() - month * interval '1 month' + n * interval '1 second'",
        "edit_id": "gen_random_uuid()",
        "action": "CASE WHEN n <= 2 THEN 'delete' ELSE action END",
    }
    names = [str(field.column) for field in Entry._meta.concrete_fields]
    copied = ", ".join(values.get(name, f'"{name}"') for name in names)
    with append_only.lifted(connection), connection.cursor() as cursor:
        months = "generate_series(1, %s) AS month"
        cursor.execute(f"SELECT audit_add_partition(now() - month * interval '1 month') FROM {months}", [MONTHS])  # noqa: S608 # our own text
        cursor.execute(
            f"INSERT INTO audit_entry ({', '.join(names)}) SELECT {copied}"  # noqa: S608 # our own names
            f" FROM audit_entry, {months}, generate_series(1, %s) AS n WHERE phase = 'intent' AND edit_id = %s",
            [MONTHS, A_MONTH, edit.edit_id],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # otherwise the triggers couldn't be created again
        cursor.execute("ANALYZE audit_entry")


@pytest.fixture
def large_import() -> None:
    """Make a log with one edit of many cells by Bob. The page lists only the first entry of this edit."""
    edit = saved(cell(new="Concrete"), actor=BOB, sheet=BUDGET)
    others = ", ".join("FALSE" if column == "is_head" else f'"{column}"' for column in COLUMNS)
    names = ", ".join(f'"{column}"' for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_entry ({names}) SELECT {others}"  # noqa: S608 # our own names
            f" FROM audit_entry, {NUMBERS[connection.vendor]} WHERE phase = 'intent' AND edit_id = %s",
            [MANY, edit.edit_id if connection.vendor == "postgresql" else edit.edit_id.hex],
        )
        cursor.execute("ANALYZE audit_entry")


def read_in_vain(sql: str, params: Any) -> int:
    """On PostgreSQL, return how many rows the query reads and then drops, because they don't match. On SQLite, return a
    fifth of the query's steps, because reading one row takes at least five steps.
    """
    with connection.cursor() as cursor, counting_steps() as steps:
        if connection.vendor == "sqlite":
            cursor.execute(sql, params)
            cursor.fetchall()
            return steps[0] * 1000 // 5
        cursor.execute(f"EXPLAIN (ANALYZE) {sql}", params)
        plan = " ".join(step for (step,) in cursor.fetchall())
    return sum(map(int, re.findall(r"Rows Removed by Filter: (\d+)", plan)))


def scans(sql: str, params: Any) -> list[str]:
    """PostgreSQL's plan for a query has several steps. Return the steps that read the whole log. Only this month's
    partition counts, because the other months have no entries.
    """
    month = f"audit_entry_{timezone.now():%Y_%m}"
    with connection.cursor() as cursor:
        # In such a small log, reading the table is as fast as the text index. So the test only checks that the index
        # exists.
        cursor.execute(f"SET LOCAL enable_seqscan = {'off' if 'ILIKE' in sql else 'on'}")
        cursor.execute(f"EXPLAIN {sql}", params)
        return [step for (step,) in cursor.fetchall() if re.search(rf"Seq Scan on {month}\b", step)]


def expected_cost(sql: str, params: Any) -> float:
    """Return the cost that PostgreSQL expects of the query."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        (([plan],),) = cursor.fetchall()
    cost: float = plan["Plan"]["Total Cost"]
    return cost


@contextmanager
def counting_steps() -> Iterator[list[int]]:
    """Count the steps of SQLite's virtual machine during the block. The only item of the yielded list is the number of
    steps, in thousands. Reading one row of the log takes at least five steps.

    https://www.sqlite.org/c3ref/progress_handler.html
    """
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    if connection.vendor == "sqlite":
        connection.connection.set_progress_handler(step, 1000)
    try:
        yield steps
    finally:
        if connection.vendor == "sqlite":
            connection.connection.set_progress_handler(None, 0)


def reads_too_much(reader: Client, name: str, address: str) -> list[str]:
    """Open a page. Return the page's queries whose cost grows with the log."""
    asked = Asked()
    with connection.execute_wrapper(asked), counting_steps() as steps:
        assert reader.get(address).status_code == 200
    assert asked.statements
    wrong = [sql for sql, _ in asked.statements if "OFFSET" in sql or ("COUNT(" in sql and "LIMIT" not in sql)]
    if connection.vendor == "postgresql":
        return wrong + [sql for sql, params in asked.statements if scans(sql, params)]
    is_too_long = steps[0] * 1000 > MANY and name not in LOOKED_THROUGH_ON_SQLITE
    return [*wrong, f"{steps[0]},000 steps"] if is_too_long else wrong


def test_no_page_reads_more_of_a_larger_log(large_log: int, reader: Client) -> None:
    found = {name: reads_too_much(reader, name, address.format(middle=large_log)) for name, address in PAGES.items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL compiles queries")
def test_no_query_of_edits_over_many_months_is_compiled(long_log: None, reader: Client) -> None:
    asked = Asked()
    with connection.execute_wrapper(asked):
        assert reader.get(PAGES["action"]).status_code == 200
    assert asked.statements
    assert [sql for sql, params in asked.statements if expected_cost(sql, params) > COMPILED_ABOVE] == []


@pytest.mark.parametrize("name", ["person", "sheet"])
def test_a_page_does_not_read_all_cells_of_an_import(large_import: None, reader: Client, name: str) -> None:
    asked = Asked()
    with connection.execute_wrapper(asked):
        assert reader.get(PAGES[name]).status_code == 200
    of_heads = [(sql, params) for sql, params in asked.statements if "is_head" in sql.partition("WHERE")[2]]
    assert of_heads
    assert [read for sql, params in of_heads if (read := read_in_vain(sql, params)) > MANY // 10] == []


def test_the_queries_of_a_page_do_not_grow_with_its_entries(
    reader: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    saved()
    reader.get("/audit/")
    with CaptureQueriesContext(connection) as one:
        reader.get("/audit/")
    for number in range(20):
        saved(cell(column=number))
    with django_assert_num_queries(len(one)):
        reader.get("/audit/")


def test_fault_40_a_line_of_the_log_takes_no_template(reader: Client) -> None:
    def templates(count: int) -> int:
        for _ in range(count):
            saved()
        return len(reader.get("/audit/").templates)

    assert templates(10) == templates(30)


@pytest.mark.parametrize("address", ["/audit/newer/?after=0", "/audit/count/"])
def test_a_page_without_the_form_does_not_read_its_choices(reader: Client, address: str) -> None:
    saved()
    with CaptureQueriesContext(connection) as queries:
        assert reader.get(address).json()["count"]
    assert not [query for query in queries if "audit_known" in query["sql"]]
