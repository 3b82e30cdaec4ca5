"""The search finds parts of words in all columns that it covers, and uses an index."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from audit import id_ranges, paging, search
from audit.access import Readable, Reader
from audit.models import Entry
from audit.recording import Change, Intent, Outcome, note, settle
from audit.vocabulary import Action, Phase
from tests.audit.edits import ALICE, AUDITOR, BOB, BUDGET, ROW, STATUS, cell, entries_of, intended, saved
from tests.audit.filtering.test_filters import found
from tests.audit.reading.test_log_page import words_of

pytestmark = pytest.mark.django_db

is_sqlite = connection.vendor == "sqlite"
READER_OF_BUDGET = Reader(BOB, sees_all=False, readable=lambda: Readable(frozenset({BUDGET[0]})))


@pytest.fixture(autouse=True)
def unknown_months() -> None:
    id_ranges.forget()  # clears what the process has cached about entries that an earlier test rolled back


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (cell(old="Foundation poured"), "poured"),
        (cell(new="Foundation poured"), "tion pou"),
        (cell(new="Chimney stack"), "CHIMNEY"),
        (cell(new="Größe"), "größ"),
        (cell(new={"email": "jane@example.com", "name": "Jane"}), "jane@exam"),
        (cell(new='say "hello" and \\ go'), 'say "hello" and \\'),
        (cell(new="two\nlines"), "two\nlines"),
        (cell(title="Delivery date"), "livery"),
        (Change(7, "99 'Chimney'", STATUS, "Status", None, "Done"), "himne"),
    ],
    ids=["old", "new", "capitals", "umlauts", "contact", "quotes", "lines", "column", "row"],
)
def test_it_finds_what_was_changed_where(reader: Client, change: Change, text: str) -> None:
    intent = saved(change)
    saved(cell(old="Something", new="else", row=2), sheet=BUDGET)
    page = reader.get("/audit/", {"text": text})
    assert [one.intent.edit_id for one in page.context["changes"]] == [intent.edit_id]


def test_it_finds_sheets_reasons_and_messages(reader: Client) -> None:
    in_sheet = saved(sheet=(9, "Harbour bridge"))
    reasoned = intended(reason="as the architect said")
    refused = intended()
    settle(refused, [Outcome(Phase.REFUSED, ROW, message="The row is padlocked.")])
    note(actor=ALICE, action=Action.SIGN_IN, phase=Phase.REFUSED, reason="Not on the guest list")
    for text, edit_id in (
        ("bour bri", in_sheet.edit_id),
        ("architect", reasoned.edit_id),
        ("padlock", refused.edit_id),
    ):
        assert [one.intent.edit_id for one in reader.get(f"/audit/?q={text}").context["changes"]] == [edit_id]
    assert "was refused sign-in" in words_of(reader, "/audit/?q=guest+list")


@pytest.mark.parametrize("text", ["100%", "a_c", "%%%", "___", '"""', "a*c", "OR abc", "x' OR '1'='1"])
def test_signs_stand_for_themselves(reader: Client, text: str) -> None:
    saved(cell(new="1000 abc acc"))
    assert found(reader, f"q={text.replace('%', '%25')}") == []
    saved(cell(new=f"xx {text} xx"))
    assert len(found(reader, f"q={text.replace('%', '%25')}")) == 1


@pytest.mark.parametrize("text", ["är", "ÄR", "Är", "äR", "ä", "Ä", "žd", "ΩΔ", "ωδ", "ж"])
def test_short_texts_are_found_in_upper_and_lower_case(reader: Client, text: str) -> None:
    saved(cell(new="Something", old="Open"), sheet=(5, "Plan"))
    saved(cell(new="ÄRGER and ärger, ŽĎÁR and ždár, ΩΔ and ωδ, Ж", old="Open"), sheet=(5, "Plan"))
    assert len(found(reader, f"q={text}")) == 1
    saved(cell(new=f"xx {text.lower()}", old="Open"), sheet=(5, "Plan"))
    saved(cell(new=f"xx {text.upper()}", old="Open"), sheet=(5, "Plan"))
    assert len(found(reader, f"q={text}")) == 3


