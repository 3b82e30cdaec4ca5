"""Tests in a real browser: the page of an entry, undo, timelines and charts."""

import re
from itertools import pairwise

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from audit.recording import Actor, Change, intend
from audit.vocabulary import Action, Origin
from identity.sessions.models import BrowserSession, Ending
from tests.browser.conftest import picture, problems, sign_in
from tests.browser.test_main_path import open_row
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def block(page: Page) -> None:
    """Set a row's status to Blocked in the row's form. Then open the page of the log entry about this change."""
    open_row(page)
    page.get_by_label("Status", exact=True).select_option("Blocked")
    page.get_by_role("button", name=re.compile("Save")).click()
    page.get_by_role("link", name="view in log").click()
    page.get_by_role("link", name=re.compile("Details")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Entry")


def test_an_entry_is_undone_and_both_say_so(page: Page, bob: Person) -> None:
    sign_in(page, bob)
    block(page)
    picture(page, "entry")
    page.get_by_role("link", name="Undo").click()
    expect(page.get_by_role("main")).to_contain_text("in the name of Bob Baker")
    picture(page, "undo")
    page.get_by_role("button", name="Put the old value back").click()
    expect(page.get_by_text("is “In progress” again")).to_be_visible()
    page.get_by_role("link", name="view in log").click()
    page.get_by_role("link", name=re.compile("Details")).first.click()
    expect(page.get_by_text("This undoes")).to_be_visible()


def test_an_edit_is_undone_by_keyboard(page: Page, sandbox: RunningSandbox, alice: Person, bob: Person) -> None:
    plan = SitePlan(sandbox, alice)
    sign_in(page, bob)
    open_row(page)
    page.get_by_label("Status", exact=True).select_option("Blocked")
    page.get_by_label("Task", exact=False).first.fill("Dig by hand")
    page.get_by_label("Notes", exact=True).fill("Rock at 2 m")
    page.get_by_role("button", name=re.compile("Save")).click()
    press(page, "view in log")
    plan.write("Dig foundations", Status="Complete")
    press(page, "Undo this edit…")
    main = page.get_by_role("main")
    expect(main).to_contain_text("2 cells get their old values back in Smartsheet, in the name of Bob Baker")
    expect(main).to_contain_text("Changed after this edit, so undoing leaves it as it is")
    press(page, "2 cells: The old values can be put back")
    expect(main.get_by_role("cell", name="Rock at 2 m")).to_be_visible()
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert not problems(page), width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    press(page, "Put back the old values of 2 cells")
    expect(page.get_by_role("heading", level=1)).to_have_text("Undone in part")
    expect(page.get_by_role("alert")).to_be_focused()
    assert (plan.value("Dig foundations", "Task"), plan.value("Dig foundations", "Status")) == (
        "Dig foundations",
        "Complete",
    )


def press(page: Page, name: str) -> None:
    """Press Tab until the link, button or summary with this text has the focus. Then press Enter."""
    expect(page.get_by_text(name, exact=True).first).to_be_visible()
    focused = "document.activeElement.innerText.replace(/\\s+/g, ' ').trim()"
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_a_cells_timeline_shows_both_sides(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    sign_in(page, bob)
    open_row(page)
    page.get_by_label("Task", exact=False).first.fill("Dig foundations by hand")
    page.get_by_role("button", name=re.compile("Save")).click()
    expect(page.get_by_text("1 cell changed")).to_be_visible()
    open_row(page, "Dig foundations by hand")
    page.get_by_role("link", name=re.compile("Last changed here by Bob Baker")).click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("the same in Smartsheet")
    expect(main).to_contain_text("changed outside the app")
    picture(page, "timeline")


def test_a_bar_leads_to_its_entries(page: Page, bob: Person) -> None:
    sign_in(page, bob)
    block(page)
    page.goto("/audit/charts/")
    drawing = page.locator("[data-chart=sheets] canvas")
    expect(drawing).to_be_visible()
    colours = page.evaluate(
        "Object.values(Chart.instances).flatMap((one) => one.data.datasets.map((set) => set.backgroundColor))"
    )
    assert colours
    assert all(re.fullmatch(r"(rgb|oklch|color)[(].*", one) for some in colours for one in some), colours
    page.get_by_role("button", name=re.compile("theme")).click()
    picture(page, "charts")
    drawing.click()
    page.wait_for_url(re.compile(r"/audit/\?sheet="))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(page: Page, bob: Person, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    sign_in(page, bob)
    block(page)
    entry = page.url
    cell = page.get_by_role("link", name="this cell").get_attribute("href")
    undo = page.get_by_role("link", name="Undo").get_attribute("href")
    person = page.get_by_role("link", name="this person").get_attribute("href")
    found: list[str] = []
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/audit/?action=change")
    page.get_by_role("textbox", name="Name of this filter").fill("long" * 20)
    page.get_by_role("button", name="Save filter").click()
    edit_filter = page.get_by_role("link", name="Rename or delete the filter").get_attribute("href")
    record = page.goto("/audit/?action=record") and page.locator("a[href*='/audit/records/']").first.get_attribute(
        "href"
    )
    long_words = f"/audit/?q={'so-long-a-word' * 10}&edit={'0' * 32}"
    for address in (entry, cell, undo, person, record, edit_filter, long_words, "/audit/?q=ab", "/audit/charts/"):
        page.goto(str(address))
        found += problems(page)
        if address == cell:
            expect(page.get_by_text("Smartsheet:", exact=True).first).to_be_in_viewport()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{address} scrolls sideways: {width} px"
    assert not found, found


def test_printed_pages_show_exact_times_all_changes_and_filters(page: Page, bob: Person) -> None:
    sign_in(page, bob)
    open_row(page)
    page.get_by_label("Status", exact=True).select_option("Blocked")
    page.get_by_label("Spent", exact=True).fill("24250")
    page.get_by_role("button", name=re.compile("Save")).click()
    page.goto("/audit/?action=change")
    unfolded = page.locator(".fold li").first
    page.locator(".fold summary").first.click()
    expect(unfolded).to_be_hidden()
    page.emulate_media(media="print")
    expect(unfolded).to_be_visible()
    shown = page.locator("td time").first.evaluate("time => getComputedStyle(time, '::after').content")
    assert re.search(r"\d\d:\d\d:\d\d UTC", shown), shown
    main = page.get_by_role("main")
    expect(main).to_contain_text("Filters: What was done: changed cell (change).")
    expect(main).to_contain_text(f"Read by Bob Baker ({bob.id})")


def test_an_error_in_a_folded_filter_is_visible(page: Page, bob: Person) -> None:
    sign_in(page, bob)
    page.goto("/audit/?since=2026-12-01&until=2026-11-01")
    expect(page.get_by_role("alert")).to_contain_text("The first day")
    expect(page.get_by_label("From")).to_be_visible()
    expect(page.get_by_label("From")).to_have_attribute("aria-invalid", "true")


def wait_for_more(page: Page) -> None:
    """Open the log, change a row in another tab, and wait until the log's page says that there is a new entry."""
    page.goto("/audit/")
    elsewhere = page.context.new_page()
    block(elsewhere)
    elsewhere.close()
    page.locator("[data-show]").wait_for()


def test_showing_new_entries_keeps_the_keyboard_focus(page: Page, bob: Person) -> None:
    sign_in(page, bob)
    wait_for_more(page)
    page.locator("[data-show]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#entries")).to_be_focused()


def test_showing_new_entries_after_the_session_ended_asks_to_sign_in(
    page: Page, sandbox: RunningSandbox, bob: Person
) -> None:
    sign_in(page, bob)
    wait_for_more(page)
    # Deleting the cookie wouldn't be enough, because a late answer could restore it.
    BrowserSession.objects.all().end(Ending.TOO_OLD)
    page.locator("[data-show]").click()
    expect(page.get_by_role("button", name="Sign in with Smartsheet")).to_be_visible()


def test_fault_24_what_a_reader_may_see_appears_when_smartsheet_has_answered(
    page: Page, sandbox: RunningSandbox, alice: Person, bob: Person
) -> None:
    sheet = sandbox.sheet(alice, "Site plan")
    actor = Actor(alice.id, "sandbox", alice.name, alice.email)
    change = Change(1, "Dig foundations", 2, "Status", "Open", "Blocked by frost")
    intend(
        actor=actor,
        action=Action.CHANGE,
        sheet_id=sheet["id"],
        sheet_name="Site plan",
        changes=[change],
        origin=Origin.FORM,
    )
    sign_in(page, bob)
    cache.clear()  # so that the app asks which sheets Bob can open
    sandbox.fault(path="/2.0/sheets$", delay=1.5, times=1)
    page.goto("/audit/")  # this usually happens before Smartsheet's answer arrives
    expect(page.get_by_text("Blocked by frost").first).to_be_visible()
    expect(page.get_by_text("Only your own entries are shown")).to_be_hidden()


def test_old_comes_before_new_in_every_script(page: Page, bob: Person) -> None:
    sign_in(page, bob)
    actor = Actor(bob.id, "sandbox", bob.name, bob.email)
    status = Change(1, "1 'صب'", 2, "الحالة", "مفتوح", "مغلق")
    words = Change(1, "1 'صب'", 3, "Notes", "العمل في الموقع بدأ", "العمل في الموقع انتهى")
    for change in (status, words):
        intend(actor=actor, action=Action.CHANGE, sheet_id=5, sheet_name="جدول", changes=[change], origin=Origin.FORM)
    page.goto("/audit/?column=2&sheet=5&row=1")
    old, new = page.locator("td del").bounding_box(), page.locator("td ins").bounding_box()
    assert old
    assert new
    assert old["x"] < new["x"], "the arrow points from old to new"
    page.goto("/audit/?column=3&sheet=5&row=1")
    kept, new = page.locator("td bdi span").first.bounding_box(), page.locator("td ins").bounding_box()
    assert kept
    assert new
    assert kept["x"] > new["x"], "a sentence in Arabic goes from right to left"


@pytest.mark.parametrize("controls", ["\u202e", "\u202e\u2066", "\u2069\u202e", "\u202c\u2069\u202b"])
def test_a_name_or_value_cant_turn_the_sentence_around(page: Page, bob: Person, controls: str) -> None:
    """Names and values in a sheet can have characters that override the direction of text. On the log's pages, these
    characters don't change the order of the other words in a sentence.
    """
    sign_in(page, bob)
    actor = Actor(bob.id, "sandbox", bob.name, bob.email)
    change = Change(1, f"Pit {controls}x", 2, f"Status {controls}", f"Open{controls}", "Closed")
    intend(actor=actor, action=Action.CHANGE, sheet_id=5, sheet_name="Plan", changes=[change], origin=Origin.FORM)
    for address in ("/audit/", "/"):
        page.goto(address)
        links = [page.get_by_role("link", name=name, exact=True).first for name in ("Status", "Pit x", "Plan")]
        for line in (links, [page.locator("del").first, page.locator("ins").first]):
            for before, after in pairwise([one.bounding_box() for one in line]):
                assert before
                assert after
                assert before["x"] + before["width"] < after["x"], (address, before, after)


def test_filtering_further_keeps_the_row_until_another_sheet_is_chosen(page: Page, bob: Person) -> None:
    sign_in(page, bob)
    block(page)
    page.get_by_role("link", name="Status", exact=True).first.click()
    page.wait_for_url(re.compile("column="))
    filters = page.get_by_label("Active filters")
    page.get_by_label("Words").fill("Blocked")
    page.keyboard.press("Enter")
    expect(filters).to_contain_text("Words: Blocked")
    expect(filters).to_contain_text("Column: Status")
    page.wait_for_load_state()  # the script removes empty parameters and the row from the address
    page.get_by_label("Sheet", exact=True).select_option("")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(filters).not_to_contain_text("Column")
    expect(filters).to_contain_text("Words: Blocked")
    assert page.url.endswith("/audit/?q=Blocked"), "an address to share"
