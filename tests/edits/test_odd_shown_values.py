"""When a form is sent, the request also has the values that the form's page showed. Since programs can send forms
too, a shown value can be anything. Whatever it is, no page fails, and no value in Smartsheet is replaced.
"""

import json

import pytest
from django.test import Client

from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan

ROW = "Dig foundations"
ODD = [
    "",
    "x",
    "[",
    "[" * 100_000,
    "NaN",
    "{}",
    '{"a": [1]}',
    '[{"a": 1}]',
    '[["a"]]',
    "1e999",
    '"\\ud800"',
    "\x00",
    "true",
    '{"value": "a", "hyperlink": {"url": 5.5}}',
    '{"value": "a", "hyperlink": {"url": null}}',
    '{"value": "a", "hyperlink": {"url": {"a": 1}}}',
    '{"value": "a", "hyperlink": null}',
]


@pytest.mark.parametrize("shown", ODD, ids=lambda text: text[-12:])
@pytest.mark.parametrize(("column", "typed"), [("Notes", "Rock"), ("Equipment", ["Excavator"])])
def test_fault_27_no_page_breaks(
    browser: Client, plan: SitePlan, column: str, typed: str | list[str], shown: str
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns[column]: typed})
    page.fields[f"shown-col-{plan.columns[column]}"] = [shown]
    answer = page.save()
    assert answer.status in {200, 409}
    assert (answer.status == 200) == (plan.value(ROW, column) == typed)


@pytest.mark.parametrize(
    ("column", "cell", "typed"),
    [
        ("Start", {"value": "TBD ", "strict": False}, "2026-03-01"),
        ("Start", {"value": "TBD\u00a0", "strict": False}, "2026-03-01"),
        ("Start", {"value": "1/2/26", "strict": False}, "2026-03-01"),
        ("Notes", {"value": "one\r\ntwo"}, "three"),
        ("Notes", {"value": " padded "}, "plain"),
    ],
)
def test_fault_1_what_was_shown_survives_the_form(
    browser: Client, plan: SitePlan, column: str, cell: dict[str, object], typed: str
) -> None:
    plan.write(ROW, **{column: cell})
    page = Page.open(browser, plan.edit_path(ROW))
    remembered = json.loads(page.fields[f"shown-col-{plan.columns[column]}"][0])
    assert remembered == plan.value(ROW, column)
    assert "1 cell changed" in page.type({plan.columns[column]: typed}).save().text
    assert plan.value(ROW, column) == typed


def test_fault_1_a_change_in_between_is_still_a_conflict(browser: Client, plan: SitePlan) -> None:
    plan.write(ROW, Notes={"value": " padded "})
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "mine"})
    plan.write(ROW, Notes={"value": "padded"})
    assert page.save().status == 409
    assert plan.value(ROW, "Notes") == "padded"
