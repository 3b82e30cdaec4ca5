"""The CSV export has a line for each entry, with the names of the person and the sheet. No cell can run as a formula in
a spreadsheet program.
"""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from time import perf_counter

import pytest

from audit.context import RequestContext, using
from audit.models import PersonalText
from audit.recording import Change, Evidence, Json, note
from tests.audit.edits import ALICE, cell
from tests.audit.export.conftest import exported

pytestmark = pytest.mark.usefixtures("log")


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(exported("csv").decode("utf-8-sig"), newline="")))


def cells_of(rows: list[dict[str, str]]) -> Iterator[str]:
    for row in rows:
        yield from row.values()


def noted(old: Json, new: Json) -> None:
    note(actor=ALICE, action="change", changes=[cell(old, new)])


def test_it_has_a_line_for_each_entry_in_the_order_of_the_chain() -> None:
    noted("Open", "Done")
    noted("Done", "Open")

    first, second, _ = rows()

    assert (first["seq"], first["person"], first["email"]) == ("1", ALICE.name, ALICE.email)
    assert (first["old"], first["new"], second["new"]) == ("Open", "Done", "Open")
    assert first["at_utc"].startswith("20")


@pytest.mark.parametrize("sign", list("=+-@\t\r\n＝＋－＠"), ids=lambda sign: f"U+{ord(sign):04X}")
def test_no_cell_is_a_formula(sign: str) -> None:
    evil = f"{sign}cmd|' /C calc'!A0"
    change = Change(row_id=1, row_label=evil, column_id=2, column_title=evil, old=evil, new=evil)
    eve = type(ALICE)(id=5, region="com", name=evil, email=evil)
    note(actor=eve, action="change", changes=[change], sheet_name=evil, reason=evil, message=evil, ref_id=evil)

    found = rows()[:-1]

    assert list(cells_of(found)).count(f"'{evil}") >= 8
    assert not [text for text in cells_of(found) if text.startswith(sign)]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
@pytest.mark.parametrize(
    "before",
    [
        " ",
        "  ",
        "\u00a0",
        "\u200b",
        "\ufeff",
        "\f",
        "\v",
        "\u2003",
        "\u3000",
        "\u202e",
        "\u2066",
        "\u00ad",
        " \t\u200b",
    ],
    ids=lambda before: " ".join(f"U+{ord(sign):04X}" for sign in before),
)
def test_no_cell_is_a_formula_behind_what_is_skipped_fault_34(before: str, sign: str) -> None:
    evil = f"{before}{sign}cmd|' /C calc'!A0"
    change = Change(row_id=1, row_label=evil, column_id=2, column_title=evil, old=None, new=evil)
    note(actor=ALICE, action="change", changes=[change], sheet_name=evil, reason=evil)

    found = rows()[0]

    marked = "'" + (evil.replace(sign, f"'{sign}") if "\t" in before else evil)  # a spreadsheet can split at the tab
    assert {found[name] for name in ("row_label", "column_title", "sheet_name", "reason")} == {marked}
    assert found["new"] in {marked, json.dumps(evil)}, "with an escape that stays, it begins with a quote mark"


