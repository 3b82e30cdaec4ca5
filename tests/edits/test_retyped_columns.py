"""If a column's type changes while someone is editing, typed values are neither lost nor saved as something else."""

import pytest
from django.test import Client

from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"


def retype(plan: SitePlan, title: str, **column: object) -> None:
    path = f"/sheets/{plan.id}/columns/{plan.columns[title]}"
    plan.sandbox.call(plan.person, "PUT", path, column)


@pytest.mark.parametrize(
    "column",
    [
        {"type": "CHECKBOX"},
        {"type": "DATE"},
        {"type": "PICKLIST", "options": ["Rock", "Sand"]},
        {"type": "MULTI_PICKLIST", "options": ["Rock", "Sand"]},
        {"type": "CONTACT_LIST"},
        {"type": "MULTI_CONTACT_LIST"},
    ],
    ids=lambda column: str(column["type"]),
)
def test_text_typed_into_what_takes_none_by_now(
    browser: Client, plan: SitePlan, bob: Person, column: dict[str, object]
) -> None:
    notes = plan.columns["Notes"]
    page = Page.open(browser, plan.edit_path(ROW)).type({notes: "Clay, wet"})
    retype(plan, "Notes", **column)
    page = page.save()
    assert (page.status, page.fields[f"col-{notes}"]) == (422, ["Clay, wet"])
    if column["type"] == "DATE":
        assert page.kinds[f"col-{notes}"] == "textarea"  # a date picker would show nothing
    assert page.save().status == 422
    assert plan.writes(bob) == []


def test_an_option_that_is_gone_by_now(browser: Client, plan: SitePlan, bob: Person) -> None:
    trade, equipment = plan.columns["Trade"], plan.columns["Equipment"]
    page = Page.open(browser, plan.edit_path(ROW)).type({trade: "Roofing", equipment: ["Crane", "Lorry"]})
    retype(plan, "Trade", type="PICKLIST", options=["Earthworks", "Concrete"])
    retype(plan, "Equipment", type="MULTI_PICKLIST", options=["Excavator", "Lorry"])
    page = page.save()
    assert page.fields[f"col-{trade}"] == ["Roofing"]
    assert set(page.fields[f"col-{equipment}"]) == {"Crane", "Lorry"}
    assert page.status == 422
    assert page.save().status == 422
    assert plan.writes(bob) == []


def test_boxes_that_are_one_text_by_now(browser: Client, plan: SitePlan, bob: Person) -> None:
    equipment = plan.columns["Equipment"]
    page = Page.open(browser, plan.edit_path(ROW)).type({equipment: ["Crane", "Lorry"]})
    retype(plan, "Equipment", type="TEXT_NUMBER")
    page = page.save()
    assert page.value(equipment) == "Crane, Lorry"
    assert page.status == 409  # the value isn't the one that was shown
    assert plan.writes(bob) == []


@pytest.mark.parametrize("typed", ["Rock", "2", "no"])
def test_a_box_is_not_ticked_by_any_text(browser: Client, plan: SitePlan, bob: Person, typed: str) -> None:
    page = Page.open(browser, plan.edit_path(ROW))
    page.fields[f"col-{plan.columns['Done']}"] = [typed]
    page = page.save()
    assert (page.status, page.fields[f"col-{plan.columns['Done']}"]) == (422, [typed])
    assert "Done: Choose checked or not checked." in page.text
    assert plan.writes(bob) == []
    assert "1 cell changed" in page.type({plan.columns["Done"]: "true"}).save().text


def test_an_unticked_box_counts_as_changed(browser: Client, plan: SitePlan, bob: Person) -> None:
    """Browsers send nothing for an unticked box, just as for a missing field. Unticking counts as a change anyway."""
    done, equipment = plan.columns["Done"], plan.columns["Equipment"]
    ticked = Page.open(browser, plan.edit_path(ROW)).type({done: "true", equipment: ["Crane"]}).save()
    assert "2 cells changed" in ticked.text
    page = Page.open(browser, plan.edit_path(ROW))
    page.fields.pop(f"col-{done}")
    page.fields.pop(f"col-{equipment}")
    retype(plan, "Done", type="TEXT_NUMBER")
    retype(plan, "Equipment", type="TEXT_NUMBER")
    page = page.save()
    assert page.status == 409
    assert page.text.count("You typed") == 2
    assert len(plan.writes(bob)) == 1


@pytest.mark.parametrize(
    ("title", "column", "then"),
    [
        ("Equipment", {"type": "TEXT_NUMBER"}, None),
        ("Equipment", {"type": "CHECKBOX"}, None),
        ("Budget", {"type": "CHECKBOX"}, "38000"),
        ("Budget", {"type": "MULTI_CONTACT_LIST"}, None),
        ("Responsible", {"type": "MULTI_CONTACT_LIST"}, ["bob@example.com"]),
        ("Trade", {"type": "MULTI_PICKLIST", "options": ["Concrete", "Earthworks"]}, ["Earthworks"]),
        ("Trade", {"type": "MULTI_PICKLIST", "options": ["Concrete", "Roofing"]}, None),
    ],
)
def test_a_deleted_row_is_restored_although_a_column_has_another_type(
    browser: Client, plan: SitePlan, title: str, column: dict[str, object], then: object
) -> None:
    """If the column doesn't accept the old value, the page says that the value is lost."""
    browser.post(plan.delete_path(ROW), {"rows": "1"})
    retype(plan, title, **column)
    path = f"/sheets/undo/{Entry.objects.intents().latest('id').pk}/"
    is_lost = f"The new row also doesn't get the values of {title}." in Page.open(browser, path).text
    assert is_lost == (then is None)
    browser.post(path)
    rows = plan.sandbox.sheet(plan.person, plan.name)["rows"]
    plan.rows[ROW] = next(row["id"] for row in rows if row["cells"][0].get("value") == ROW)
    assert plan.value(ROW, title) == then


def test_the_page_of_an_added_row_shows_choices_of_a_column_that_is_text_by_now(
    browser: Client, plan: SitePlan
) -> None:
    equipment = plan.columns["Equipment"]
    Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Paint", equipment: ["Crane", "Lorry"]}).save()
    retype(plan, "Equipment", type="TEXT_NUMBER")
    entry = Entry.objects.intents().latest("id")
    assert "Crane, Lorry" in Page.open(browser, f"/sheets/undo/edit/{entry.edit_id}/").text
