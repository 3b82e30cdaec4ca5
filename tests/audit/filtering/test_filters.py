"""The log's page shows only the entries that match the parameters in its address."""

import uuid
from datetime import date

import pytest
from django import forms
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertHTMLEqual

from audit.filtering import choices
from audit.filtering.choices import Choice
from audit.filtering.fields import DateInput, Select, TextInput
from audit.recording import Actor, Outcome, settle
from audit.vocabulary import Action, Phase
from tests.audit.edits import (
    ALICE,
    AUDITOR,
    BOB,
    BUDGET,
    NOTES,
    OTHER_ROW,
    ROW,
    SITE_PLAN,
    STATUS,
    cell,
    intended,
    new_row,
    saved,
)
from tests.audit.reading.test_log_page import QUERIES, text_of, words_of

pytestmark = pytest.mark.django_db

PLAN_ID, BUDGET_ID = SITE_PLAN[0], BUDGET[0]


@pytest.fixture
def written(db: None) -> None:
    saved(cell(new="alice-plan"))
    saved(cell(new="alice-budget"), sheet=BUDGET)
    saved(cell(new="bob-plan-other-row", row=OTHER_ROW), actor=BOB)
    saved(cell(new="bob-plan-notes", column=NOTES, title="Notes"), actor=BOB)


def found(reader: Client, query: str) -> list[str]:
    """Open the log's page with this query. Return the new value of each change that the page shows, newest first."""
    response = reader.get(f"/audit/?{query}")
    assert response.status_code == 200
    return [change.new.strip('"') for change in response.context["changes"]]


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"person={ALICE.id}", ["alice-budget", "alice-plan"]),
        (f"person={BOB.id}", ["bob-plan-notes", "bob-plan-other-row"]),
        (f"sheet={BUDGET_ID}", ["alice-budget"]),
        (f"person={ALICE.id}&sheet={PLAN_ID}", ["alice-plan"]),
        (f"sheet={PLAN_ID}&row={ROW}", ["bob-plan-notes", "alice-plan"]),
        (f"sheet={PLAN_ID}&row={ROW}&column={STATUS}", ["alice-plan"]),
        (f"sheet={PLAN_ID}&column={STATUS}", ["bob-plan-other-row", "alice-plan"]),
        ("person=&sheet=", ["bob-plan-notes", "bob-plan-other-row", "alice-budget", "alice-plan"]),
        (f"person=%20{BOB.id}%20&sheet={BUDGET_ID}", []),
        (f"edit={uuid.UUID(int=0)}", []),
        ("person=9223372036854775807", []),
    ],
)
def test_it_shows_what_is_asked_for_and_nothing_else(reader: Client, query: str, expected: list[str]) -> None:
    assert found(reader, query) == expected


def test_one_edit_has_an_address(reader: Client) -> None:
    intent = saved(cell(new="a"), cell(new="b", row=OTHER_ROW))
    saved()
    assert found(reader, f"edit={intent.edit_id}") == ["b", "a"]


def test_a_row_begins_with_the_edit_that_added_it(reader: Client) -> None:
    intent = intended(new_row({"Task": "A"}), new_row({"Task": "B"}), action=Action.ADD)
    settle(intent, [Outcome(Phase.APPLIED, 91), Outcome(Phase.APPLIED, 92)])
    saved(cell(row=92))
    changes = reader.get(f"/audit/?sheet={PLAN_ID}&row=92").context["changes"]
    assert [(change.intent.action, change.row_id, change.new) for change in changes] == [
        ("change", 92, '"Done"'),
        ("add", 92, '{"Task":"B"}'),
    ]


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("person=alice", "“person” must be a Smartsheet id, a whole number."),
        ("person=1.5", "“person” must be"),
        ("person=-1", "“person” must be"),
        ("person=0", "“person” must be"),
        ("person=9223372036854775808", "“person” must be"),
        ("person=" + "9" * 5000, "“person” must be"),
        ("person=%00", "“person” must be"),
        ("sheet=Site+plan", "“sheet” must be a sheet's id"),
        (f"sheet={PLAN_ID}&row=x", "“row” must be a row's id"),
        (f"sheet={PLAN_ID}&column='", "“column” must be a column's id"),
        ("row=31", "“row” and “column” need “sheet” too."),
        ("column=501", "“row” and “column” need “sheet” too."),
        ("before=yesterday", "“before” must be an entry's number"),
        ("after=-1", "“after” must be an entry's number"),
        ("before=5&after=2", "Use “before” or “after”, not both."),
        ("edit=5", "“edit” must be the id of an edit, a UUID."),
    ],
)
def test_unknown_parameters_are_reported_and_nothing_is_shown(reader: Client, query: str, message: str) -> None:
    response = reader.get(f"/audit/?{query}")
    assert response.status_code == 400
    words = response.content.decode()
    assert message.replace("'", "&#x27;") in words
    assert "changes" not in response.context
    assert "alice-plan" not in words


