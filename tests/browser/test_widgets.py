"""The row form's controls work with only the keyboard, by touch on a phone, and without JavaScript, in two locales."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import allow, sign_in
from tests.browser.grids import cell
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TASK = "Dig foundations"
URL = "https://example.com/A-102"
LOWEST_TARGET = 24  # pixels: https://www.w3.org/WAI/WCAG22/Understanding/target-size-minimum


@dataclass(frozen=True)
class Writing:
    """How a person types numbers and dates. The person's Smartsheet profile decides how numbers are written. Chromium's
    language, `locale`, decides how dates are typed.
    """

    who: str
    locale: str
    budget: str  # the text of the field when the form is opened
    typed: str
    shown: str  # the cell's text on the sheet's page
    no_number: str


ENGLISH = Writing("bob", "en-GB", "38000", "38,500.5", "38500.5", "38.500,50")
GERMAN = Writing("erika", "de-DE", "38000", "38.500,5", "38500,5", "ca. 40.000")


@pytest.fixture(params=[ENGLISH, GERMAN], ids=["en", "de"])
def writing(request: pytest.FixtureRequest) -> Writing:
    found: Writing = request.param
    return found


@pytest.fixture
def writer(browser: Browser, site: str, sandbox: RunningSandbox, plan: SitePlan, writing: Writing) -> Iterator[Page]:
    """A tab with the form of a row. `writing` says how the person who is signed in there writes numbers."""
    context = browser.new_context(base_url=site, locale=writing.locale, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, sandbox.people()[writing.who])
    page.goto(plan.edit_path(TASK))
    yield page
    context.close()


def tab_to(page: Page, control: Locator) -> None:
    """Press Tab until the control has the focus. The page must show that the control has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if control.evaluate("control => control === document.activeElement"):
            seen = control.evaluate(
                "control => [control, control.nextElementSibling].some(one => one"
                " && (getComputedStyle(one).outlineStyle !== 'none' || getComputedStyle(one).boxShadow !== 'none'))"
            )
            assert seen, f"nothing shows that {control} has the focus"
            return
    raise AssertionError(f"the Tab key doesn't lead to {control}")


def test_every_control_works_with_only_the_keyboard(writer: Page, plan: SitePlan, writing: Writing) -> None:
    page, keyboard = writer, writer.keyboard

    tab_to(page, page.get_by_label("Status", exact=True))
    keyboard.type("Bl")
    tab_to(page, page.get_by_role("group", name="Health").get_by_role("radio", name="Green"))
    keyboard.press("ArrowLeft")
    tab_to(page, page.get_by_label("At risk"))
    keyboard.press("Space")
    tab_to(page, page.get_by_label("Start", exact=True))
    keyboard.type("02282026")
    responsible = page.get_by_label("Responsible", exact=True)
    tab_to(page, responsible)
    keyboard.press("Control+A")
    address = page.locator("[data-cell]", has=responsible).locator("[data-address]")
    expect(address).to_have_text("bob@example.com")
    keyboard.type("alice archer")
    expect(address).to_have_text("alice@example.com")
    team = page.get_by_role("group", name="Team")
    tab_to(page, team.get_by_role("checkbox", name="Alice Archer"))
    keyboard.press("Space")
    tab_to(page, team.get_by_text("Someone else").first)
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.type("new@example.org")
    tab_to(page, page.locator("summary", has_text="Another value"))
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.type("Crew 7")
    equipment = page.get_by_role("group", name="Equipment")
    tab_to(page, equipment.get_by_role("checkbox", name="Crane"))
    keyboard.press("Space")
    budget = page.get_by_label("Budget", exact=True)
    expect(budget).to_have_value(writing.budget)
    tab_to(page, budget)
    keyboard.press("Control+A")
    keyboard.type(writing.typed)
    drawing = page.get_by_label("Drawing", exact=True)
    tab_to(page, drawing)
    keyboard.type("A-102")
    keyboard.press("Tab")
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.type(URL)
    notes = page.get_by_label("Notes", exact=True)
    tab_to(page, notes)
    height = (notes.bounding_box() or {"height": 0})["height"]
    keyboard.type("one")
    for line in ("two", "three", "four"):
        keyboard.press("Enter")
        keyboard.type(line)
    assert (notes.bounding_box() or {"height": 0})["height"] > 2 * height, "the text area grows with its text"
    keyboard.press("Control+Enter")

    expect(page.get_by_text("11 cells changed")).to_be_visible()
    page.set_viewport_size({"width": 3600, "height": 900})  # so that all columns are visible
    number = list(plan.rows).index(TASK) + 1
    expect(cell(page, number, "Budget")).to_contain_text(writing.shown)
    expect(cell(page, number, "Drawing")).to_contain_text("A-102")
    expect(cell(page, number, "Health").locator('[data-symbol="RYG"]')).to_have_text("Yellow")
    assert held(plan) == HELD
    assert plan.cell(TASK, "Drawing")["hyperlink"] == {"url": URL}


