"""The row form shows, keeps and changes hyperlinks of cells. Changes of hyperlinks are logged and can be undone."""

import json
from typing import Any

import pytest
from django.test import Client

from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"
URL = "https://example.com/A-101"
LINKED = {"value": "A-101", "hyperlink": {"url": URL}}


@pytest.fixture
def page(browser: Client, plan: SitePlan) -> Page:
    """The form of a row whose drawing has a hyperlink."""
    plan.write(ROW, Drawing=LINKED)
    return Page.open(browser, plan.edit_path(ROW))


def drawing(plan: SitePlan) -> dict[str, Any]:
    cell = plan.cell(ROW, "Drawing")
    return {name: cell[name] for name in ("value", "hyperlink") if name in cell}


def typed(page: Page, plan: SitePlan, text: str | None = None, link: str | None = None) -> Page:
    name = f"col-{plan.columns['Drawing']}"
    if text is not None:
        page.fields[name] = [text]
    if link is not None:
        page.fields[f"link-{name}"] = [link]
    return page


def test_fault_8_it_is_seen_in_the_sheet_and_in_the_form(browser: Client, page: Page, plan: SitePlan) -> None:
    assert f'<a href="{URL}" rel="noopener noreferrer nofollow">A-101</a>' in Page.open(browser, plan.path).html
    assert page.fields[f"link-col-{plan.columns['Drawing']}"] == [URL]
    assert "you changed no cell" in page.save().text


@pytest.mark.parametrize(
    ("text", "link", "then"),
    [
        ("A-102", None, {"value": "A-102", "hyperlink": {"url": URL}}),
        (None, "https://example.com/B", {"value": "A-101", "hyperlink": {"url": "https://example.com/B"}}),
        (None, "", {"value": "A-101"}),
        ("", None, {"value": URL, "hyperlink": {"url": URL}}),
        ("", "", {}),
    ],
)
def test_fault_8_it_is_changed_logged_and_restored(
    browser: Client, page: Page, plan: SitePlan, text: str | None, link: str | None, then: dict[str, Any]
) -> None:
    assert "1 cell changed" in typed(page, plan, text, link).save().text
    assert drawing(plan) == then
    entry = Entry.objects.intents().get()
    assert json.loads(entry.old or "null") == LINKED
    assert json.loads(entry.new or "null") == (then if "hyperlink" in then else then.get("value"))
    assert f"(link to {URL})" in Page.open(browser, f"/audit/{entry.pk}/").text
    browser.post(f"/sheets/undo/{entry.pk}/")
    assert drawing(plan) == LINKED


@pytest.mark.parametrize(
    ("row", "then"),
    [("text", {"value": "A-101", "hyperlink": {"url": URL}}), ("", {"value": URL, "hyperlink": {"url": URL}})],
)
def test_fault_8_a_link_is_added(browser: Client, plan: SitePlan, row: str, then: dict[str, Any]) -> None:
    if row:
        plan.write(ROW, Drawing="A-101")
    answer = typed(Page.open(browser, plan.edit_path(ROW)), plan, link=URL).save()
    assert "1 cell changed" in answer.text
    assert drawing(plan) == then
    entry = Entry.objects.intents().get()
    assert json.loads(entry.new or "null") == then
    browser.post(f"/sheets/undo/{entry.pk}/")
    assert drawing(plan) == ({"value": "A-101"} if row else {})


def test_fault_8_a_new_row_has_a_link(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Look at the drawing"})
    typed(page, plan, "A-101", URL).send()
    plan = SitePlan(plan.sandbox, plan.person)
    cell = plan.cell("Look at the drawing", "Drawing")
    assert (cell["value"], cell["hyperlink"]) == ("A-101", {"url": URL})


def test_fault_5_and_8_a_number_becomes_the_text_of_a_link_only_once_that_is_confirmed(
    browser: Client, plan: SitePlan, bob: Person
) -> None:
    answer = typed(Page.open(browser, plan.edit_path(ROW)), plan, "38000", URL).save()
    assert answer.status == 422
    assert "With a link, “38000” would be text, which sums leave out." in answer.text
    assert plan.writes(bob) == []
    assert "1 cell changed" in answer.confirm().save().text
    assert drawing(plan) == {"value": "38000", "hyperlink": {"url": URL}}


def test_fault_8_undo_takes_a_link_away_again(browser: Client, plan: SitePlan) -> None:
    plan.write(ROW, Drawing=LINKED)
    typed(Page.open(browser, plan.edit_path(ROW)), plan, link="").send()
    entry = Entry.objects.intents().latest("id")
    browser.post(f"/sheets/undo/{entry.pk}/")
    undone = Entry.objects.intents().latest("id")
    browser.post(f"/sheets/undo/{undone.pk}/")
    assert drawing(plan) == {"value": "A-101"}


def test_fault_8_another_cell_is_saved_beside_it(page: Page, plan: SitePlan) -> None:
    page.type({plan.columns["Notes"]: "Rock"}).send()
    assert drawing(plan) == LINKED


def test_a_rows_name_can_be_a_link(browser: Client, plan: SitePlan) -> None:
    plan.write(ROW, Task={"value": "Dig here", "hyperlink": {"url": URL}})
    assert f'<a href="{URL}" rel="noopener noreferrer nofollow">Dig here</a>' in Page.open(browser, plan.path).html


@pytest.mark.parametrize("address", [" https://example.com/a ", "https://example.com/\nb", "\r\nnowhere\t", " "])
def test_an_address_that_an_input_shows_in_another_way_stays(
    browser: Client, plan: SitePlan, bob: Person, address: str
) -> None:
    """Browsers remove line breaks from the value of an input, and the form removes blanks around an address. If the
    person doesn't change such an address, the address in Smartsheet stays the same.
    """
    odd = {"value": "A-101", "hyperlink": {"url": address}}
    plan.write(ROW, Drawing=odd)
    page = Page.open(browser, plan.edit_path(ROW))
    (shown,) = page.fields[f"link-col-{plan.columns['Drawing']}"]
    in_browser = shown.replace("\r", "").replace("\n", "")
    assert "you changed no cell" in typed(page, plan, link=in_browser).save().text
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    assert "1 cell changed" in typed(page, plan, link=in_browser).save().text
    assert drawing(plan) == odd
    typed(Page.open(browser, plan.edit_path(ROW)), plan, text="A-102", link=in_browser).save()
    assert drawing(plan) == {**odd, "value": "A-102"}


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "nowhere"])
def test_fault_8_only_what_is_safe_to_follow_is_a_link(
    browser: Client, page: Page, plan: SitePlan, address: str
) -> None:
    answer = typed(page, plan, link=address).save()
    assert answer.status == 422
    assert f"“{address}” isn't an address for a link" in answer.text
    plan.write(ROW, Drawing={"value": "odd", "hyperlink": {"url": address}})
    assert f'href="{address}"' not in Page.open(browser, plan.path).html
