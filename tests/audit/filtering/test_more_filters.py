"""Tests of the filters by region, action, outcome, origin and day. Other tests check the number of matching entries,
and which people and sheets the filters suggest.
"""

import re
from datetime import UTC, timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from audit.filtering import choices
from audit.filtering.filters import LogFilter
from audit.models import Entry
from audit.recording import Actor, Outcome, note, settle
from audit.unsettled import Unsettled
from audit.vocabulary import Action, Origin, Phase
from tests.audit.edits import ALICE, BOB, BUDGET, ROW, SITE_PLAN, STATUS, cell, intended, saved
from tests.audit.filtering.test_filters import found
from tests.audit.reading.test_log_page import body_of, words_of

pytestmark = pytest.mark.django_db

IN_EUROPE = Actor(id=ALICE.id, region="eu", name="Alwine Acker", email="alwine@example.eu")


def test_the_same_number_in_two_regions_is_two_people(reader: Client) -> None:
    saved(cell(new="here"))
    saved(cell(new="there"), actor=IN_EUROPE)
    assert found(reader, f"person=eu:{ALICE.id}") == ["there"]
    assert found(reader, f"person=sandbox:{ALICE.id}") == ["here"]
    assert found(reader, f"person=Alwine+Acker+·+eu:{ALICE.id}") == ["there"]
    body = body_of(reader, f"/audit/?person=eu:{ALICE.id}")
    assert f'<option value="eu:{ALICE.id}" selected>Alwine Acker · eu:{ALICE.id}</option>' in body
    assert "Person: Alwine Acker" in words_of(reader, f"/audit/?person=eu:{ALICE.id}")
    assert f"?person=eu%3A{ALICE.id}" in body or f"?person=eu:{ALICE.id}" in body


@pytest.fixture
def outcomes(db: None) -> None:
    saved(cell(new="saved"))
    settle(intended(cell(new="refused")), [Outcome(Phase.REFUSED, ROW)])
    settle(intended(cell(new="failed")), [Outcome(Phase.FAILED, ROW)])
    settle(intended(cell(new="unknown")), [Outcome(Phase.UNKNOWN, ROW)])
    intended(cell(new="open"))
    found_out = intended(cell(new="found out"))
    settle(found_out, [Outcome(Phase.UNKNOWN, ROW)])
    settle(found_out, [Outcome(Phase.NOT_APPLIED, ROW)])
    note(
        actor=ALICE,
        action=Action.CHANGE,
        phase=Phase.CONFLICT,
        changes=[cell(new="conflict")],
        sheet_id=SITE_PLAN[0],
        sheet_name="Site plan",
    )


@pytest.mark.usefixtures("outcomes")
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("applied", ["saved"]),
        ("refused", ["refused"]),
        ("failed", ["failed"]),
        ("uncertain", ["open", "unknown"]),
        ("not_applied", ["found out"]),
        ("conflict", ["conflict"]),
        ("undecidable", []),
    ],
)
def test_outcomes(reader: Client, outcome: str, expected: list[str]) -> None:
    assert found(reader, f"outcome={outcome}") == expected
    assert found(reader, f"outcome={outcome}&sheet={SITE_PLAN[0]}&column={STATUS}") == expected
    assert found(reader, f"outcome={outcome}&person=sandbox:{BOB.id}") == []


def test_outcomes_of_rows_are_not_mixed_up(reader: Client) -> None:
    intent = intended(cell(row=1, new="a"), cell(row=2, new="b"), cell(row=3, new="c"))
    settle(intent, [Outcome(Phase.REFUSED, 2), Outcome(Phase.APPLIED, 1)])
    assert found(reader, "outcome=refused") == ["b"]
    assert found(reader, "outcome=applied") == ["a"]
    assert found(reader, "outcome=uncertain") == ["c"]


def test_actions_and_origins(reader: Client) -> None:
    saved()
    note(actor=ALICE, action=Action.SIGN_IN)
    note(actor=BOB, action=Action.REFRESH, is_head=False)
    note(actor=BOB, action=Action.ERASE, origin=Origin.COMMAND)

    def acts(query: str) -> list[str]:
        return [change.intent.action for change in reader.get(f"/audit/?{query}").context["changes"]]

    assert acts("") == ["erase", "sign_in", "change"]
    assert acts("action=sign_in") == ["sign_in"]
    assert acts("action=refresh") == ["refresh"]
    assert acts("origin=command") == ["erase"]
    assert acts("origin=form") == ["change"]


