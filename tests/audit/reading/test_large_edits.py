"""For an edit of thousands of cells, the pages read and send no more than for a small edit."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.template.base import Node
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit import grouping
from audit.recording import Change, Intent, Outcome, note, settle
from audit.vocabulary import Action, Phase
from tests.audit.edits import ALICE, SITE_PLAN, cell, entries_of, intended, saved
from tests.audit.reading.test_log_page import words_of
from tests.audit.reading.test_page_queries import Asked, counting_steps

pytestmark = pytest.mark.django_db

SHAPES = {"500 rows of 10 cells": (500, 10), "10 rows of 300 cells": (10, 300)}
BYTES, QUERIES = 40_000, 25
PAGES = [
    "/audit/",
    "/audit/?outcome=refused",
    "/audit/?outcome=applied",
    "/audit/?outcome=uncertain",
    f"/audit/?sheet={SITE_PLAN[0]}&outcome=refused",
    f"/audit/?sheet={SITE_PLAN[0]}&column=1",
    "/audit/?q=locked",
    f"/audit/sheets/{SITE_PLAN[0]}/",
    f"/audit/people/sandbox/{ALICE.id}/",
    "/audit/{first}/",
    "/audit/{last}/",
]


def large(rows: int, columns: int = 1) -> Intent:
    """Record an edit with this number of rows and columns. The even rows are saved, and the odd rows are refused.
    Return the edit's intent.
    """
    cells = [cell(row=row, column=n + 1, title=f"Column {n + 1}") for row in range(1, rows + 1) for n in range(columns)]
    intent = intended(*cells)
    outcomes = [(row, Phase.REFUSED if row % 2 else Phase.APPLIED) for row in range(1, rows + 1)]
    settle(intent, [Outcome(phase, row, message="locked" if row % 2 else "") for row, phase in outcomes])
    return intent


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_page_of_a_large_edit_is_large(shape: tuple[int, int], reader: Client) -> None:
    intent = large(*shape)
    ids = [entry.pk for entry in entries_of(intent)]
    found = {}
    reader.get("/audit/")  # fills the caches of this process
    for page in PAGES:
        address = page.format(first=ids[0], last=ids[-1])
        with CaptureQueriesContext(connection) as queries:
            response = reader.get(address, follow=True)
        found[address] = (response.status_code, len(response.content) > BYTES, len(queries) > QUERIES)
    assert found == dict.fromkeys(found, (200, False, False))


def test_the_rest_of_a_large_edit_is_read_a_page_at_a_time(reader: Client) -> None:
    intent = large(30, 2)
    words = words_of(reader)
    assert "wanted to change 60 cells in 30 rows of Site plan" in words
    assert words.count("Details") == 20 + 1, "20 changes, and the column's heading"
    assert "15 rows saved 15 rows refused" in words or "15 rows refused 15 rows saved" in words
    assert f'href="/audit/?edit={intent.edit_id}"' in reader.get("/audit/").content.decode()
    page = reader.get(f"/audit/?edit={intent.edit_id}")
    assert "This edit has 60 changes in 30 rows." in words_of(reader, f"/audit/?edit={intent.edit_id}")
    assert len(page.context["edits"]) == 50
    rest = reader.get(f"/audit/?edit={intent.edit_id}&before={page.context['page'].older}")
    assert len(rest.context["edits"]) == 10
    refused = reader.get(f"/audit/?edit={intent.edit_id}&outcome=refused")
    assert [edit.first.phase for edit in refused.context["edits"]] == [Phase.REFUSED] * 30


def test_a_filtered_large_edit_links_to_the_rest(reader: Client) -> None:
    intent = large(4, 30)
    (edit,) = reader.get("/audit/?outcome=refused").context["edits"]
    assert (len(edit.changes), edit.rows, edit.is_counted) == (20, 2, False)
    assert "wanted to change more than 42 cells in 2 rows of Site plan" in words_of(reader, "/audit/?outcome=refused")
    body = reader.get("/audit/?outcome=refused").content.decode()
    assert f'href="/audit/?outcome=refused&amp;edit={intent.edit_id}"' in body


def test_many_large_edits_share_what_a_page_shows(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "PAGE_SHOWN", 24)
    for _ in range(3):
        large(12)
    saved()
    assert [len(edit.changes) for edit in reader.get("/audit/").context["edits"]] == [1, 8, 8, 8]
    for _ in range(3):
        large(12)
    assert [len(edit.changes) for edit in reader.get("/audit/").context["edits"]] == [5, 5, 5, 1, 5, 5, 5]


def test_an_edit_too_long_to_be_counted_shows_its_first_rows(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "BUDGET", 100)
    intent = large(60)
    words = words_of(reader)
    assert "wanted to change more than 50 cells in 60 rows of Site plan" in words
    assert "Of the first 50 rows: 25 rows" in words
    assert f"/audit/?edit={intent.edit_id}" in reader.get("/audit/").content.decode()


def test_rows_without_outcome_and_settled_rows_are_counted_as_what_they_are(reader: Client) -> None:
    intent = intended(*(cell(row=row) for row in range(30)))
    settle(intent, [Outcome(Phase.UNKNOWN, row) for row in range(20)])
    settle(intent, [Outcome(Phase.NOT_APPLIED, row, evidence="nothing seen") for row in range(10)])
    settle(intent, [Outcome(Phase.APPLIED, row) for row in range(5)])
    (edit,) = reader.get("/audit/").context["edits"]
    assert dict(edit.phases) == {Phase.UNKNOWN: 20, Phase.NOT_APPLIED: 5, Phase.APPLIED: 5}


def test_an_act_on_many_fields_says_how_many(reader: Client) -> None:
    fields = [Change(None, "Bob", None, f"field {number}", number, number + 1) for number in range(33)]
    note(actor=ALICE, action=Action.RECORD, subject="identity.smartsheetuser/5", changes=fields, message="changed")
    (edit,) = reader.get("/audit/").context["edits"]
    assert (edit.count, len(edit.changes), edit.rows) == (33, 20, 0)


def plans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from plans(part)


def rows_read(asked: Asked) -> float:
    """Run the collected statements again. Return how many rows of the log PostgreSQL reads for these statements."""
    read = 0.0
    with connection.cursor() as cursor:
        for sql, parameters in asked.statements:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
            ((plan,),) = cursor.fetchone()
            scans = [step for step in plans(plan["Plan"]) if "Scan" in step["Node Type"]]
            read += sum(step["Actual Rows"] * step["Actual Loops"] for step in scans)
    return read


def cost(reader: Client, address: str) -> float:
    """Open a page, and return how much work this causes in the database. On SQLite, that is the number of steps of its
    virtual machine, in thousands. On PostgreSQL, it is the number of rows that are read.
    """
    asked = Asked()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_entry")
    with connection.execute_wrapper(asked), counting_steps() as steps:
        reader.get(address)
    return rows_read(asked) if connection.vendor == "postgresql" else steps[0]


@pytest.mark.parametrize("query", ["", "outcome=refused", f"sheet={SITE_PLAN[0]}&column=1", "q=locked"])
def test_a_page_reads_no_more_for_a_larger_edit(reader: Client, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    if "q=" in query and connection.vendor == "postgresql":
        pytest.skip("PostgreSQL's text index gives all matches, and whether it is used depends on statistics.")
    monkeypatch.setattr(grouping, "BUDGET", 100)
    large(100)
    small = cost(reader, f"/audit/?{query}")
    large(1_000)
    assert cost(reader, f"/audit/?{query}") < 3 * small


@pytest.mark.parametrize("page", ["/audit/", f"/audit/sheets/{SITE_PLAN[0]}/"])
def test_templates_do_no_work_for_each_change_of_an_edit(
    page: str, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page doesn't render template nodes for each change of an edit, because this would take most of the page's time.
    The test makes an edit of 2 changes and an edit of 15 changes, and counts the nodes.
    """
    rendered: list[Node] = []
    render = Node.render_annotated

    def counted(node: Node, context: Any) -> Any:
        rendered.append(node)
        return render(node, context)

    monkeypatch.setattr(Node, "render_annotated", counted)

    def nodes() -> int:
        rendered.clear()
        text = reader.get(page).content.decode()
        assert 'class="fold"' in text
        return len(rendered)

    settle(intended(*[cell(column=n + 1) for n in range(2)]), [])
    with_two = nodes()
    settle(intended(*[cell(column=n + 1) for n in range(15)]), [])
    with_fifteen_more = nodes()
    assert with_fifteen_more - with_two < 30, (with_two, with_fifteen_more)
