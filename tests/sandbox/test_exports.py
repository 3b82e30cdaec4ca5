import csv
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest

from tests.sandbox.client import Client, Grid, refusal

CSV, EXCEL, PDF = "text/csv", "application/vnd.ms-excel", "application/pdf"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def fetched(client: Client, grid: Grid, media_type: str, query: str = "") -> bytes:
    answer = client.get(f"{grid.path}{query}", headers={"Accept": media_type})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == media_type
    return answer.content


def parsed(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314 - written by the sandbox that we started


def test_a_sheet_comes_as_csv(budget: Grid, as_alice: Client) -> None:
    titles, *rows = csv.reader(io.StringIO(fetched(as_alice, budget, CSV).decode(), newline=""))
    assert titles == ["Line", "Amount", "Approved", "Approved on"]
    assert rows[0] == ["Groundworks", "84000", "true", "2025-11-14"]
    assert len(rows) == budget.body["totalRowCount"]


def test_a_file_shows_what_the_grid_shows(plan: Grid, as_alice: Client) -> None:
    lines = csv.DictReader(io.StringIO(fetched(as_alice, plan, CSV).decode(), newline=""))
    drains = next(line for line in lines if line["Task"] == "Drainage runs")
    assert drains["No."] == "SP-008"
    assert drains["Modified by"] == "Bob Baker"
    assert drains["Team"] == plan.cell("Drainage runs", "Team").get("displayValue", "")
    assert drains["Equipment"] == plan.cell("Drainage runs", "Equipment").get("displayValue", "")


def test_only_the_wanted_rows_come(budget: Grid, as_alice: Client) -> None:
    lines = fetched(as_alice, budget, CSV, f"?rowIds={budget.row('Services')}").decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["Line", "Services"]


def test_a_sheet_comes_as_a_workbook(budget: Grid, as_alice: Client) -> None:
    budget.put("Groundworks", {"title": "Line", "value": 'Earth & <stone> "deep"'})
    with zipfile.ZipFile(io.BytesIO(fetched(as_alice, budget, EXCEL))) as archive:
        parts = {name: parsed(archive.read(name)) for name in archive.namelist()}
    assert next(parts["xl/workbook.xml"].iter(f"{MAIN}sheet")).get("name") == "Budget"
    _titles, first, *_others = parts["xl/worksheets/sheet1.xml"].iter(f"{MAIN}row")
    assert ["".join(cell.itertext()) for cell in first][:2] == ['Earth & <stone> "deep"', "84000"]
    assert [cell.get("t") for cell in first][:2] == ["inlineStr", None]


def test_a_sheet_comes_as_pdf(plan: Grid, as_alice: Client) -> None:
    plan.put("Drainage runs", {"title": "Task", "value": r"Pipes (Ø 100) \ traps"})
    letter, huge = (fetched(as_alice, plan, PDF, query) for query in ("", "?paperSize=A0"))
    assert letter.startswith(b"%PDF-1.4")
    assert b"/MediaBox [0 0 792 612]" in letter
    assert b"/MediaBox [0 0 3370 2384]" in huge
    assert r"Pipes \(Ø 100\) \\ traps".encode("cp1252") in huge
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", letter), start=1):
        assert letter[int(place) :].startswith(b"%d 0 obj" % number)
    assert letter[int(re.findall(rb"startxref\n(\d+)", letter)[0]) :].startswith(b"xref")


def test_an_unknown_paper_is_refused(plan: Grid, as_alice: Client) -> None:
    answer = as_alice.get(f"{plan.path}?paperSize=A9", headers={"Accept": PDF})
    assert refusal(answer) == (400, 1053)
    assert answer.json()["message"] == "Unknown Paper size: A9."


@pytest.mark.parametrize("media_type", ["text/html", "image/png"])
def test_an_invalid_sheet_is_refused(plan: Grid, as_alice: Client, media_type: str) -> None:
    assert refusal(as_alice.get(plan.path, headers={"Accept": media_type})) == (406, 1052)


def test_people_without_access_get_no_file(as_dora: Client, budget: Grid) -> None:
    assert refusal(as_dora.get(budget.path, headers={"Accept": CSV})) == (404, 1006)


@pytest.mark.parametrize(("media_type", "name"), [(CSV, "Budget.csv"), (EXCEL, "Budget.xlsx"), (PDF, "Budget.pdf")])
def test_a_file_has_the_name_of_its_sheet(budget: Grid, as_alice: Client, media_type: str, name: str) -> None:
    answer = as_alice.get(budget.path, headers={"Accept": media_type})
    # The Python SDK searches for the name of the file after the semicolon.
    assert f'filename="{name}";' in answer.headers["Content-Disposition"]
