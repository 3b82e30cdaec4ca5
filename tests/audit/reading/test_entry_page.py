"""The page of an entry shows everything that the entry records."""

from dataclasses import replace

import pytest
from django.test import Client

from audit.context import RequestContext, using
from audit.models import Entry
from audit.recording import Outcome, note, settle
from audit.vocabulary import Action, Phase
from tests.audit.edits import ALICE, NOTES, ROW, SITE_PLAN, STATUS, cell, entries_of, intended, saved
from tests.audit.reading.test_log_page import body_of, words_of

pytestmark = pytest.mark.django_db


def test_it_shows_every_fact(reader: Client) -> None:
    with using(RequestContext(request_id="0123abcd", ip="2001:db8::7", user_agent="Firefox 150")):
        intent = intended(cell(), reason="as agreed on Monday")
    settle(intent, [Outcome(Phase.REFUSED, ROW, message="The row is locked.", error_code=1020, ref_id="ref-9")])
    entry, outcome = entries_of(intent)
    words = words_of(reader, f"/audit/{entry.pk}/")
    for fact in (
        *("Alice Archer", ALICE.email, ALICE.id, "sandbox", "as agreed on Monday", "row form"),
        *(SITE_PLAN[0], "Site plan", ROW, "14 &#x27;Pour foundation&#x27;", STATUS, "Status"),
        *("&quot;Open&quot;", "&quot;Done&quot;", intent.edit_id, "0123abcd", "2001:db8::7", "Firefox 150"),
        *("refused", "The row is locked.", 1020, "ref-9", f"Entry {entry.pk}", f"Entry {outcome.pk}"),
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        f"{outcome.at:%Y-%m-%d %H:%M:%S}",
    ):
        assert str(fact) in words, fact


def test_every_outcome_is_listed_in_order(reader: Client) -> None:
    intent = intended(cell(new="Dome"))
    settle(intent, [Outcome(Phase.UNKNOWN, ROW, message="No answer came.")])
    settle(intent, [Outcome(Phase.APPLIED, ROW, message="Read back.", returned={STATUS: "Done"})])
    words = words_of(reader, f"/audit/{entries_of(intent)[0].pk}/")
    trail = words[words.index("What was recorded") :]
    positions = [trail.index(part) for part in ("Intent", "No answer came.", "Read back.", "Smartsheet returned Done")]
    assert positions == sorted(positions)


def test_an_open_intent_has_no_outcome_yet(reader: Client) -> None:
    intent = intended()
    assert "No outcome is recorded." in words_of(reader, f"/audit/{entries_of(intent)[0].pk}/")


def test_an_outcomes_address_leads_to_its_intent(reader: Client) -> None:
    intent = intended(cell(row=1), cell(row=2), cell(row=2, column=NOTES))
    settle(
        intent,
        [Outcome(Phase.APPLIED, 1), Outcome(Phase.APPLIED, 2, returned={NOTES: "other"}), Outcome(Phase.APPLIED, 3)],
    )
    first, second, third, one, two, deviation, stray = (entry.pk for entry in entries_of(intent))
    targets = {one: first, two: second, deviation: third, stray: first}
    for outcome, target in targets.items():
        assert reader.get(f"/audit/{outcome}/").headers["Location"] == f"/audit/{target}/#entry-{outcome}"


def test_it_leads_to_the_whole_edit_if_there_is_more(reader: Client) -> None:
    intent = saved(cell(), cell(column=NOTES))
    assert f"/audit/?edit={intent.edit_id}" in body_of(reader, f"/audit/{entries_of(intent)[0].pk}/")
    alone = saved()
    assert "?edit=" not in body_of(reader, f"/audit/{entries_of(alone)[0].pk}/")


@pytest.mark.parametrize("number", ["1", "9223372036854775807", "99999999999999999999999"])
def test_an_unknown_entry_is_not_found(reader: Client, number: str) -> None:
    assert reader.get(f"/audit/{number}/").status_code == 404


def test_lines_of_a_text_stay_lines(reader: Client) -> None:
    entry = entries_of(saved(cell(old=None, new="one\ntwo")))[0]
    assert '<ins class="is text-break">one ⏎\ntwo</ins>' in body_of(reader, f"/audit/{entry.pk}/")
    assert '<ins class="is text-break">one ⏎ two</ins>' in body_of(reader)


@pytest.mark.parametrize(
    ("came_from", "expected"),
    [
        ("http://testserver/audit/?sheet=5&before=9", "/audit/?sheet=5&amp;before=9"),
        ("http://testserver/audit/charts/?since=x", "/audit/"),
        ("http://elsewhere.example/audit/?sheet=5", "/audit/"),
        ("http://[", "/audit/"),
    ],
)
def test_it_leads_back_to_the_log_as_it_was_filtered(reader: Client, came_from: str, expected: str) -> None:
    entry = entries_of(saved())[0]
    page = reader.get(f"/audit/{entry.pk}/", headers={"Referer": came_from}).content.decode()
    assert f'<a href="{expected}"><i class="bi bi-arrow-left' in page


def test_an_actor_without_a_smartsheet_account_has_no_timeline(reader: Client) -> None:
    """The page of an entry links to the actor's timeline only if the actor has a Smartsheet account. All users without
    an account have the number 0, so they would share one timeline.
    """
    note(actor=replace(ALICE, id=0, region="", name="admin", email=""), action=Action.READ)
    note(actor=ALICE, action=Action.READ)
    nobodys, alices = Entry.objects.order_by("id")
    assert "audit/people/" not in reader.get(f"/audit/{nobodys.pk}/").text
    assert f"/audit/people/{ALICE.region}/{ALICE.id}/" in reader.get(f"/audit/{alices.pk}/").text
