"""The list of Bob's rows in a form, and the list of his forms."""

import pytest
from django.test import Client

from audit.recording import THIS_APP
from edits.forms.definition import Allow, Audience, NotAllowed
from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, THEIRS, ProgressForm
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

BOBS = ["Survey and set out", "Site fence and cabins", "Dig foundations", "Reinforcement", "Raise frames"]


@pytest.fixture
def form(browser: Client, plan: SitePlan) -> ProgressForm:
    return ProgressForm(plan)


def order(page: Page, labels: list[str]) -> list[str]:
    """Return the labels that occur on the page, in the order in which the page has them."""
    return sorted((label for label in labels if label in page.text), key=page.text.index)


def test_the_list_has_my_rows_and_those_that_need_me_come_first(browser: Client, form: ProgressForm) -> None:
    form.plan.write("Raise frames", Status="Blocked")
    page = Page.open(browser, form.path)
    assert order(page, [*BOBS, THEIRS]) == ["Raise frames", *BOBS[:-1]]
    assert "5 rows for you, 1 needs you." in page.text
    assert "Needs you" in page.text
    assert "How is it going: In progress" in page.text


def test_a_value_that_isnt_allowed_needs_me(browser: Client, form: ProgressForm) -> None:
    too_much = form.when("Spent", "greater", 20_000)
    form.publish(fields=(form.field("Spent", not_allowed=(NotAllowed("Ask Alice before you spend more.", too_much),)),))
    page = Page.open(browser, form.path)
    assert "1 needs you" in page.text
    assert order(page, BOBS)[0] == MINE


def test_searching(browser: Client, form: ProgressForm) -> None:
    page = Page.open(browser, f"{form.path}?q=in+PROGRESS")
    assert order(page, BOBS) == [MINE]
    assert "1 of them matches “in PROGRESS”." in page.text
    assert "0 of them match “zebra”." in Page.open(browser, f"{form.path}?q=zebra").text


def test_the_list_says_when_i_last_changed_a_row(browser: Client, form: ProgressForm) -> None:
    assert "You changed it" not in Page.open(browser, form.path).text
    Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "5"}).send()
    page = Page.open(browser, form.path)
    assert page.text.count("You changed it just now") == 1
    assert "Spent: 5" in page.text


def test_the_list_is_read_once_a_minute(browser: Client, form: ProgressForm) -> None:
    for query in ("", "?q=dig", "?page=2"):
        Page.open(browser, f"{form.path}{query}")
    asked = form.plan.sandbox.requests(path=f"/sheets/{form.plan.id}")
    assert sum(one["path"].endswith(str(form.plan.id)) for one in asked) == 1


def test_no_rows(browser: Client, form: ProgressForm) -> None:
    form.publish(rule=form.when("Task", "equals", "Nothing"), allow=frozenset({Allow.ADD}))
    page = Page.open(browser, form.path)
    assert "There are no rows for you now." in page.text
    assert "Add a row" in page.text


def test_the_forms_that_i_can_open(browser: Client, form: ProgressForm) -> None:
    ProgressForm(form.plan, slug="others", title="Only for others", audience=Audience.LISTED, people=("x@example.com",))
    ProgressForm(form.plan, slug="for-us", title="For our company", audience=Audience.LISTED, domains=("example.com",))
    closed = ProgressForm(form.plan, slug="closed", title="Closed one")
    closed.stored.close(seen=closed.stored.revision, actor=THIS_APP)
    page = Page.open(browser, "/forms/")
    listed = ["For our company", "Report progress on my tasks"]
    assert order(page, [*listed, "Only for others", "Closed one"]) == listed


def test_a_form_whose_sheet_i_cant_open_isnt_listed(browser: Client, form: ProgressForm, bob: Person) -> None:
    form.plan.unshare(bob)
    assert "There are no forms for you now." in Page.open(browser, "/forms/").text
    page = Page.open(browser, form.path)
    assert page.status == 403, page.text
    assert "You can't open this form's sheet" in page.text
    assert "Ask the sheet's owner to share the sheet" in page.text
    assert Page.open(browser, form.row_path(MINE)).status == 403


def test_an_unknown_form(browser: Client, form: ProgressForm) -> None:
    assert browser.get("/forms/unknown/").status_code == 404
    assert browser.get("/forms/unknown/rows/1/").status_code == 404