@pytest.mark.usefixtures("written")
def test_without_javascript_choosing_all_sheets_takes_the_row_off(reader: Client) -> None:
    assert reader.get("/audit/?row=31&column=501&sheet=&q=Dig")["Location"] == "/audit/?q=Dig"
    assert reader.get("/audit/?row=31&sheet=&q=&person=")["Location"] == "/audit/"


@pytest.mark.usefixtures("written")
def test_the_filters_in_force_are_named_and_each_can_be_taken_off(reader: Client) -> None:
    query = f"person={BOB.id}&sheet={PLAN_ID}&row={ROW}&column={NOTES}&before=999999"
    active = reader.get(f"/audit/?{query}").context["active_filters"]
    assert [(one.what, one.name) for one in active] == [
        ("person", "Bob Baker"),
        ("sheet", "Site plan"),
        ("row", "14 'Pour foundation'"),
        ("column", "Notes"),
    ]
    assert active[0].query == f"sheet={PLAN_ID}&row={ROW}&column={NOTES}"
    assert active[1].query == f"person={BOB.id}"
    assert active[2].query == f"person={BOB.id}&sheet={PLAN_ID}&column={NOTES}"


@pytest.mark.usefixtures("written")
def test_filters_that_match_nothing_say_so_with_their_ids(reader: Client) -> None:
    words = words_of(reader, "/audit/?person=77")
    assert "Nothing matches these filters" in words
    assert "Person: 77" in words


@pytest.mark.usefixtures("written")
def test_paging_keeps_the_filters(reader: Client) -> None:
    for column in range(51):
        saved(cell(column=column))
    body = reader.get(f"/audit/?person={ALICE.id}").content.decode()
    assert f'rel="next" href="?person={ALICE.id}&amp;before=' in body


@pytest.mark.usefixtures("written")
def test_the_selects_offer_all_people_and_sheets_with_their_newest_names(reader: Client) -> None:
    saved(actor=Actor(BOB.id, "sandbox", "Aaron Baker", "bob@example.com"), sheet=(BUDGET_ID, "Zero budget"))
    assert choices.people(AUDITOR) == [
        Choice(f"sandbox:{BOB.id}", "Aaron Baker"),
        Choice(f"sandbox:{ALICE.id}", "Alice Archer"),
    ]
    assert choices.sheets(AUDITOR) == [Choice(str(PLAN_ID), "Site plan"), Choice(str(BUDGET_ID), "Zero budget")]
    body = reader.get(f"/audit/?sheet={BUDGET_ID}").content.decode()
    assert f'<option value="sandbox:{BOB.id}">Aaron Baker · sandbox:{BOB.id}</option>' in body
    assert f'<option value="{BUDGET_ID}" selected>Zero budget · {BUDGET_ID}</option>' in body


def test_a_name_cant_reorder_its_option(reader: Client) -> None:
    """A name can have characters that change the direction of the text around it. Browsers ignore markup in an option
    of a list, so markup can't prevent this. The app removes these characters from the name.
    """
    saved(cell(new="x"), sheet=(PLAN_ID, "\u202eSite\u2066 plan"))
    assert [one.label for one in choices.sheets(AUDITOR)] == [f"Site plan · {PLAN_ID}"]
    response = reader.get(f"/audit/?sheet={PLAN_ID}")
    assert [active.name for active in response.context["active_filters"]] == ["Site plan"]


def test_the_choices_of_an_empty_log_are_empty() -> None:
    assert choices.people(AUDITOR) == choices.sheets(AUDITOR) == []


