"""A project plan is edited in Smartsheet's words: durations such as 1w 2d, and predecessors such as 3FS +2d, 5."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from audit.models import Entry
from edits.widgets.fields import ROWS_MOVED
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.edits.test_undoing import put_back, undo_page
from tests.running_sandbox import Person, RunningSandbox

SURVEY, DRAW, APPROVE, DESIGN = "Survey the rooms", "Draw the partitions", "Approve the drawings", "Design"
PREDECESSORS = "Predecessors"


@pytest.fixture
def project(browser: Client, sandbox: RunningSandbox, bob: Person) -> SitePlan:
    """The project sheet. Bob is signed in and can edit it."""
    return SitePlan(sandbox, bob, "Fit-out plan")


def save(browser: Client, project: SitePlan, row: str, **typed: str) -> Page:
    """Open a row's form, type these texts into the fields of columns, and press Save."""
    page = Page.open(browser, project.edit_path(row))
    return page.type({project.columns[title]: text for title, text in typed.items()}).save()


def newest() -> tuple[object, object]:
    """The old and the new value of the newest edit in the log."""
    entry = Entry.objects.intents().latest("id")
    return json.loads(entry.old or "null"), json.loads(entry.new or "null")


def test_a_duration_is_saved_and_moves_what_follows(browser: Client, project: SitePlan, bob: Person) -> None:
    assert save(browser, project, SURVEY, Duration="1W 2").was_redirected is False
    page = save(browser, project, SURVEY, Duration="1W2D")
    assert page.was_redirected, page.text
    assert project.value(SURVEY, "Duration") == "1w 2d"
    assert project.value(SURVEY, "Finish") == "2026-01-20T16:59:59"
    assert project.value(DRAW, "Start") == "2026-01-21T08:00:00"
    assert project.last_writer(SURVEY, "Duration") == bob.email
    assert newest() == ("3d", "1w 2d")
    (write,) = project.writes(bob)
    assert write["query"] == "projectParseLocale=en_US"


def test_another_text_must_be_confirmed(browser: Client, project: SitePlan) -> None:
    page = save(browser, project, SURVEY, Duration="soon")
    assert "“soon” isn't a duration such as 5d, 1w 2d, 4h or e5d. It would be saved as text." in page.text
    assert project.value(SURVEY, "Duration") == "3d"
    assert page.confirm().save().was_redirected
    assert project.value(SURVEY, "Duration") == "soon"


def test_predecessors_are_saved_by_the_ids_of_their_rows(browser: Client, project: SitePlan) -> None:
    page = save(browser, project, APPROVE, Predecessors="2ss + 2d, 3")
    assert page.was_redirected, page.text
    assert project.value(APPROVE, PREDECESSORS) == "2SS +2d, 3"
    listed = project.cell(APPROVE, PREDECESSORS)["objectValue"]["predecessors"]
    assert [one["rowId"] for one in listed] == [project.rows[SURVEY], project.rows[DRAW]]
    assert newest() == ("3FS +1d", "2SS +2d, 3")
    log = browser.get("/audit/").content.decode()
    assert "3FS +1d" in log
    assert "2SS +2d, 3" in log


def test_predecessors_are_removed(browser: Client, project: SitePlan) -> None:
    assert save(browser, project, DRAW, Predecessors="").was_redirected
    assert project.value(DRAW, PREDECESSORS) is None
    assert newest() == ("2", None)
    assert save(browser, project, DRAW, Start="2026-01-13").was_redirected
    assert project.value(DRAW, "Start") == "2026-01-13T08:00:00"
    assert newest() == ("2026-01-15T08:00:00", "2026-01-13T08:00:00")
    assert not Entry.objects.filter(phase="applied", column_id=project.columns["Start"]).exists()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("99", "The sheet has no row 99."),
        ("Survey", "“Survey” isn't a predecessor such as 3, 3SS or 3FS +2d."),
        ("2, 2SS", "Row 2 is in the list twice."),
    ],
)
def test_wrong_predecessors_are_refused_at_the_field(
    browser: Client, project: SitePlan, bob: Person, typed: str, why: str
) -> None:
    page = save(browser, project, APPROVE, Predecessors=typed)
    assert why in page.text
    assert page.value(project.columns[PREDECESSORS]) == typed
    assert project.writes(bob) == []


def test_circular_predecessors_are_refused_by_smartsheet(browser: Client, project: SitePlan) -> None:
    page = save(browser, project, SURVEY, Predecessors="4")
    assert "A row can't be a predecessor of itself" in page.text
    assert project.value(SURVEY, PREDECESSORS) is None


READ_ONLY = [
    (SURVEY, "Finish", "Smartsheet calculates this date. Change the start or the duration instead."),
    (DRAW, "Start", "Smartsheet calculates this date from the row's predecessors. Change the predecessors instead."),
    (DESIGN, "Start", "Smartsheet calculates this cell from the child rows."),
    (DESIGN, "Duration", "Smartsheet calculates this cell from the child rows."),
    (DESIGN, "% Complete", "Smartsheet calculates this cell from the child rows."),
]