def test_days_are_the_readers(reader: Client) -> None:
    at = Entry.objects.of_edit(saved(cell(new="now")).edit_id)[0].at
    day = at.date()
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    assert found(reader, f"since={day}&until={day}") == ["now"]
    assert found(reader, f"since={day}") == found(reader, f"until={day}") == ["now"]
    assert found(reader, f"until={before}") == found(reader, f"since={after}") == []
    with timezone.override(timezone.get_fixed_timezone(14 * 60)):
        in_kiritimati = timezone.localtime(at).date()
    assert in_kiritimati in {day, after}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("action=fly", "“action” has an unknown value: fly."),
        ("outcome=good", "“outcome” has an unknown value: good."),
        ("origin=moon", "“origin” has an unknown value: moon."),
        ("since=yesterday", "“From” must be a day, such as 2026-11-30."),
        ("until=2026-02-30", "“To” must be a day"),
        ("since=2026-05-02&until=2026-05-01", "The first day (“From”) must not be later than the last day (“To”)."),
        ("q=" + "x" * 201, "“Words” must be 200 letters or fewer."),
        ("person=eu:", "“person” must be a Smartsheet id"),
        ("q=%00abc", "Null characters are not allowed."),
    ],
    ids=["action", "outcome", "origin", "since", "until", "order", "text", "person", "null"],
)
def test_unknown_values_are_reported(reader: Client, query: str, message: str) -> None:
    response = reader.get(f"/audit/?{query}")
    assert response.status_code == 400
    assert message in response.content.decode()


def test_each_new_filter_is_named_as_active(reader: Client) -> None:
    saved()
    query = "action=change&outcome=applied&origin=form&since=2020-01-01&q=Pour+f"
    assert [(one.what, one.name) for one in reader.get(f"/audit/?{query}").context["active_filters"]] == [
        ("action", "changed cell"),
        ("outcome", "saved"),
        ("origin", "row form"),
        ("since", "2020-01-01"),
        ("q", "Pour f"),
    ]


