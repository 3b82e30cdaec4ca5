"""An edit is one line on the page, and every act is shown as a sentence."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from audit.models import Entry, PersonalText
from audit.recording import THIS_APP, Change, Json, Outcome, intend, note, settle
from audit.sentences import verb
from audit.templatetags.audit_log import icon
from audit.vocabulary import Action, Origin, Phase
from tests.audit.edits import ALICE, BOB, NOTES, ROW, SITE_PLAN, STATUS, cell, entries_of, intended, saved
from tests.audit.reading.test_log_page import body_of, words_of

pytestmark = pytest.mark.django_db


def test_an_edit_of_twelve_cells_is_one_line_that_opens_to_all(reader: Client) -> None:
    saved()
    intent = saved(*(cell(column=column, title=f"Column {column}") for column in range(1, 13)))
    page = reader.get("/audit/")
    assert [edit.count for edit in page.context["edits"]] == [12, 1]
    words = words_of(reader)
    assert "changed 12 cells in row 14 &#x27;Pour foundation&#x27; of Site plan" in words
    assert all(f"Column {column} Details" in words for column in range(1, 13))
    assert f"/audit/?edit={intent.edit_id}" in page.content.decode()
    assert [edit.count for edit in reader.get(f"/audit/?edit={intent.edit_id}").context["edits"]] == [1] * 12


@pytest.mark.parametrize(("cells", "is_open"), [(2, True), (3, True), (4, False)])
def test_few_changes_are_shown_without_unfolding(reader: Client, cells: int, is_open: bool) -> None:
    saved(*(cell(column=column, title=f"Column {column}") for column in range(cells)))
    assert ('<details class="fold" open>' in body_of(reader)) == is_open


def test_an_edit_of_many_rows_says_how_many_and_shows_the_first(reader: Client) -> None:
    saved(*(cell(row=row, column=column) for row in range(1, 41) for column in (1, 2)))
    (edit,) = reader.get("/audit/").context["edits"]
    assert (edit.count, len(edit.changes), edit.is_shortened) == (80, 20, True)
    assert "changed 80 cells in 40 rows of Site plan" in words_of(reader)


def test_outcomes_that_differ_are_counted(reader: Client) -> None:
    intent = intended(cell(row=1), cell(row=2), cell(row=3))
    settle(intent, [Outcome(Phase.APPLIED, 1), Outcome(Phase.APPLIED, 2), Outcome(Phase.REFUSED, 3)])
    words = words_of(reader)
    assert "2 saved" in words
    assert "1 refused" in words


def test_a_filter_on_a_column_shows_that_part_of_an_edit(reader: Client) -> None:
    saved(cell(), cell(column=NOTES, title="Notes", new="only this"))
    page = reader.get(f"/audit/?sheet={SITE_PLAN[0]}&column={NOTES}")
    assert [change.new for change in page.context["changes"]] == ['"only this"']


def test_fifty_edits_are_a_page_however_many_cells_each_has(reader: Client) -> None:
    for _ in range(51):
        saved(cell(column=1), cell(column=2), cell(column=3))
    first = reader.get("/audit/").context
    second = reader.get(f"/audit/?before={first['page'].older}").context
    assert [len(first["edits"]), len(second["edits"])] == [50, 1]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"action": Action.SIGN_IN}, "signed in"),
        ({"action": Action.SIGN_IN, "phase": Phase.REFUSED, "reason": "No guests"}, "was refused sign-in · No guests"),
        ({"action": Action.SIGN_IN, "phase": Phase.FAILED}, "could not sign in"),
        ({"action": Action.SIGN_OUT}, "signed out"),
        ({"action": Action.EXPORT}, "exported the log"),
        ({"action": "paint_it", "label": "the fence"}, "paint it the fence"),
        ({"action": Action.RECORD, "changes": [Change(None, "Jane", None, "may sign in", True, False)]}, "changed may"),
        ({"action": Action.ANCHOR, "phase": Phase.FAILED}, "could not anchor a seal"),
        ({"action": Action.FORM_PUBLISH, "phase": Phase.FORBIDDEN}, "was not allowed to publish a form"),
        ({"action": Action.FORM_PUBLISH, "phase": Phase.CONFLICT}, "did not publish a form"),
        ({"action": Action.REFRESH, "phase": Phase.REFUSED}, "lost the access token"),
        (
            {"action": Action.CHANGE, "phase": Phase.CONFLICT, "changes": [cell()], "sheet_id": 5, "sheet_name": "P"},
            "wanted to change Status in row 14 &#x27;Pour foundation&#x27; of P",
        ),
        (
            {"action": Action.CHANGE, "phase": Phase.OUTSIDE, "changes": [cell()], "sheet_id": 5, "sheet_name": "P"},
            "found a change made outside the app: Status in row 14",
        ),
        ({"action": Action.RECONCILE, "sheet_id": 5, "sheet_name": "Plan"}, "compared the log with Smartsheet on Plan"),
    ],
    ids=lambda value: value.replace(" ", "-")[:30] if isinstance(value, str) else "",
)
def test_every_act_is_a_sentence(reader: Client, facts: dict[str, Any], sentence: str) -> None:
    note(actor=ALICE, **facts)
    noted = Entry.objects.get()
    assert sentence in words_of(reader)
    assert sentence in words_of(reader, f"/audit/{noted.pk}/")


def test_there_is_a_verb_and_an_icon_for_everything() -> None:
    assert all(verb(action, phase) for action in Action for phase in Phase)
    assert all(icon(phase) for phase in Phase)


def test_readings_are_listed_when_they_are_asked_for(reader: Client) -> None:
    note(actor=BOB, action=Action.READ, is_head=False)
    assert reader.get("/audit/").context["changes"] == []
    (change,) = reader.get("/audit/?action=read").context["changes"]
    assert change.intent.actor_name == "Bob Baker"


def test_confirmed_changes_are_marked(reader: Client) -> None:
    entry = entries_of(saved())[0]
    assert " confirmed by Smartsheet Details" not in words_of(reader)
    note(
        actor=THIS_APP,
        action=Action.RECONCILE,
        phase=Phase.CONFIRMED,
        changes=[cell()],
        sheet_id=SITE_PLAN[0],
        sheet_name="Site plan",
        refers_to=entry.pk,
    )
    (change,) = [one for one in reader.get("/audit/").context["changes"] if one.intent.pk == entry.pk]
    assert change.is_confirmed
    assert "found in Smartsheet&#x27;s history:" in words_of(reader)


def test_an_undo_and_what_it_undoes_lead_to_each_other(reader: Client) -> None:
    undone = entries_of(saved())[0]
    undo = intend(
        actor=BOB,
        action=Action.CHANGE,
        sheet_id=SITE_PLAN[0],
        sheet_name="Site plan",
        changes=[replace(cell("Done", "Open"), refers_to=undone.pk)],
        origin=Origin.UNDO,
    )
    words = words_of(reader)
    assert f"Undoes entry {undone.pk}" in words
    assert f"Undoing it: entry {entries_of(undo)[0].pk}" in words


def test_a_personal_value_is_shown_until_it_is_erased(reader: Client) -> None:
    saved(Change(ROW, "14", STATUS, "Salary", "A thousand", "Two thousand", is_personal=True))
    body = body_of(reader)
    assert '<del class="was text-break">A thousand</del>' in body
    assert '<ins class="is text-break">Two thousand</ins>' in body
    entry = Entry.objects.intents().get()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_personaltext SET text = '', salt = '', email = '', erased_at = CURRENT_TIMESTAMP"
            " WHERE kind = 'value'"
        )
    for address in ("/audit/", f"/audit/{entry.pk}/"):
        body = body_of(reader, address)
        assert "erased" in body
        assert "thousand" not in body
        assert all(one.commitment not in body for one in PersonalText.objects.filter(kind="value"))


def test_the_outcomes_of_a_long_edit_cover_all_its_rows(reader: Client) -> None:
    rows = [cell(row=row, column=column) for row in range(40) for column in (STATUS, NOTES)]
    intent = intended(*rows)
    assert "40 rows not certain yet" not in words_of(reader), "of one kind: said once"
    settle(intent, [Outcome(Phase.UNKNOWN, row) for row in range(40)])
    settle(intent, [Outcome(Phase.APPLIED if row < 30 else Phase.REFUSED, row) for row in range(39)])
    words = words_of(reader)
    assert "changed 80 cells in 40 rows of Site plan" in words
    assert "30 rows saved 9 rows refused 1 row not certain yet" in words


def test_a_record_made_as_a_whole_is_said_in_words_fault_36(reader: Client) -> None:
    profile: Json = {"region": "sandbox", "profile": {"title": "Director", "zone": "UTC"}}
    label = f"person sandbox:{ALICE.id}"
    made = Change(None, label, None, "", None, profile, is_personal=True)
    note(actor=ALICE, action=Action.RECORD, subject="identity.smartsheetuser/5", changes=[made], message="created")
    words = words_of(reader)
    assert "created person Alice Archer · 3 fields done Details" in words
    assert "Director" not in words
    entry = Entry.objects.get(action=Action.RECORD)
    words = words_of(reader, f"/audit/{entry.pk}/")
    assert "Director" in words, "the entry's page has the fields"
    assert f"person sandbox:{ALICE.id}" in words
