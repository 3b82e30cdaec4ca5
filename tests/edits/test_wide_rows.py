"""A row with many long texts can be saved. Long texts that were typed are kept while the person signs in again."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from edits.widgets.drafts import KEY
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

ROW = "Dig foundations"
LONG = "地" * 4000
COLUMNS = 60
URLENCODED = "application/x-www-form-urlencoded"  # as browsers send forms; the test client's own encoding is shorter


@pytest.fixture
def wide(plan: SitePlan) -> list[int]:
    """Add columns to the site plan, and return their ids. In each new column, ROW has a text of 4,000 characters."""
    titles = [f"Remark {number}" for number in range(COLUMNS)]
    columns = [{"title": title, "type": "TEXT_NUMBER", "index": len(plan.columns)} for title in titles]
    made = plan.sandbox.call(plan.person, "POST", f"/sheets/{plan.id}/columns", columns)["result"]
    plan.columns |= {column["title"]: column["id"] for column in made}
    plan.write(ROW, **dict.fromkeys(titles, LONG))
    return [column["id"] for column in made]


def test_a_row_full_of_text_is_saved(browser: Client, plan: SitePlan, wide: list[int]) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({wide[0]: "Rock", wide[1]: "岩" * 4000})
    answer = browser.post(page.path, urlencode(page.fields, doseq=True), content_type=URLENCODED, follow=True)
    assert "2 cells changed" in answer.content.decode()
    assert (plan.value(ROW, "Remark 0"), plan.value(ROW, "Remark 1")) == ("Rock", "岩" * 4000)


def test_changes_come_back_after_a_sign_in(
    browser: Client, plan: SitePlan, wide: list[int], sandbox: RunningSandbox, bob: Person, sign_in: SignIn
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({wide[0]: "Rock", wide[1]: "岩" * 4000})
    browser.post("/identity/logout/")
    assert page.save().was_redirected
    assert len(browser.session[KEY][plan.edit_path(ROW)]) < 150_000  # two cells, not all sixty
    sign_in(browser, bob)
    page = Page.open(browser, plan.edit_path(ROW))
    assert (page.value(wide[0]), page.value(wide[1])) == ("Rock", "岩" * 4000)
    assert page.value(wide[2]) == LONG
    assert "2 cells changed" in page.save().text


def test_a_form_that_fits_no_row_is_not_kept(client: Client, db: None, plan: SitePlan) -> None:
    client.post(plan.edit_path(ROW), {f"col-{number}": "x" * 4000 for number in range(700)})
    assert plan.edit_path(ROW) not in client.session[KEY]


def test_a_form_that_fits_no_row_is_refused_in_words(client: Client, plan: SitePlan) -> None:
    fields = urlencode({f"col-{number}": LONG for number in range(400)})
    answer = client.post(plan.edit_path(ROW), fields, content_type=URLENCODED)
    assert (answer.status_code, "Back button" in answer.content.decode()) == (400, True)