@pytest.mark.parametrize("query", [f"person={ALICE.id}", f"sheet={PLAN_ID}", f"person={ALICE.id}&sheet={PLAN_ID}"])
@pytest.mark.usefixtures("written")
def test_filters_cost_no_query_more(
    reader: Client, query: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    found(reader, query)  # the first page of a process also asks which months the log has
    with django_assert_max_num_queries(QUERIES):
        found(reader, query)


@pytest.mark.usefixtures("written")
def test_an_unknown_filter_is_reported_fault_18(reader: Client) -> None:
    saved()
    response = reader.get("/audit/?actor=7&outcom=refused")
    assert response.status_code == 400
    words = text_of(response.content)
    assert "The log has no filter “actor”. The log has no filter “outcom”." in words
    assert "changed Status" not in words, "entries are shown although the filter is wrong"
    assert reader.get("/audit/count/?actor=7").json() == {"count": ""}


@pytest.mark.parametrize(
    "tracker",
    ["utm_source=mail&utm_Campaign=11", "fbclid=IwAR", "gclid=1", "mc_eid=2&mc_cid=3", "_hsenc=p2", "mkt_tok=4"],
)
def test_what_a_mail_program_adds_to_a_link_is_ignored_fault_18(reader: Client, tracker: str) -> None:
    saved(cell(new="Crane"))
    saved(cell(new="Ladder"))
    page = reader.get(f"/audit/?q=Crane&{tracker}")
    assert [change.new for change in page.context["changes"]] == ['"Crane"']
    assert page.context["filters"] == "q=Crane"


def test_words_are_asked_for_as_everywhere_and_old_links_still_work_fault_18(reader: Client) -> None:
    saved(cell(new="Crane"))
    saved(cell(new="Ladder"))
    for query in ("q=Crane", "text=Crane", "q=Crane&text=Ladder"):
        page = reader.get(f"/audit/?{query}")
        assert [change.new for change in page.context["changes"]] == ['"Crane"']
        assert page.context["filters"] == "q=Crane"


def test_entries_of_a_form_are_found_and_show_it(reader: Client) -> None:
    saved()
    saved(cell(new="by form"), via={"form": "status", "version": 3})
    page = reader.get("/audit/?via=form:status")
    assert [change.new for change in page.context["changes"]] == ['"by form"']
    assert [(one.label, one.name, one.query) for one in page.context["active_filters"]] == [
        ("Made with", "form “status”", "")
    ]
    assert page.context["filters"] == "via=form%3Astatus"
    words = text_of(page.content)
    assert "By form “status” , version 3" in words
    assert 'href="/audit/?via=form%3Astatus"' in page.content.decode()


@pytest.mark.parametrize("via", ["status", "version:3", "form:", "form:%00"])
def test_an_unknown_via_is_reported(reader: Client, via: str) -> None:
    response = reader.get(f"/audit/?via={via}")
    assert response.status_code == 400
    assert 'href="#id_via"' in response.content.decode()


def test_the_empty_log_page_depends_on_the_readers_rights(reader: Client) -> None:
    page = "/audit/?action=delete"
    assert "The log has no matching entries." in words_of(reader, page)
    get_user_model().objects.get(username="charlie").user_permissions.clear()
    assert "The log has no matching entries that you can read." in words_of(reader, page)


@pytest.mark.parametrize("value", ["", "b", '"', None, "none of them"])
def test_a_select_is_the_same_as_djangos(value: str | None) -> None:
    choices = [("", "Anything"), ("a", "A & B"), ("b", "<b>"), ('"', "mark")]
    attributes = {"class": "form-select", "disabled": False, "required": True}
    ours, theirs = (kind(attributes, choices).render("q", value, {"id": "id_q"}) for kind in (Select, forms.Select))
    assertHTMLEqual(ours, theirs)


@pytest.mark.parametrize("value", ["", '"><b>', None, date(2026, 11, 30)])
def test_an_input_is_the_same_as_djangos(value: str | date | None) -> None:
    attributes = {"class": "form-control", "type": "search", "disabled": False}
    for our_kind, their_kind in ((TextInput, forms.TextInput), (DateInput, forms.DateInput)):
        ours, theirs = (kind(attributes).render("q", value, {"id": "id_q"}) for kind in (our_kind, their_kind))
        assertHTMLEqual(ours, theirs)