@pytest.mark.parametrize("text", ["王", "李明", "ab", "AB", "%", "_", "\\\\", "'"])
def test_it_finds_one_and_two_letters_fault_16(reader: Client, text: str) -> None:
    saved(cell(new="Something", old="Open"), sheet=(5, "Plan"))
    saved(cell(new=f"xx {text} xx"))
    page = reader.get("/audit/", {"q": text})
    wanted = {entry.edit_id for entry in Entry.objects.filter(new__contains="xx ")}
    assert {one.intent.edit_id for one in page.context["changes"]} >= wanted
    assert reader.get("/audit/", {"q": "鶴"}).context["changes"] == []
    assert reader.get("/audit/count/", {"q": "鶴"}).json() == {"count": "0"}


def test_few_letters_are_looked_for_some_entries_at_a_time_fault_16(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SCANNED", 3)
    saved(cell(new="鶴 in the oldest"))
    for number in range(10):
        saved(cell(new=f"number {number}"))
    newest = saved(cell(new="鶴 in the newest"))
    page = reader.get("/audit/", {"q": "鶴"})
    assert len(page.context["changes"]) == 2
    assert reader.get("/audit/count/", {"q": "鶴"}).json() == {"count": "2"}
    first = entries_of(newest)[0].pk
    assert reader.get("/audit/newer/", {"q": "鶴", "after": str(first - 1)}).json() == {"count": 1}
    monkeypatch.setattr(paging, "TIME_LIMIT", 0)
    page = reader.get("/audit/", {"q": "鶴"})
    assert page.context["page"].older is not None, "it leads on to where it has not looked"
    assert "Search further back" in words_of(reader, "/audit/?q=鶴")


def test_it_goes_together_with_the_other_filters(reader: Client) -> None:
    saved(cell(new="apple one"))
    saved(cell(new="apple two"), actor=BOB)
    saved(cell(new="apple three"), sheet=BUDGET)
    assert found(reader, f"q=apple&person=sandbox:{ALICE.id}") == ["apple three", "apple one"]
    assert found(reader, f"q=apple&sheet={BUDGET[0]}") == ["apple three"]
    assert found(reader, "q=apple&outcome=applied") == ["apple three", "apple two", "apple one"]
    assert found(reader, "q=apple&outcome=refused") == []


def test_pages_of_a_common_word_miss_and_repeat_nothing(reader: Client) -> None:
    for number in range(130):
        saved(cell(new=f"common {number}"))
    seen, query = [], "q=common"
    for _ in range(3):
        page = reader.get(f"/audit/?{query}").context
        seen += [change.new for change in page["changes"]]
        query = f"q=common&before={page['page'].older}"
    assert seen == [f'"common {number}"' for number in reversed(range(130))]


@pytest.mark.parametrize("text", ["common", "co"])
@pytest.mark.parametrize("place", [{}, {"before": 100_000}, {"after": 1}])
def test_entries_that_the_reader_cannot_read_cost_no_queries(
    text: str, place: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "BATCH", 5)
    monkeypatch.setattr(paging, "TIME_LIMIT", 60)  # a page that is cut off needs another query
    counts = []
    for _ in range(2):
        saved(*(cell(new=f"common {number}", row=number) for number in range(1, 61)))
        id_ranges.forget()  # so that both pages ask which months the log has
        with CaptureQueriesContext(connection) as queries:
            page = paging.page_of(paging.Asked(Entry.objects.all(), text=text), reader=READER_OF_BUDGET, **place)
        assert page.entries == []
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_counting_searches_for_the_words_once_and_not_for_each_sheet() -> None:
    for number in range(3):
        saved(cell(new=f"common {number}"))
        saved(cell(new=f"common {number}"), sheet=BUDGET)
    saved(cell(new="common too"), actor=BOB)
    with CaptureQueriesContext(connection) as queries:
        asked = paging.Asked(Entry.objects.intents(), text="common")
        assert paging.count(asked, reader=READER_OF_BUDGET) == 4
        assert paging.count(asked, reader=READER_OF_BUDGET, cap=2) == 2
    assert [query["sql"].count("common") for query in queries if "common" in query["sql"]] == [1, 1]


@pytest.mark.parametrize("text", ["common", "co"])
@pytest.mark.parametrize("reader", [AUDITOR, READER_OF_BUDGET])
def test_the_time_limit_ends_a_page_within_a_range(text: str, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "BATCH", 5)
    monkeypatch.setattr(paging, "TIME_LIMIT", 0)
    for number in range(12):
        saved(cell(new=f"common {number}"))
        saved(cell(new=f"common {number}"), sheet=BUDGET)
    asked = paging.Asked(Entry.objects.intents(), text=text)
    every = [entry.pk for entry in Entry.objects.intents() if reader.may_read(entry)]
    page = paging.page_of(asked, reader=reader)
    assert 0 < len(page.entries) <= search.BATCH
    found = page.entries
    while page.older is not None:
        page = paging.page_of(asked, reader=reader, before=page.older)
        found += page.entries
    assert [entry.pk for entry in found] == sorted(every, reverse=True)
    after, found = 0, []
    while (page := paging.page_after(asked, reader=reader, after=after, size=50)).newer != after:
        after, found = page.newer or 0, found + page.entries[::-1]
    assert [entry.pk for entry in found] == sorted(every)


def test_an_entry_that_is_written_during_the_reading_is_not_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "TIME_LIMIT", 0)
    first = saved(cell(new="other"))
    after = Entry.objects.of_edit(first.edit_id).latest("id").pk
    asked, parts = paging.Asked(Entry.objects.intents(), text="common"), paging._parts

    def slow_parts(*arguments: Any, **options: Any) -> Iterator[Any]:
        for part in parts(*arguments, **options):
            if not meanwhile:
                meanwhile.append(saved(cell(new="common")))
            yield part

    meanwhile: list[Intent] = []
    monkeypatch.setattr(paging, "_parts", slow_parts)
    reached = paging.page_after(asked, reader=AUDITOR, after=after, size=50).newer
    page = paging.page_after(asked, reader=AUDITOR, after=reached or 0, size=50)
    assert [entry.edit_id for entry in page.entries] == [meanwhile[0].edit_id]