HELD = {
    "Status": "Blocked",
    "Health": "Yellow",
    "At risk": True,
    "Start": "2026-02-28",
    "Responsible": "alice@example.com",
    "Team": ["bob@example.com", "new@example.org"],
    "Trade": "Crew 7",
    "Equipment": ["Excavator", "Crane", "Lorry"],
    "Budget": 38_500.5,
    "Drawing": "A-102",
    "Notes": "one\ntwo\nthree\nfour",
}


def held(plan: SitePlan) -> dict[str, object]:
    """The current values of the row's cells."""
    return {title: plan.value(TASK, title) for title in HELD}


def test_before_a_number_becomes_text_the_form_asks(writer: Page, plan: SitePlan, writing: Writing) -> None:
    page, keyboard = writer, writer.keyboard
    tab_to(page, page.get_by_label("Budget", exact=True))
    keyboard.press("Control+A")
    keyboard.type(writing.no_number)
    keyboard.press("Control+Enter")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Not saved yet")
    expect(main).to_contain_text("sums leave out")
    expect(page.get_by_label("Budget", exact=True)).to_have_value(writing.no_number)
    page.wait_for_load_state()  # before its script runs, Ctrl+Enter does nothing
    tab_to(page, page.get_by_label("Yes, save this value"))
    keyboard.press("Space")
    keyboard.press("Control+Enter")
    expect(page.get_by_text("1 cell changed")).to_be_visible()
    assert plan.value(TASK, "Budget") == writing.no_number


def test_people_with_access_to_the_sheet_are_suggested(page: Page, plan: SitePlan, bob: Person) -> None:
    sign_in(page, bob)
    page.goto(plan.edit_path(TASK))
    responsible = page.get_by_label("Responsible", exact=True)
    suggestions = page.locator(f"#{responsible.get_attribute('list')} option")
    before = suggestions.count()
    responsible.focus()
    charlie = suggestions.and_(page.locator('[value="Charlie Carter"]'))
    expect(charlie).to_have_text("charlie@example.com")
    assert suggestions.count() > before
    assert len({one.get_attribute("value") for one in suggestions.all()}) == suggestions.count()
    responsible.fill("Charlie Carter")
    expect(page.locator("[data-cell]", has=responsible).locator("[data-address]")).to_have_text("charlie@example.com")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("1 cell changed")).to_be_visible()
    assert plan.value(TASK, "Responsible") == "charlie@example.com"


def fill_in(page: Page, press: Callable[[Locator], None]) -> None:
    """Fill in the form. When the form is saved, the cells have the values in HELD. `press` is the way to press a
    control: a tap or a click.
    """
    team, equipment = page.get_by_role("group", name="Team"), page.get_by_role("group", name="Equipment")
    drawing = page.locator("[data-cell]", has=page.get_by_label("Drawing", exact=True))
    page.get_by_label("Status", exact=True).select_option("Blocked")
    press(page.get_by_role("group", name="Health").get_by_role("radio", name="Yellow"))
    press(page.get_by_label("At risk"))
    page.get_by_label("Start", exact=True).fill("2026-02-28")
    page.get_by_label("Responsible", exact=True).fill("Alice Archer")
    press(team.get_by_role("checkbox", name="Alice Archer"))
    press(team.locator("summary"))
    page.get_by_label("Someone else for Team").fill("new@example.org")
    press(page.get_by_text("Another value", exact=True))
    page.get_by_label("Another value for Trade").fill("Crew 7")
    press(equipment.get_by_role("checkbox", name="Crane"))
    page.get_by_label("Budget", exact=True).fill("38,500.5")
    page.get_by_label("Drawing", exact=True).fill("A-102")
    press(drawing.get_by_text("Add a link"))
    page.get_by_label("Address that Drawing links to").fill(URL)
    page.get_by_label("Notes", exact=True).fill("one\ntwo\nthree\nfour")


def test_every_control_works_by_touch_on_a_phone(browser: Browser, site: str, plan: SitePlan, bob: Person) -> None:
    context = browser.new_context(base_url=site, has_touch=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, bob)
    page.goto(plan.edit_path(TASK))
    fill_in(page, Locator.tap)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    kinds = (".pill", "summary", "button", ".form-control", ".form-select")
    targets = page.locator("#row-form").locator(", ".join(f"{kind}:visible" for kind in kinds))
    boxes = {one.evaluate("one => one.outerHTML.slice(0, 80)"): one.bounding_box() for one in targets.all()}
    low = {what: box["height"] for what, box in boxes.items() if box and box["height"] < LOWEST_TARGET}
    assert not low
    page.get_by_role("button", name="Save 11 changes").tap()
    expect(page.get_by_text("11 cells changed")).to_be_visible()
    assert held(plan) == HELD
    context.close()


def test_every_control_works_without_javascript(browser: Browser, site: str, plan: SitePlan, bob: Person) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Sign in with Smartsheet").click()
    allow(page, bob)
    page.goto(plan.edit_path(TASK))
    fill_in(page, Locator.click)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("11 cells changed")).to_be_visible()
    assert held(plan) == HELD
    context.close()
