"""Importing CSV and Excel files as sheets."""

import io
import zipfile

import pytest
import requests

from tests.sandbox.client import Client, Grid, refusal

CSV = "text/csv"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TABLE = 'Fruit list,,,\r\nName,Size,Ripe,Due\r\nApple,5,true,2026-03-01\r\n"Pear, green",large,FALSE,\r\n'
TITLES = ["Name", "Size", "Ripe", "Due"]


def send(
    client: Client, content: bytes, query: str = "", *, kind: str = CSV, path: str = "/sheets"
) -> requests.Response:
    headers = {"Content-Type": kind, "Content-Disposition": 'attachment; filename="Fruit.csv"'}
    return client.http.post(f"{client.api}{path}/import{query}", data=content, headers=headers, timeout=10)


def imported(client: Client, content: bytes, query: str = "", *, kind: str = CSV) -> Grid:
    answer = send(client, content, query, kind=kind)
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    assert (result["type"], result["accessLevel"]) == ("sheet", "OWNER")
    sheet = Grid(client, result["id"])
    assert sheet.body["name"] == result["name"]
    return sheet


def test_a_csv_file_becomes_a_sheet(as_alice: Client) -> None:
    sheet = imported(as_alice, TABLE.encode(), "?sheetName=Fruit%20of%20ours&headerRowIndex=1")
    assert sheet.body["name"] == "Fruit of ours"
    assert [(column["title"], column["type"]) for column in sheet.body["columns"]] == [
        ("Name", "TEXT_NUMBER"), ("Size", "TEXT_NUMBER"), ("Ripe", "CHECKBOX"), ("Due", "DATE"),
    ]  # fmt: skip
    assert sheet.tasks() == ["Apple", "Pear, green"]
    assert [sheet.cell("Apple", title)["value"] for title in TITLES] == ["Apple", 5, True, "2026-03-01"]
    assert sheet.cell("Pear, green", "Size")["value"] == "large"
    assert "value" not in sheet.cell("Pear, green", "Due")
    assert sheet.put("Apple", {"title": "Size", "value": 6}).status_code == 200


def test_without_a_header_columns_are_numbered(as_alice: Client) -> None:
    sheet = imported(as_alice, b"a,b\n1,2,3\n", "?primaryColumnIndex=1")
    assert sheet.body["name"] == "Fruit"
    assert list(sheet.columns) == ["Column1", "Column2", "Column3"]
    assert sheet.columns["Column2"]["primary"] is True
    assert sheet.tasks() == ["b", 2]


def test_titles_are_made_different(as_alice: Client) -> None:
    assert list(imported(as_alice, b"A,A,\n1,2,3\n", "?headerRowIndex=0").columns) == ["A", "A 2", "Column3"]


def workbook(rows: str, shared: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
        formats = '<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
        formats += '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>'
        archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{formats}</styleSheet>')
    return buffer.getvalue()


def test_a_workbook_becomes_a_sheet(as_alice: Client) -> None:
    shared = "<si><t>Name</t></si><si><r><t>Ap</t></r><r><t>ple</t></r></si>"
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Due</t></is></c></row>'
        '<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3"><v>2.5</v></c><c r="C3" s="1"><v>46082</v></c>'
        '<c r="D3" t="b"><v>1</v></c><c r="E3" s="2"><v>46083</v></c></row>'
    )
    sheet = imported(as_alice, workbook(rows, shared), "?headerRowIndex=0", kind=EXCEL)
    assert list(sheet.columns) == ["Name", "Column2", "Due", "Column4", "Column5"]
    assert sheet.tasks() == [None, "Apple"]
    values = [sheet.cell("Apple", title)["value"] for title in sheet.columns]
    assert values == ["Apple", 2.5, "2026-03-01", True, "2026-03-02"]


def test_exports_of_the_sandbox_can_be_imported(plan: Grid, as_alice: Client) -> None:
    for kind, accept in ((CSV, CSV), (EXCEL, "application/vnd.ms-excel")):
        content = as_alice.get(plan.path, headers={"Accept": accept}).content
        copy = imported(as_alice, content, "?headerRowIndex=0", kind=kind)
        assert copy.tasks() == plan.tasks()
        assert list(copy.columns) == list(plan.columns)
        assert copy.cell("Core walls", "Budget")["value"] == plan.cell("Core walls", "Budget")["value"]


def test_a_file_goes_into_a_folder(as_alice: Client) -> None:
    folder = as_alice.ask("POST", "/home/folders", {"name": "Imports"}).json()["result"]["id"]
    assert send(as_alice, b"a\n", path=f"/folders/{folder}/sheets").status_code == 200
    assert [each["name"] for each in as_alice.json(f"/folders/{folder}")["sheets"]] == ["Fruit"]
    workspace = as_alice.ask("POST", "/workspaces", {"name": "Work"}).json()["result"]["id"]
    assert send(as_alice, b"a\n", path=f"/workspaces/{workspace}/sheets").status_code == 200
    assert [each["name"] for each in as_alice.json(f"/workspaces/{workspace}")["sheets"]] == ["Fruit"]


@pytest.mark.parametrize(
    ("content", "kind", "query", "code"),
    [
        (b"", CSV, "", 1024),
        (b"a", "text/plain", "", 1091),
        (b"no workbook", EXCEL, "", 1091),
        (workbook("<row>")[:-30], EXCEL, "", 1091),
        (workbook("<c>"), EXCEL, "", 1091),
        (workbook('<row><c r="A1" t="s"><v>9</v></c></row>'), EXCEL, "", 1091),
        (workbook('<row><c r="A1" s="1"><v>1e99</v></c></row>'), EXCEL, "", 1091),
        (b"a,b\n", CSV, "?headerRowIndex=1", 1018),
        (b"a,b\n", CSV, "?headerRowIndex=-1", 1018),
        (b"a,b\n", CSV, "?primaryColumnIndex=2", 1018),
        (b"a,b\n", CSV, "?sheetName=" + "x" * 51, 1041),
        (b",".join(b"x" for _ in range(401)), CSV, "", 1061),
    ],
)
def test_invalid_imports(as_alice: Client, content: bytes, kind: str, query: str, code: int) -> None:
    before = as_alice.json("/sheets")["totalCount"]
    assert refusal(send(as_alice, content, query, kind=kind)) == (400, code)
    assert as_alice.json("/sheets")["totalCount"] == before


def test_only_who_may_make_sheets_imports_them(as_charlie: Client, as_dora: Client) -> None:
    answers = [send(client, b"a\n") for client in (as_charlie, as_dora)]
    licensed = [client.json("/users/me")["licensedSheetCreator"] for client in (as_charlie, as_dora)]
    assert [answer.status_code for answer in answers] == [200 if each else 403 for each in licensed]
    assert False in licensed


def test_an_import_needs_no_file_name(as_alice: Client) -> None:
    """The Python SDK and the example in Smartsheet's documentation send no file name. The request must then
    name the sheet.
    """
    headers = {"Content-Type": CSV, "Content-Disposition": "attachment"}
    for query, answer in (("?sheetName=Fruit", 200), ("", 400)):
        made = as_alice.http.post(f"{as_alice.api}/sheets/import{query}", data=TABLE, headers=headers, timeout=10)
        assert made.status_code == answer, made.text