@pytest.mark.parametrize("text", ["common", "co"])
def test_no_entries_come_after_the_largest_id(reader: Client, text: str) -> None:
    saved(cell(new="common"))
    for after in (2**63 - 1, 2**63 - 2):
        assert found(reader, f"q={text}&after={after}") == ["common"], "the newest page"
        assert reader.get(f"/audit/newer/?q={text}&after={after}").json() == {"count": 0}


@pytest.mark.parametrize("text", ["common", "co"])
def test_a_page_before_an_id_far_above_the_newest_is_the_newest_page(reader: Client, text: str) -> None:
    saved(cell(new="common"))
    for before in (2**63 - 1, 2**40):
        assert found(reader, f"q={text}&before={before}") == ["common"]


def test_a_personal_value_is_not_searched(reader: Client) -> None:
    saved(Change(1, "1", STATUS, "Salary", "12345678", "23456789", is_personal=True))
    assert found(reader, "q=23456789") == []


def test_that_a_row_was_saved_costs_the_index_nothing() -> None:
    intent = saved()
    of_intent, of_outcome = entries_of(intent)
    assert [entry.pk for entry in search.matching(Entry.objects.all(), "Chimney")] == []
    assert [entry.pk for entry in search.matching(Entry.objects.all(), "Pour found")] == [of_intent.pk]
    assert of_outcome.row_label == of_intent.row_label


@pytest.mark.skipif(is_sqlite, reason="PostgreSQL's index")
def test_the_index_is_what_postgresql_looks_into() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = search.matching(Entry.objects.all(), "Foundation").explain()
    assert "Bitmap Index Scan on audit_entry_" in plan
    assert "expr_idx" in plan


@pytest.mark.skipif(is_sqlite, reason="an extension of PostgreSQL's")
def test_without_the_extension_it_says_who_to_ask() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX audit_entry_text")
        cursor.execute("DROP EXTENSION pg_trgm")
        cursor.execute("CREATE ROLE nobody_in_particular")
        cursor.execute("SET LOCAL ROLE nobody_in_particular")
    with pytest.raises(search.CannotIndex, match="Have an administrator of the database run: CREATE EXTENSION pg_trgm"):
        search.make_index(connection)


@pytest.mark.skipif(is_sqlite, reason="an index of PostgreSQL's")
def test_it_can_be_taken_away_and_made_again() -> None:
    saved(cell(new="Foundation"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    search.drop_index(connection)
    search.make_index(connection)
    assert len(search.matching(Entry.objects.all(), "foundat")) == 1


@pytest.mark.parametrize("text", ["Done", "absent"])
def test_the_number_of_queries_does_not_depend_on_the_log(
    reader: Client, text: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        saved(cell(row=number))
    with django_assert_max_num_queries(30):
        reader.get(f"/audit/?q={text}")
