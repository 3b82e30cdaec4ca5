"""Tests of the log's page."""

import re

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from audit.recording import Actor, Change, Outcome, settle
from audit.vocabulary import Action, Phase
from tests.audit.edits import ALICE, BOB, BUDGET, ROW, STATUS, cell, entries_of, intended, new_row, saved

# The page's queries are for the session, the user, permissions (2) and the profile; for people, their names, sheets and
# saved filters; for the first entries of edits, the edits' other entries, entries that refer to these, names, and the
# state of sealing (3). The rest write the entry about this reading in a transaction, and look up its actor.
QUERIES = 21
EVIL = '<img src=x onerror="alert(1)">'


def text_of(page: bytes) -> str:
    """Return the words of a page, separated by single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def body_of(client: Client, address: str = "/audit/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def words_of(client: Client, address: str = "/audit/") -> str:
    return text_of(body_of(client, address).encode())


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/audit/", "/audit/?person=7", "/audit/1/"])
def test_signed_out_people_are_sent_to_sign_in_and_back(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert response.headers["Location"] == "/?next=" + address.replace("?", "%3F").replace("=", "%3D")


def test_an_empty_log_says_what_will_stand_here(reader: Client) -> None:
    assert "No entries yet" in words_of(reader)


def test_it_shows_who_what_when_and_the_outcome(reader: Client) -> None:
    intent = saved()
    at = entries_of(intent)[0].at
    words = words_of(reader)
    assert f"Alice Archer {ALICE.id}" in words
    assert escape("changed Status in row 14 'Pour foundation' of Site plan") in words
    assert "saved" in words
    assert "just now" in words
    body = body_of(reader)
    assert '<del class="was text-break">Open</del>' in body
    assert '<ins class="is text-break">Done</ins>' in body
    assert f'<time datetime="{at.isoformat()}" title="{at:%Y-%m-%d %H:%M:%S}' in body
    assert "UTC" in body


def test_the_newest_is_first(reader: Client) -> None:
    for word in ("apple", "banana", "cherry"):
        saved(cell(new=word))
    words = words_of(reader)
    assert words.index("cherry") < words.index("banana") < words.index("apple")


@pytest.mark.parametrize(
    ("phase", "word"),
    [(Phase.REFUSED, "refused"), (Phase.FAILED, "failed"), (Phase.UNKNOWN, "not certain yet")],
)
def test_an_unsaved_change_is_not_shown_as_done(reader: Client, phase: Phase, word: str) -> None:
    settle(intended(), [Outcome(phase, ROW, message="The row is locked.", error_code=1020, ref_id="abc123")])
    words = words_of(reader)
    assert "wanted to change Status" in words
    assert " changed Status" not in words
    assert f"{word} The row is locked. Code 1020 Ref abc123" in words


def test_an_intent_without_outcome_is_not_certain_yet(reader: Client) -> None:
    intended()
    assert "not certain yet This app is sending the change or waiting for an answer." in words_of(reader)


def test_the_last_outcome_counts(reader: Client) -> None:
    intent = intended()
    settle(intent, [Outcome(Phase.UNKNOWN, ROW)])
    settle(intent, [Outcome(Phase.APPLIED, ROW)])
    words = words_of(reader)
    assert "changed Status" in words
    assert "wanted to change" not in words


def test_each_row_of_an_edit_shows_its_own_outcome(reader: Client) -> None:
    settle(intended(cell(row=1), cell(row=2)), [Outcome(Phase.APPLIED, 1), Outcome(Phase.REFUSED, 2)])
    words = words_of(reader)
    assert words.count("wanted to change Status") == 1
    assert words.count(" changed Status") == 1


def test_a_value_changed_by_smartsheet_is_the_new_value(reader: Client) -> None:
    settle(intended(cell(new="Dome")), [Outcome(Phase.APPLIED, ROW, returned={STATUS: "Done"})])
    assert '<ins class="is text-break">Done</ins>' in body_of(reader)
    assert "Smartsheet changed the value that was sent, which was Dome." in words_of(reader)


def test_added_and_deleted_rows_are_shown_with_their_cells(reader: Client) -> None:
    settle(
        intended(new_row({"Task": "Paint", "Done": False}), action=Action.ADD),
        [Outcome(Phase.APPLIED, 9, "15 'Paint'")],
    )
    gone = Change(ROW, "14 'Pour'", None, "", {"Task": "Pour"}, None)
    settle(intended(gone, action=Action.DELETE), [Outcome(Phase.APPLIED, ROW)])
    words = words_of(reader)
    assert escape("added row 15 'Paint' to Site plan") in words
    assert "Done: unchecked; Task: Paint" in words
    assert escape("deleted row 14 'Pour' from Site plan") in words


def test_names_and_values_are_escaped_everywhere(reader: Client) -> None:
    actor = Actor(id=1, region="sandbox", name=EVIL, email=EVIL)
    change = Change(ROW, EVIL, STATUS, EVIL, EVIL, {"name": EVIL, "email": EVIL})
    intent = intended(change, actor=actor, sheet=(5, EVIL), reason=EVIL)
    settle(intent, [Outcome(Phase.REFUSED, ROW, message=EVIL, ref_id=EVIL, returned={STATUS: [EVIL]})])
    first = entries_of(intent)[0].pk
    for address in ("/audit/", f"/audit/?person=1&sheet=5&row={ROW}&column={STATUS}", f"/audit/{first}/"):
        body = body_of(reader, address)
        assert "<img src=x" not in body
        assert escape(EVIL) in body


def test_a_person_renamed_later_keeps_the_name_of_the_day(reader: Client) -> None:
    saved()
    saved(actor=Actor(id=ALICE.id, region="sandbox", name="Alice Miller", email="miller@example.com"))
    words = words_of(reader, f"/audit/?person={ALICE.id}")
    assert f"Alice Archer {ALICE.id}" in words
    assert f"Alice Miller {ALICE.id}" in words


def test_fifty_are_a_page_and_links_lead_on_and_back(reader: Client) -> None:
    for column in range(120):
        saved(cell(column=column, new=f"value-{column}"))
    first = reader.get("/audit/")
    assert len(first.context["changes"]) == 50
    older = first.context["page"].older
    assert f'href="?before={older}"' in first.content.decode()
    second = reader.get(f"/audit/?before={older}")
    newer = second.context["page"].newer
    assert f'href="?after={newer}"' in second.content.decode()
    third = reader.get(f"/audit/?before={second.context['page'].older}")
    assert len(third.context["changes"]) == 20
    assert 'rel="next"' not in third.content.decode()
    back = reader.get(f"/audit/?after={newer}")
    assert [c.intent.pk for c in back.context["changes"]] == [c.intent.pk for c in first.context["changes"]]


def test_beyond_the_oldest_entry_the_page_says_so(reader: Client) -> None:
    oldest = entries_of(saved())[0].pk
    assert "No older entries" in words_of(reader, f"/audit/?before={oldest}")


@pytest.mark.parametrize("count", [1, 49])
def test_the_number_of_queries_does_not_depend_on_the_log(
    reader: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        saved(
            cell(row=number, new=str(number)), actor=ALICE if number % 2 else BOB, sheet=(number + 1, f"Sheet {number}")
        )
    body_of(reader)  # the first page of a process also asks which months the log has
    with django_assert_max_num_queries(QUERIES):
        body_of(reader)


def test_it_is_read_only(reader: Client) -> None:
    saved(sheet=BUDGET)
    assert reader.post("/audit/").status_code == 405
    assert reader.delete("/audit/1/").status_code == 405


def test_it_says_what_was_read(reader: Client) -> None:
    saved()
    body_of(reader, "/audit/?action=change")
    body_of(reader)
    words = words_of(reader, "/audit/?action=read")
    assert "read the log entries: 1; page: /audit/; query: action=change" in words
    assert "read the log entries: 1; page: /audit/ done" in words
