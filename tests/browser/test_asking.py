"""People ask for updates in a real browser: by keyboard alone, on a narrow screen, in both themes, and without
JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from edits.forms.asking import sending
from edits.forms.asking.models import RequestedPerson, UpdateRequest
from edits.forms.models import FormDefinition
from tests.browser.conftest import allow, picture, sign_in
from tests.edits.forms.asking.conftest import SENDER, asked, made_form, rows_of
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.smtp_server import MailServer, mail_server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/forms/report-progress/ask/"


@pytest.fixture
def mailbox(site: str, settings: Settings) -> Iterator[MailServer]:
    """The mail server that the app uses. Links in mails lead to the live server of the test."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.DEFAULT_FROM_EMAIL = SENDER
        yield server


@pytest.fixture
def form(plan: SitePlan, mailbox: MailServer) -> FormDefinition:
    return made_form(plan, rule={"column": str(plan.columns["Responsible"]), "is": "me"})


def require_usable(page: Page) -> None:
    """Assert that the page has no accessibility problems, and doesn't scroll sideways at a width of 320 px."""
    page.wait_for_load_state()
    assert [(one["id"], one["nodes"]) for one in Axe().run(page).response["violations"]] == []
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": 1280, "height": 900})


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the field or button with this name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        name = focused.evaluate("one => (one.labels?.[0] ?? one).textContent.trim()") if focused.count() else ""
        if name.startswith(label):
            return
    raise AssertionError(f"Tab never reaches {label}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_asking_and_answering_by_keyboard(
    page: Page, form: FormDefinition, bob: Person, alice: Person, mailbox: MailServer, browser: Browser, theme: str
) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    sign_in(page, alice)
    page.goto(PAGE)
    require_usable(page)
    tab_to(page, "Dig foundations")
    page.keyboard.press("Space")
    tab_to(page, "Raise frames")
    page.keyboard.press("Space")
    tab_to(page, "What do you want to tell them?")
    page.keyboard.type("Please tell me how far you are.\nThank you!")
    tab_to(page, "Preview")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Send 1 mail?")
    require_usable(page)
    tab_to(page, "Send 1 mail")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("0 of 1 answered")
    require_usable(page)
    assert sending.send_due() == 1
    link = next(line for line in mailbox.mails[0].part("plain").splitlines() if "/forms/asked/answer/" in line)

    other = browser.new_context(viewport={"width": 320, "height": 900})  # Bob's phone, not signed in
    phone = other.new_page()
    phone.goto(link)
    phone.get_by_role("button", name="Sign in with Smartsheet").click()
    allow(phone, bob)
    expect(phone.get_by_label("What you were asked")).to_contain_text("Please tell me how far you are.")
    assert phone.evaluate("document.documentElement.scrollWidth") == 320
    phone.get_by_role("link", name="Dig foundations").click()
    phone.get_by_label("Status").select_option("Blocked")
    phone.get_by_role("button", name="Save 1 change").click()
    expect(phone.get_by_role("main")).to_contain_text("Blocked")
    other.close()

    page.reload()
    expect(page.get_by_role("main")).to_contain_text("1 of 2 rows answered")
    page.get_by_text("1 cell changed since you asked").click()
    require_usable(page)
    if theme == "light":
        picture(page, "who-has-answered")
    page.goto("/forms/asked/")
    require_usable(page)


def test_all_rows_can_be_ticked_at_once(page: Page, form: FormDefinition, alice: Person) -> None:
    sign_in(page, alice)
    page.goto(PAGE)
    boxes = page.locator("input[name=rows]")
    page.get_by_role("button", name="Tick all").click()
    expect(page.locator("input[name=rows]:checked")).to_have_count(boxes.count())
    page.get_by_role("button", name="Untick all").click()
    expect(page.locator("input[name=rows]:checked")).to_have_count(0)
    expect(page.get_by_label("Their e-mail addresses")).to_be_hidden()
    page.get_by_label("These people").check()
    expect(page.get_by_label("Their e-mail addresses")).to_be_visible()


def test_problems_lead_to_their_fields(page: Page, form: FormDefinition, alice: Person) -> None:
    sign_in(page, alice)
    page.goto(PAGE)
    page.get_by_label("Due date").fill("2020-01-01")
    page.get_by_role("button", name="Preview").click()
    problem = page.get_by_role("alert")
    expect(problem).to_be_focused()
    expect(problem).to_contain_text("Choose at least one row.")
    require_usable(page)
    problem.get_by_role("link", name="Due date").click()
    expect(page.get_by_label("Due date")).to_be_in_viewport()


def test_it_works_without_javascript(
    browser: Browser, site: str, form: FormDefinition, alice: Person, bob: Person
) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Sign in with Smartsheet").click()
    allow(page, alice)
    page.goto(PAGE)
    page.get_by_label("Find rows").fill("slab")
    page.get_by_role("button", name="Find").click()
    page.get_by_label("Pour slab").check()
    page.get_by_label("These people").check()
    page.get_by_label("Their e-mail addresses").fill("dora@example.com")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("main")).to_contain_text("These people get the mail, but can’t save")
    page.get_by_role("button", name="Change the request").click()
    expect(page.get_by_label("Their e-mail addresses")).to_have_value("dora@example.com")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Send 1 mail").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("0 of 1 answered")
    assert UpdateRequest.objects.count() == 1
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mail_itself_is_readable(
    browser: Browser, page: Page, form: FormDefinition, plan: SitePlan, alice: Person, mailbox: MailServer, scheme: str
) -> None:
    """Tests the mail's HTML, as a mail program shows it, and the page that stops reminders."""
    sign_in(page, alice)
    due = timezone.now().date() + timedelta(days=5)
    rows = rows_of(plan, "Pour slab", "Drainage runs")
    text = "Please tell me how far you are.\n\nThank you & see you on Monday!"
    asked(form, alice, {"dora@example.com": rows}, text=text, due_on=due)
    sending.send_due()
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    mail = context.new_page()
    mail.set_content(mailbox.mails[0].part("html"))
    violations = Axe().run(mail).response["violations"]
    assert [one["id"] for one in violations if one["id"] not in {"region", "landmark-one-main"}] == []
    mail.set_viewport_size({"width": 320, "height": 900})
    assert mail.evaluate("document.documentElement.scrollWidth") == 320
    mail.set_viewport_size({"width": 800, "height": 620})
    if scheme == "light":
        picture(mail, "update-mail")
    stop = str(mail.get_by_role("link", name="Stop them").get_attribute("href"))
    mail.goto(stop)
    require_usable(mail)
    mail.get_by_role("button", name="Stop reminders").click()
    expect(mail.get_by_role("heading", level=1)).to_have_text("Done: no more reminders")
    require_usable(mail)
    context.close()
    assert RequestedPerson.objects.count() == 1
