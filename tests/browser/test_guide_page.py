"""The page that docs/into-your-site.md adds to a site, in both themes. tests/docs/test_into_your_site.py tests the
whole guide.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from tests.browser.conftest import problems, sign_in
from tests.browser.guide_urls import code_of
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIGHT, DARK = re.compile(r"oklch\(0\.9"), re.compile(r"oklch\(0\.2")  # the first number of the colour is its lightness


@pytest.fixture
def order(plan: SitePlan, settings: Settings, tmp_path: Path) -> str:
    """The address of the guide's page."""
    (tmp_path / "order.html").write_text(code_of("templates/order.html"))
    settings.ROOT_URLCONF = "tests.browser.guide_urls"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    return f"/orders/{plan.id}/{plan.rows['Dig foundations']}/"


@pytest.mark.parametrize("is_dark", [False, True])
def test_it_has_the_theme_of_the_persons_system(page: Page, order: str, alice: Person, is_dark: bool) -> None:
    page.emulate_media(color_scheme="dark" if is_dark else "light")
    sign_in(page, alice)
    page.goto(order)
    page.get_by_label("Status").select_option("Blocked")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 cell changed")).to_be_visible()
    expect(page.locator("body")).to_have_css("background-color", DARK if is_dark else LIGHT)
    assert problems(page) == []
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
