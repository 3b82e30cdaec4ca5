"""Formulas that refer to rows by their numbers still refer to the same cells when the rows get other numbers."""

from typing import Any

import pytest

from tests.sandbox.client import Client, Grid

FORMULA = "=N1 + $N$2 + [N]3 + SUM(N1:N3)"


@pytest.fixture
def sheet(as_alice: Client) -> Grid:
    """Return a sheet with the rows a (1), b (2), c (3) and d. Row d has a sum that uses the other rows."""
    columns = [{"title": "Name", "type": "TEXT_NUMBER", "primary": True}, {"title": "N", "type": "TEXT_NUMBER"}]
    columns.append({"title": "Sum", "type": "TEXT_NUMBER"})
    made = as_alice.ask("POST", "/sheets", {"name": "Numbers", "columns": columns}).json()["result"]
    grid = Grid(as_alice, made["id"])
    for name, number in (("a", 1), ("b", 2), ("c", 3)):
        grid.post({"title": "Name", "value": name}, {"title": "N", "value": number})
    grid.post({"title": "Name", "value": "d"}, {"title": "Sum", "formula": FORMULA})
    return grid.again()


def formula(sheet: Grid, task: str = "d") -> tuple[str, Any]:
    cell = sheet.again().cell(task, "Sum")
    return cell["formula"], cell["value"]


def test_they_follow_rows_below_a_new_row(sheet: Grid) -> None:
    sheet.post({"title": "N", "value": 10}, toTop=True)
    assert formula(sheet) == ("=N2 + $N$3 + [N]4 + SUM(N2:N4)", 12)
    sheet.post({"title": "N", "value": 10}, siblingId=sheet.row("a"))
    assert formula(sheet) == ("=N2 + $N$4 + [N]5 + SUM(N2:N5)", 22), "the range has the new row too"


def test_a_new_formula_means_the_rows_after_the_request(sheet: Grid) -> None:
    sheet.post({"title": "Name", "value": "top"}, {"title": "Sum", "formula": "=N2 * 5"}, toTop=True)
    assert formula(sheet, "top") == ("=N2 * 5", 5)


def test_they_follow_moved_rows(sheet: Grid) -> None:
    sheet.put("b", toTop=True)
    assert formula(sheet) == ("=N2 + $N$1 + [N]3 + SUM(N2:N3)", 10)


def test_they_follow_sorted_rows(sheet: Grid, as_alice: Client) -> None:
    criteria = [{"columnId": sheet.column("Name"), "direction": "DESCENDING"}]
    as_alice.ask("POST", f"{sheet.path}/sort", {"sortCriteria": criteria})
    assert sheet.again().tasks() == ["d", "c", "b", "a"]
    assert formula(sheet) == ("=N4 + $N$3 + [N]2 + SUM(N2:N4)", 12)


def test_a_deleted_row_is_lost(sheet: Grid, as_alice: Client) -> None:
    sheet.put("a", {"title": "Sum", "formula": "=SUM(N2:N3)"})
    sheet.put("c", {"title": "Sum", "formula": "=MAX(N2)"})
    as_alice.ask("DELETE", f"{sheet.path}/rows?ids={sheet.row('b')}")
    assert formula(sheet) == ("=N1 + #REF + [N]2 + SUM(N1:N2)", "#REF")
    assert formula(sheet, "a") == ("=SUM(N2:N2)", 3), "the range loses the row"
    assert formula(sheet, "c") == ("=MAX(#REF)", "#REF")
    as_alice.ask("DELETE", f"{sheet.path}/rows?ids={sheet.row('c')}")
    assert formula(sheet, "a") == ("=SUM(#REF)", "#REF")


