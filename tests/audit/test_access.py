"""People can read their own entries, and the entries on sheets that they can open. Auditors can read all entries."""

import pytest
from django.test import Client

from audit import access
from audit.access import Readable, Reader
from audit.models import Entry, EntryQuerySet
from audit.recording import Actor, note
from audit.vocabulary import Action
from tests.audit.edits import ALICE, AUDITOR, BOB, BUDGET, SITE_PLAN, cell, saved

pytestmark = pytest.mark.django_db

ELSEWHERE = Actor(id=ALICE.id, region="eu", name="Eva Else", email="eva@example.com")


def reading(actor: Actor, *sheets: tuple[int, str]) -> Reader:
    readable = Readable(frozenset(sheet_id for sheet_id, _ in sheets))
    return Reader(actor, sees_all=False, readable=lambda: readable)


@pytest.fixture(params=[2_000, 1], ids=["by-looking-through", "by-slices"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test twice. There are two ways to find the entries that a person can read: to look through the newest
    entries of the whole log, or to query the entries of each sheet.
    """
    monkeypatch.setattr(access, "WINDOW", request.param)


@pytest.fixture
def _written(_way: None) -> None:
    saved(cell(new="alice on plan"))
    saved(cell(new="alice on budget"), sheet=BUDGET)
    saved(cell(new="bob on plan"), actor=BOB)
    saved(cell(new="bob on budget"), actor=BOB, sheet=BUDGET)
    saved(cell(new="eva on plan"), actor=ELSEWHERE)
    note(actor=ALICE, action=Action.SIGN_IN)
    note(actor=BOB, action=Action.SIGN_IN)


def told(entries: list[Entry]) -> list[str]:
    return [entry.new.strip('"') if entry.new else entry.action for entry in entries]


def heads() -> EntryQuerySet:
    return Entry.objects.heads().newest_first()


@pytest.mark.usefixtures("_written")
@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        pytest.param(reading(ALICE), ["sign_in", "alice on budget", "alice on plan"], id="own-alone"),
        pytest.param(
            reading(ALICE, SITE_PLAN),
            ["sign_in", "bob on plan", "alice on budget", "alice on plan"],
            id="own-and-sheet",
        ),
        pytest.param(reading(ELSEWHERE, SITE_PLAN), ["eva on plan"], id="same-number-in-another-region"),
        pytest.param(reading(Actor(0, "sandbox", "admin", "")), [], id="nobody-in-particular"),
        pytest.param(
            AUDITOR,
            ["sign_in", "sign_in", "eva on plan", "bob on budget", "bob on plan", "alice on budget", "alice on plan"],
            id="auditor",
        ),
    ],
)
def test_each_sees_what_they_may(reader: Reader, expected: list[str]) -> None:
    taken = reader.take(heads(), 50)
    assert told(taken) == expected
    assert told(list(reader.narrow(heads()))) == expected
    assert told([entry for entry in heads() if reader.may_read(entry)]) == expected
    assert reader.count(heads(), cap=50) == len(expected)
    assert reader.count(heads(), cap=2) == min(2, len(expected))
    assert told(reader.take(heads(), 2)) == expected[:2]
    assert told(reader.take(Entry.objects.heads().order_by("id"), 50)) == expected[::-1]


@pytest.mark.usefixtures("_written")
def test_filters_and_bounds_hold_within_what_one_may_see() -> None:
    reader = reading(ALICE, SITE_PLAN, BUDGET)
    assert told(reader.take(heads().by_actor(BOB.id), 50)) == ["bob on budget", "bob on plan"]
    assert told(reader.take(heads().on_sheet(BUDGET[0]), 50)) == ["bob on budget", "alice on budget"]
    second = reader.take(heads(), 50)[1]
    assert told(reader.take(Entry.objects.heads().before(second.pk), 50)) == [
        "bob on plan",
        "alice on budget",
        "alice on plan",
    ]


def test_without_the_settings_only_auditors_read(client: Client, reader: Client, settings: object) -> None:
    settings.AUDIT_ACTOR = settings.AUDIT_READABLE_SHEETS = ""  # type: ignore[attr-defined]  # the fixture's settings
    saved()
    assert len(reader.get("/audit/").context["changes"]) == 1


@pytest.mark.usefixtures("_way")
def test_the_sheets_are_not_asked_for_where_they_do_not_matter() -> None:
    def refuse() -> Readable:
        raise AssertionError("asked")

    saved()
    assert len(Reader(ALICE, sees_all=True, readable=refuse).take(heads(), 5)) == 1
    entry = Entry.objects.heads().get()
    assert Reader(ALICE, sees_all=False, readable=refuse).may_read(entry)