@pytest.mark.parametrize("separator", list(";,\t\r\n"), ids=lambda sign: f"U+{ord(sign):04X}")
@pytest.mark.parametrize("before", ["", " ", '"', "\u200b", "'", "\\"], ids=repr)
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝"])
def test_no_cell_is_a_formula_if_a_spreadsheet_splits_at_other_signs(separator: str, before: str, sign: str) -> None:
    """If the computer's decimal separator is a comma, Excel splits a CSV file at semicolons, and ignores our quotes. So
    a part of a text could become a cell that begins with the sign of a formula.
    """
    evil, marked = (f"x{separator}{before}{mark}{sign}1+1{separator}y" for mark in ("", "'"))
    change = Change(row_id=1, row_label=evil, column_id=2, column_title=evil, old=evil, new=evil)
    eve = type(ALICE)(id=5, region="com", name=evil, email=evil)
    with using(RequestContext(request_id="1", user_agent=evil)):
        note(actor=eve, action="change", changes=[change], sheet_name=evil, reason=evil, message=evil, ref_id=evil)

    found = rows()[0]

    texts = ("person", "email", "sheet_name", "row_label", "column_title", "reason", "message", "ref_id", "user_agent")
    assert {name: found[name] for name in texts} == dict.fromkeys(texts, marked)
    escaped = json.dumps(evil, ensure_ascii=False) if before == "\u200b" else marked
    assert {found["old"], found["new"]} <= {marked, escaped}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_string_in_json_is_a_formula_either(sign: str) -> None:
    contact: Json = {"name": f'Bob;"{sign}1+1', "objectType": "CONTACT"}
    numbers: list[Evidence] = [1, -5]
    evidence: dict[str, Evidence] = {"text": f"a;{sign}1", "list": numbers}
    note(actor=ALICE, action="change", changes=[cell(None, contact)], evidence=evidence)
    found = rows()[0]
    assert json.loads(found["new"])["name"] == f"Bob;\"'{sign}1+1"
    assert json.loads(found["evidence"]) == {"text": f"a;'{sign}1", "list": [1, -5]}


@pytest.mark.parametrize("blank", list("\n\t\r"), ids=repr)
def test_a_long_row_of_blanks_takes_no_time(blank: str) -> None:
    """In an earlier version, the export of a text with 40,000 blanks took half a minute."""
    text = f"a{blank * 40_000}b{blank}=1"
    noted(None, text)
    start = perf_counter()
    found = rows()
    assert perf_counter() - start < 3
    assert found[0]["new"] == f"a{blank * 40_000}b{blank}'=1"


def test_text_that_only_begins_with_a_blank_stays_as_it_was_typed() -> None:
    noted(None, "  two blanks")

    assert rows()[0]["new"] == "  two blanks"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('two\nlines, "quoted" \\ here', 'two\nlines, "quoted" \\ here'),
        ("", ""),
        (5, "5"),
        (-5, "-5"),
        (-0.75, "-0.75"),
        ("-0.75", "'-0.75"),
        (True, "true"),
        (None, ""),
        ("nul \x00", '"nul \\u0000"'),
        ("\ud800", '"\\ud800"'),
        ("Ünïcode ✓", "Ünïcode ✓"),
        ({"name": "Bob", "objectType": "CONTACT"}, '{"name":"Bob","objectType":"CONTACT"}'),
    ],
    ids=[
        "quoted",
        "empty text",
        "number",
        "fault_15 negative",
        "fault_15 negative fraction",
        "fault_15 text of a number",
        "checkbox",
        "empty cell",
        "nul",
        "surrogate",
        "umlaut",
        "contact",
    ],
)
def test_a_value_reads_as_it_was_typed(value: Json, text: str) -> None:
    noted(None, value)

    assert rows()[0]["new"] == text


def test_a_personal_value_is_in_the_clear_until_it_is_erased() -> None:
    note(actor=ALICE, action="change", changes=[Change(1, "", 2, "", "born 1970", "born 1971", is_personal=True)])
    assert (rows()[0]["old"], rows()[0]["new"]) == ("born 1970", "born 1971")

    for text in PersonalText.objects.all():
        PersonalText.objects.filter(pk=text.pk).update(text="", salt="", email="", erased_at="2026-01-01T00:00Z")

    row = next(row for row in rows() if row["old"])
    assert row["person"] == ""
    assert "born" not in row["old"] + row["new"]
    assert row["old"].startswith('{"hmac":"')


def test_the_last_line_says_that_it_is_complete() -> None:
    noted("Open", "Done")

    *_, last = rows()

    assert (last["seq"], last["entry"]) == ("complete", "1 entries")


def test_excel_takes_it_for_utf_8() -> None:
    assert exported("csv").startswith(b'\xef\xbb\xbf"seq",')
