"""An export from the log's page has only entries that the reader can read, and uses the page's filters. The export is
recorded before its first byte is sent.
"""

import csv
import json
from collections.abc import Callable, Generator, Iterator
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from pytest_django import Settings

from audit import recording
from audit.export import csv_file, exports, jsonl
from audit.models import Entry
from audit.recording import NotRecorded
from audit.vocabulary import Origin
from tests.audit.edits import ALICE, BOB, BUDGET, NOTES, SITE_PLAN, cell, intended, saved
from tests.audit.reading.test_page_queries import counting_steps
from tests.running_sandbox import Person

pytestmark = [pytest.mark.usefixtures("log"), pytest.mark.django_db]


@pytest.fixture
def auditor(reader: Client) -> Client:
    permission = Permission.objects.get(codename="export", content_type__app_label="audit")
    User.objects.get(username="charlie").user_permissions.add(permission)
    return reader


def download(client: Client, query: str = "", kind: str = "csv") -> StreamingHttpResponse:
    response = client.post(f"/audit/export/{query}", {"format": kind})
    assert isinstance(response, StreamingHttpResponse)
    return response


def pieces_of(response: StreamingHttpResponse) -> Iterator[bytes]:
    pieces = response.streaming_content
    assert isinstance(pieces, Iterator)
    return pieces


def people_in(response: StreamingHttpResponse) -> set[str]:
    text = response.getvalue().decode("utf-8-sig")
    return {row["person"] for row in csv.DictReader(StringIO(text, newline="")) if row["seq"] != "complete"}


def test_an_auditor_exports_everything(auditor: Client) -> None:
    saved(actor=ALICE)
    saved(actor=BOB, sheet=BUDGET)

    response = download(auditor)

    assert response.headers["Content-Disposition"].startswith('attachment; filename="audit-log-')
    assert people_in(response) >= {ALICE.name, BOB.name}


def test_the_active_filters_are_applied_and_recorded(auditor: Client) -> None:
    saved(actor=ALICE)
    saved(actor=BOB, sheet=BUDGET)

    response = download(auditor, f"?person={BOB.id}", kind="jsonl")
    header, *_, end = [json.loads(line) for line in response.getvalue().splitlines()]

    assert (header["query"], header["is_whole"]) == ({"person": str(BOB.id)}, False)
    assert end["entries"] == 2


@pytest.mark.parametrize("query", ["column=501", "outcome=applied", "q=Crane"], ids=["column", "outcome", "text"])
def test_an_edit_is_exported_with_its_outcome(auditor: Client, query: str) -> None:
    saved(cell("Open", "Crane"))
    intended(cell("Open", "Other", column=NOTES))

    response = download(auditor, f"?sheet={SITE_PLAN[0]}&{query}", kind="jsonl")
    _, *entries, _ = [json.loads(line) for line in response.getvalue().splitlines()]

    assert [line["entry"]["phase"] for line in entries] == ["intent", "applied"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL compares all edits with all matches at once")
def test_an_edit_is_looked_through_once_for_a_match(auditor: Client) -> None:
    steps = {}
    for rows in (200, 800):
        intended(*(cell(row=row) for row in range(rows)))
        with counting_steps() as counted:
            download(auditor, "?outcome=failed").getvalue()
        steps[rows] = counted[0]
    assert steps[800] < 10 * steps[200], "with 5 times as many entries"


def test_the_export_is_an_entry_before_its_first_byte(auditor: Client) -> None:
    saved()

    response = download(auditor, f"?sheet={SITE_PLAN[0]}")

    entry = Entry.objects.get(action="export")
    assert json.loads(entry.evidence or "") == {
        "kind": "csv",
        "last_seq": 2,
        "query": {"sheet": str(SITE_PLAN[0])},
    }
    assert entry.actor_name == "charlie"
    assert f"export {entry.edit_id.hex}" in response.getvalue().decode()


def test_nothing_is_exported_that_is_not_recorded(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise NotRecorded("The audit log could not be written.")

    monkeypatch.setattr(recording, "write", refuse)

    assert auditor.post("/audit/export/", {"format": "csv"}).status_code == 503


def test_the_right_to_see_everything_does_not_include_exports(reader: Client) -> None:
    assert reader.post("/audit/export/", {"format": "csv"}).status_code == 403
    assert not Entry.objects.filter(action="export").exists()


def test_others_export_what_they_may_read(
    client: Client, alice: Person, sign_in: Callable[[Client, Person], None], settings: Settings
) -> None:
    settings.ROLES = {name: frozenset() for name in settings.ROLES}
    sign_in(client, alice)
    saved(actor=BOB, sheet=(1, "A sheet of Bob's own"))

    assert people_in(download(client)) == {"Alice Archer"}


def test_an_address_that_is_not_understood_exports_nothing(auditor: Client) -> None:
    assert auditor.post("/audit/export/?person=me", {"format": "csv"}).status_code == 400
    assert auditor.post("/audit/export/", {"format": "pdf"}).status_code == 400
    assert auditor.get("/audit/export/").status_code == 405


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_client_that_goes_away_ends_the_query(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    saved()
    monkeypatch.setattr(csv_file, "_ROWS", 1)
    selection = exports.Selection(entries=Entry.objects.all(), query={}, is_whole=True)
    pieces = exports.begin(selection, kind=kind, actor=ALICE, origin=Origin.APP).pieces
    assert isinstance(pieces, Generator)  # Django's response closes the generator when the client disconnects
    next(pieces)
    next(pieces)

    pieces.close()

    assert Entry.objects.count() == 3  # the connection can be used for the next query


@pytest.mark.parametrize(("kind", "module"), [("csv", csv_file), ("jsonl", jsonl)], ids=["csv", "jsonl"])
def test_an_error_in_the_middle_leaves_the_end_away(
    auditor: Client, kind: str, module: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved()
    response = download(auditor, kind=kind)
    monkeypatch.setattr(module, "windows", lambda **_: iter([None]))
    sent: list[bytes] = []

    with pytest.raises(AttributeError):
        sent.extend(pieces_of(response))

    assert len(sent) == 1
    assert b"complete" not in sent[0]
    assert b'"end"' not in sent[0]