@pytest.mark.parametrize(("row", "column", "why"), READ_ONLY)
def test_what_smartsheet_calculates_says_so(
    browser: Client, project: SitePlan, bob: Person, row: str, column: str, why: str
) -> None:
    path = project.edit_path(row)
    page = Page.open(browser, path)
    name = f"col-{project.columns[column]}"
    assert name not in page.fields
    assert why in page.text
    sent = Page.of(browser, path, browser.post(path, {name: "7"}))
    assert sent.status == 422
    assert f"“{column}” cannot be changed. {why} You typed: 7" in sent.text
    assert project.writes(bob) == []


def test_dates_are_days_and_starts_have_a_date_picker(browser: Client, project: SitePlan) -> None:
    page = Page.open(browser, project.edit_path(SURVEY))
    assert page.value(project.columns["Start"]) == "2026-01-12"
    assert '<input type="date" name="col-' in page.html
    assert "Finish 14/01/2026" in page.text


def test_a_row_is_added_with_predecessors(browser: Client, project: SitePlan) -> None:
    page = Page.open(browser, project.add_path)
    typed = {"Task": "Clean", "Duration": "1", PREDECESSORS: "10"}
    page = page.type({project.columns[title]: text for title, text in typed.items()}).save()
    assert page.was_redirected, page.text
    project.rows["Clean"] = project.sandbox.sheet(project.person, project.name)["rows"][-1]["id"]
    assert project.value("Clean", "Duration") == "1d"
    assert project.value("Clean", "Start") == "2026-02-16T13:00:00"


def test_a_duration_is_undone_and_predecessors_must_be_typed_again(browser: Client, project: SitePlan) -> None:
    assert save(browser, project, SURVEY, Duration="4d").was_redirected
    put_back(browser, Entry.objects.intents().latest("id"))
    assert project.value(SURVEY, "Duration") == "3d"
    assert save(browser, project, APPROVE, Predecessors="2").was_redirected
    page = undo_page(browser, Entry.objects.intents().latest("id"))
    assert (
        "Predecessors are row numbers, and other rows may have these numbers now. Type the predecessors again."
        in page.text
    )


def test_a_conflict_shows_durations_in_words(browser: Client, project: SitePlan) -> None:
    page = Page.open(browser, project.edit_path(SURVEY))
    project.write(SURVEY, Duration="5d")
    page = page.type({project.columns["Duration"]: "2d"}).save()
    assert not page.was_redirected
    assert "5d" in page.text
    assert project.value(SURVEY, "Duration") == "5d"


def test_a_deleted_task_is_added_again_without_its_predecessors(browser: Client, project: SitePlan) -> None:
    assert Page.open(browser, project.delete_path(DRAW)).save().was_redirected
    entry = Entry.objects.intents().latest("id")
    assert "Predecessors" in undo_page(browser, entry).text
    put_back(browser, entry)
    project.rows = SitePlan(project.sandbox, project.person, project.name).rows
    assert project.value(DRAW, "Duration") == "1w"
    assert project.value(DRAW, "Start") == "2026-01-15T08:00:00"
    assert project.value(DRAW, PREDECESSORS) is None


def add_above(project: SitePlan) -> None:
    """Someone adds a row at the top, so that all rows get other numbers."""
    project.sandbox.call(project.person, "POST", f"/sheets/{project.id}/rows", [{"toTop": True}])


def test_row_numbers_are_checked_if_rows_were_added_since_the_form_was_opened(
    browser: Client, project: SitePlan
) -> None:
    page = Page.open(browser, project.edit_path(APPROVE)).type({project.columns[PREDECESSORS]: "2SS"})
    add_above(project)
    page = page.save()
    assert ROWS_MOVED in page.text
    assert project.value(APPROVE, PREDECESSORS) == "4FS +1d"
    page = page.type({project.columns[PREDECESSORS]: "3SS"}).save()
    assert "4FS +1d" in page.text  # this is a conflict, because the number has changed since the form was opened
    assert page.choose(project.columns[PREDECESSORS], "mine").save().was_redirected
    assert project.value(APPROVE, PREDECESSORS) == "3SS"


def test_a_new_rows_numbers_are_checked_too(browser: Client, project: SitePlan) -> None:
    typed: dict[int, str | list[str] | None] = {project.columns["Task"]: "Paint", project.columns[PREDECESSORS]: "2"}
    page = Page.open(browser, project.add_path).type(typed)
    add_above(project)
    page = page.save()
    assert ROWS_MOVED in page.text
    add_above(project)
    page = page.save()
    assert ROWS_MOVED in page.text
    assert page.save().was_redirected
    rows = project.sandbox.sheet(project.person, project.name)["rows"]
    cells = {cell["columnId"]: cell.get("value") for cell in rows[-1]["cells"]}
    assert cells[project.columns[PREDECESSORS]] == "2"


def test_other_cells_are_saved_though_rows_were_added(browser: Client, project: SitePlan) -> None:
    page = Page.open(browser, project.edit_path(APPROVE)).type({project.columns["Duration"]: "4d"})
    add_above(project)
    assert page.save().was_redirected
    assert project.value(APPROVE, "Duration") == "4d"