def test_how_many_there_are_is_counted_up_to_a_cap(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        saved(cell(row=number), cell(row=number, column=2))
    assert "Count the entries" in words_of(reader)
    assert "3 in all" in words_of(reader, "/audit/?count=1")
    assert reader.get("/audit/count/").json() == {"count": "3"}
    assert reader.get("/audit/count/?q=Pour+found").json() == {"count": "6"}
    assert reader.get(f"/audit/count/?sheet={BUDGET[0]}").json() == {"count": "0"}
    monkeypatch.setattr("audit.paging.CAP", 2)
    monkeypatch.setattr("audit.reading.views.CAP", 2)
    monkeypatch.setattr("audit.paging.count.__kwdefaults__", {"after": None, "cap": 2})
    assert reader.get("/audit/count/").json() == {"count": "2+"}


def test_an_open_page_announces_new_entries(reader: Client) -> None:
    saved()
    front = reader.get("/audit/").context["page"].front
    assert f"/audit/newer/?after={front}" in body_of(reader)
    assert reader.get(f"/audit/newer/?after={front}").json() == {"count": 0}
    saved()
    saved(sheet=BUDGET)
    assert reader.get(f"/audit/newer/?after={front}").json() == {"count": 2}
    assert reader.get(f"/audit/newer/?after={front}&sheet={BUDGET[0]}").json() == {"count": 1}
    assert reader.get("/audit/newer/?after=x").status_code == 400
    assert reader.get("/audit/newer/").status_code == 400


def test_asking_for_new_entries_is_no_reading(reader: Client) -> None:
    saved()
    reader.get("/audit/newer/?after=0")
    reader.get("/audit/count/")
    assert not Entry.objects.filter(action=Action.READ).exists()


@pytest.mark.parametrize("address", ["count/", "newer/?after=0", "choices/person/", "choices/sheet/"])
def test_signed_out_people_get_no_information(client: Client, address: str) -> None:
    assert client.get(f"/audit/{address}").status_code == 302


def test_people_and_sheets_are_offered_as_they_are_typed(reader: Client) -> None:
    saved()
    saved(actor=BOB, sheet=BUDGET)
    assert reader.get("/audit/choices/person/?q=arch").json() == {"choices": [f"Alice Archer · sandbox:{ALICE.id}"]}
    assert reader.get("/audit/choices/person/?q=bob@ex").json() == {"choices": [f"Bob Baker · sandbox:{BOB.id}"]}
    assert reader.get("/audit/choices/sheet/?q=budg").json() == {"choices": [f"Budget · {BUDGET[0]}"]}
    assert reader.get("/audit/choices/sheet/?q=%25").json() == {"choices": []}
    assert reader.get("/audit/choices/lock/").status_code == 404


def test_more_than_a_select_can_hold_is_typed(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    saved()
    saved(actor=BOB, sheet=BUDGET)
    monkeypatch.setattr(choices, "LIMIT", 1)
    monkeypatch.setattr("audit.filtering.filters.LIMIT", 1)
    body = body_of(reader)
    assert '<datalist id="choices-person"></datalist>' in body
    assert '<datalist id="choices-sheet"></datalist>' in body
    assert found(reader, f"sheet=Budget+·+{BUDGET[0]}&person=Bob+·+sandbox:{BOB.id}") == ["Done"]


def test_old_unsettled_edits_are_uncertain(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    old, done = intended(cell(new="old")), saved(cell(new="done"))
    for intent in (old, done):
        Unsettled.objects.create(
            edit_id=intent.edit_id, region="sandbox", actor_id=ALICE.id, at=timezone.now(), due_at=timezone.now()
        )
    intended(cell(new="recent"))
    monkeypatch.setattr("audit.filtering.filters.MOST", 3)
    monkeypatch.setattr("audit.filtering.filters.SLACK", 1)
    assert found(reader, "outcome=uncertain") == ["recent", "old"]


def test_a_mistake_leads_to_its_field(reader: Client) -> None:
    page = reader.get(f"/audit/?q={'x' * 201}&before=x").content.decode()
    assert re.search('<a class="alert-link" href="#id_q">“Words” must be 200', page)
    assert "<li>“before” must be an entry&#x27;s number, a whole number.</li>" in page


CELL = f"sheet={SITE_PLAN[0]}&row={ROW}&column={STATUS}"


def test_filters_without_a_field_are_kept_when_the_form_is_sent(reader: Client) -> None:
    saved()
    body = body_of(reader, f"/audit/?{CELL}")
    assert f'<input type="hidden" name="row" value="{ROW}">' in body
    assert f'<input type="hidden" name="column" value="{STATUS}">' in body
    assert 'name="row"' not in body_of(reader)
    assert 'name="row"' not in reader.get(f"/audit/?row={ROW}").content.decode()


def test_links_narrow_what_is_shown(reader: Client) -> None:
    edit = saved().edit_id
    body = body_of(reader, f"/audit/?action=change&person=sandbox:{ALICE.id}")
    assert f'href="/audit/?action=change&amp;person=sandbox%3A{ALICE.id}&amp;sheet={SITE_PLAN[0]}"' in body
    body = body_of(reader, f"/audit/?{CELL}")
    assert f'href="/audit/?{CELL.replace("&", "&amp;")}&amp;person=sandbox%3A{ALICE.id}"' in body
    body = body_of(reader, f"/audit/?edit={edit}")
    assert f'href="/audit/?sheet={SITE_PLAN[0]}"' in body
    assert f'href="/audit/?person=sandbox%3A{ALICE.id}"' in body


def test_days_are_the_readers_or_those_of_utc(reader: Client) -> None:
    saved()
    entry = Entry.objects.first()
    assert entry
    now = entry.at.astimezone(UTC)
    asked = {"since": str(now.date()), "until": str(now.date())}
    elsewhere = 24 - now.hour if now.hour >= 12 else -now.hour - 1  # the offset of a zone where it is another day now
    with timezone.override(timezone.get_fixed_timezone(60 * elsewhere)):
        for days, expected in (({}, False), ({"days": "utc"}, True)):
            form = LogFilter(QueryDict(urlencode(asked | days)), people=[], sheets=[])
            assert form.is_valid()
            assert form.narrow(Entry.objects.all()).exists() is expected
    assert "Days of: UTC" in words_of(reader, f"/audit/?since={now.date()}&days=utc")
    assert "Days of" not in words_of(reader, "/audit/?days=utc")
