"""In the browser and in Python, a condition holds for the same rows.

To test more conditions, set EXAMPLES in the environment: EXAMPLES=1000 pytest --timeout=1800
tests/browser/test_conditions.py
"""

import json
import os
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from playwright.sync_api import Page

from edits.forms.condition_values import fold
from edits.forms.conditions import Condition
from tests.edits.forms.condition_cases import COLUMN, ME, TODAY, expected
from tests.edits.forms.random_conditions import Case, cases

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EXAMPLES = int(os.environ.get("EXAMPLES", "10"))
PER_EXAMPLE = 500

# The cases are passed as JSON text, because Playwright would change lone surrogates and large numbers.
HOLD = """async (json) => {
  const { holds } = await import("/static/byline/js/forms/conditions.js");
  return JSON.parse(json).map(({ condition, values, me, today }) => holds(condition, values, { me, today }));
}"""
FOLD = """async (first) => {
  const { fold } = await import("/static/byline/js/forms/conditions.js");
  const texts = Array.from({ length: 0x10000 }, (_, offset) => String.fromCodePoint(first + offset));
  return Object.fromEntries(texts.map((text) => [text, fold(text)]).filter(([text, folded]) => text !== folded));
}"""

Holds = Callable[[list[Case]], list[bool]]


@pytest.fixture
def in_browser(page: Page) -> Holds:
    """Return a function that takes a list of cases. It returns, for each case, whether the condition holds in the
    browser.
    """
    page.goto("/")
    return lambda batch: page.evaluate(HOLD, json.dumps([asdict(case) for case in batch]))


def in_python(case: Case) -> bool:
    values = {int(column): value for column, value in case.values.items()}
    return Condition.parse(case.condition).holds(values, me=frozenset(case.me), today=date.fromisoformat(case.today))


def test_the_table_holds_in_the_browser(in_browser: Holds) -> None:
    table = expected()
    found = in_browser([Case(condition, {COLUMN: cell}, ME, TODAY) for condition, cell, _ in table])
    assert [one for one, outcome in zip(table, found, strict=True) if outcome is not one[2]] == []


def test_python_and_the_browser_agree(in_browser: Holds) -> None:
    outcomes: list[bool] = []

    @examples(max_examples=EXAMPLES, deadline=None, database=None)
    @given(st.integers(min_value=0))
    def compare(seed: int) -> None:
        batch = cases(seed, PER_EXAMPLE)
        found = in_browser(batch)
        outcomes.extend(found)
        assert [case for case, outcome in zip(batch, found, strict=True) if outcome is not in_python(case)] == []

    compare()
    assert len(outcomes) >= 5_000
    assert len(outcomes) / 10 < sum(outcomes) < len(outcomes) * 0.9


def test_every_character_is_compared_in_the_same_way(page: Page) -> None:
    page.goto("/")
    different: dict[str, Any] = {}
    for first in range(0, sys.maxunicode + 1, 0x10000):
        folded = page.evaluate(FOLD, first)
        for text in map(chr, range(first, first + 0x10000)):
            if unicodedata.category(text) not in {"Cn", "Cs"} and folded.get(text, text) != fold(text):
                different[text] = folded.get(text), fold(text)
    assert different == {}
