"""The product's main job in a real browser: a person signs in, sees their name, edits a row, and sees the change in the
log.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import allow, picture, problems, sign_in, sign_in_by_hand
from tests.browser.grids import saved
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TASK = "Dig foundations"


def open_row(page: Page, task: str = TASK) -> None:
    """Go from the list of sheets to the row's form."""
    page.goto("/sheets/")
    page.get_by_role("link", name="Site plan").first.click()
    page.get_by_role("gridcell", name=task).first.click()
    page.get_by_role("link", name="Row form").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(task)


def test_a_person_signs_in_edits_a_row_and_finds_it_in_the_log(
    page: Page, sandbox: RunningSandbox, bob: Person
) -> None:
    page.goto("/")
    expect(page.get_by_text("You are signed out")).to_be_visible()
    picture(page, "signed-out")
    sign_in_by_hand(page, bob)
    page.goto("/sheets/")
    picture(page, "sheets")
    open_row(page)
    page.get_by_label("Status", exact=True).select_option("Blocked")
    page.get_by_label("Spent", exact=True).fill("24250")
    expect(page.get_by_role("button", name=re.compile("Save 2 changes"))).to_be_visible()
    picture(page, "row-form")
    page.get_by_role("button", name=re.compile("Save")).click()
    expect(page.get_by_text("2 cells changed")).to_be_visible()
    expect(page.get_by_role("gridcell", name="Dig foundations").first).to_be_visible()
    picture(page, "sheet")
    page.get_by_role("link", name="view in log").click()
    entry = page.get_by_role("main")
    expect(entry).to_contain_text("Bob Baker")
    expect(entry).to_contain_text(str(bob.id))
    expect(entry.locator("del")).to_have_text(["21500", "In progress"])
    expect(entry.locator("ins")).to_have_text(["24250", "Blocked"])
    page.goto("/audit/")
    expect(page.get_by_role("main")).to_contain_text("saved")
    picture(page, "audit-log")
    expect(page.get_by_role("main")).to_contain_text("Site plan")
    assert names_in_history(sandbox, bob, "Status")[0] == bob.name
    page.goto("/")
    expect(page.get_by_role("region", name="Your latest changes")).to_contain_text("You changed 2 cells")
    picture(page, "home")


def names_in_history(sandbox: RunningSandbox, person: Person, title: str) -> list[str]:
    """Return the names of the people who wrote one cell, newest first, from Smartsheet's cell history. The cell is in
    this column and in the row of TASK.
    """
    sheet = sandbox.sheet(person, "Site plan")
    column = next(column["id"] for column in sheet["columns"] if column["title"] == title)
    row = next(row["id"] for row in sheet["rows"] if any(cell.get("value") == TASK for cell in row["cells"]))
    history = sandbox.call(person, "GET", f"/sheets/{sheet['id']}/rows/{row}/columns/{column}/history")
    return [state["modifiedBy"]["name"] for state in history["data"]]


def test_the_keyboard_is_enough(page: Page, bob: Person) -> None:
    sign_in(page, bob)
    open_row(page)
    page.wait_for_load_state()  # before its script runs, Ctrl+Enter does nothing
    comments = page.get_by_label("Task", exact=False).first
    comments.focus()
    page.keyboard.press("End")
    page.keyboard.type(" by hand")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("1 cell changed")).to_be_visible()


def test_adding_and_deleting_a_row(page: Page, bob: Person) -> None:
    sign_in(page, bob)
    page.goto("/sheets/")
    page.get_by_role("link", name="Site plan").first.click()
    page.get_by_role("link", name="Add row").click()
    page.get_by_label("Task", exact=False).first.fill("Hang the doors")
    page.get_by_role("button", name=re.compile("Add|Save")).last.click()
    expect(page.get_by_role("main")).to_contain_text("Row added")
    page.get_by_role("gridcell", name="Groundworks").click()
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="Delete the rows").click()
    question = page.get_by_role("dialog", name="Delete 1 row?")
    expect(question).to_contain_text("Hang the doors")
    question.get_by_role("button", name="Delete 1 row").click()
    saved(page)
    page.goto("/audit/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("added")
    expect(main).to_contain_text("deleted")


def test_after_denying_no_one_is_signed_in(page: Page, bob: Person) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign in with Smartsheet").click()
    page.get_by_label(bob.name).check()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("button", name="Sign in with Smartsheet")).to_be_visible()
    expect(page.get_by_text("Signed out")).to_be_visible()


def test_a_conflict_is_shown_at_the_field_and_can_be_solved(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    alice = sandbox.people()["alice"]
    sign_in(page, bob)
    open_row(page)
    page.get_by_label("Task", exact=False).first.fill("Dig foundations twice")
    change_behind_the_back(sandbox, alice, "Dig foundations today")
    page.get_by_role("button", name=re.compile("Save")).click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Dig foundations today")
    expect(main).to_contain_text("Alice Archer")
    picture(page, "conflict")
    page.get_by_label(re.compile("Use mine", re.IGNORECASE)).first.check()
    page.get_by_role("button", name=re.compile("Save")).click()
    expect(page.get_by_text("1 cell changed")).to_be_visible()


def change_behind_the_back(sandbox: RunningSandbox, person: Person, text: str) -> None:
    sheet = sandbox.sheet(person, "Site plan")
    primary = next(column["id"] for column in sheet["columns"] if column.get("primary"))
    row = next(row["id"] for row in sheet["rows"] if any(cell.get("value") == TASK for cell in row["cells"]))
    body = [{"id": row, "cells": [{"columnId": primary, "value": text}]}]
    sandbox.call(person, "PUT", f"/sheets/{sheet['id']}/rows", body)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible(page: Page, bob: Person, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.goto("/")
    found = problems(page)
    sign_in(page, bob)
    open_row(page)
    form = page.url
    for address in ("/", "/sheets/", form, form.split("rows/")[0], "/audit/"):
        page.goto(address)
        found += problems(page)
    assert not found, found


def test_it_fits_a_phone(page: Page, bob: Person) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, bob)
    open_row(page)
    form = page.url
    for address in ("/", "/sheets/", form, "/audit/"):
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{address} scrolls sideways: {width} px"


def test_it_works_without_javascript(browser: Browser, site: str, bob: Person) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Sign in with Smartsheet").click()
    allow(page, bob)
    page.goto("/sheets/")
    page.get_by_role("link", name="Site plan").first.click()
    page.get_by_role("link", name=f"Edit {TASK}").first.click()
    page.get_by_label("Task", exact=False).first.fill("Dig without script")
    page.get_by_role("button", name=re.compile("Save")).click()
    expect(page.get_by_role("main")).to_contain_text("1 cell changed")
    page.get_by_role("banner").get_by_text(bob.name).first.click()
    page.get_by_role("row", name="This browser").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in with Smartsheet")).to_be_visible()
    context.close()