def test_texts_and_other_names_stay_the_same(sheet: Grid) -> None:
    sheet.put("d", {"title": "Sum", "formula": '="N1" + N1 + "a ""[N]1"""'})
    sheet.put("c", {"title": "Sum", "formula": "={N1} + N1 + Q1@row"})
    sheet.post({"title": "Name", "value": "top"}, toTop=True)
    assert formula(sheet) == ('="N1" + N2 + "a ""[N]1"""', 'N11a "[N]1"')
    assert sheet.again().cell("c", "Sum")["formula"] == "={N1} + N2 + Q1@row"


def test_the_history_keeps_the_written_formula(sheet: Grid) -> None:
    before = sheet.history("d", "Sum")
    sheet.post({"title": "Name", "value": "top"}, toTop=True)
    assert sheet.history("d", "Sum") == before


def test_a_renamed_column_gets_its_new_title_only_where_it_is_meant(sheet: Grid, as_alice: Client) -> None:
    sheet.put("d", {"title": "Sum", "formula": '="[N] " + $N$2'})
    as_alice.ask("PUT", f"{sheet.path}/columns/{sheet.column('N')}", {"title": "New one"})
    assert formula(sheet) == ('="[N] " + $[New one]$2', "[N] 2")


def test_titles_that_look_like_references_stay_the_same(sheet: Grid, as_alice: Client) -> None:
    titles = ["Q1", "My N1", 'a "quoted" one']
    columns = [{"title": title, "type": "TEXT_NUMBER", "index": 3} for title in titles]
    assert as_alice.ask("POST", f"{sheet.path}/columns", columns).status_code == 200
    written = '=[Q1]@row + [My N1]@row + [a "quoted" one]@row + N2 + [a "quoted" one]@row'
    sheet.put("d", {"title": "Sum", "formula": written})
    sheet.post({"title": "Name", "value": "top"}, toTop=True)
    assert formula(sheet) == (written.replace("N2", "N3"), 2)
    as_alice.ask("PUT", f"{sheet.path}/columns/{sheet.column('N')}", {"title": "New"})
    assert formula(sheet) == (written.replace("N2", "[New]3"), 2)
    as_alice.ask("DELETE", f"{sheet.path}/columns/{sheet.column('N')}")
    assert formula(sheet) == (written.replace("N2", "#REF"), "#REF")


def test_a_column_formula_can_use_a_title_with_a_number(sheet: Grid, as_alice: Client) -> None:
    columns = [{"title": "Q1", "type": "TEXT_NUMBER", "index": 3, "formula": "=[N]@row * 2"}]
    columns.append({"title": "Half", "type": "TEXT_NUMBER", "index": 3, "formula": "=[Q1]@row / 2"})
    assert as_alice.ask("POST", f"{sheet.path}/columns", columns).status_code == 200
    assert sheet.again().cell("c", "Half")["value"] == 3


def test_a_number_that_no_row_can_have_stays_the_same(sheet: Grid) -> None:
    """Python refuses to convert a text of more than 4,300 digits to a number. So the sandbox doesn't convert such a row
    number in a formula, and leaves it as it is.
    """
    written = f"=N{'1' * 5000} + N$1 + SUM(N1:N{'9' * 5000})"
    sheet.put("d", {"title": "Sum", "formula": written})
    assert sheet.post({"title": "Name", "value": "top"}, toTop=True).status_code == 200
    assert sheet.again().cell("d", "Sum")["formula"] == written.replace("N$1", "N$2")


def test_a_formula_in_a_row_that_moves_means_the_rows_after_the_request(sheet: Grid) -> None:
    sheet.put("d", {"title": "Sum", "formula": "=N2 * 5"}, toTop=True)
    assert formula(sheet) == ("=N2 * 5", 5)
    assert sheet.history("d", "Sum")[0]["formula"] == "=N2 * 5"


def test_only_ascii_digits_are_row_numbers(sheet: Grid) -> None:
    sheet.put("d", {"title": "Sum", "formula": "=N\u0661"})
    assert formula(sheet) == ("=N\u0661", "#UNPARSEABLE")
