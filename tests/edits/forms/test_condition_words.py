"""For designers, and in a form's history, conditions are shown in words."""

from typing import Any

import pytest

from edits.forms.conditions import Condition

TITLES = {1: "Status", 2: "Due", 3: "Assigned to", 4: "Approved"}
LATE = {"all": [{"column": "1", "is": "not_equals", "value": "Done"}, {"column": "2", "is": "before_today"}]}
MINE = {"column": "3", "is": "me"}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"column": "1", "is": "empty"}, "Status is empty"),
        ({"column": "1", "is": "not_empty"}, "Status is not empty"),
        ({"column": "1", "is": "equals", "value": "Done"}, "Status is “Done”"),
        ({"column": "1", "is": "equals", "value": 2.0}, "Status is 2"),
        ({"column": "4", "is": "equals", "value": True}, "Approved is ticked"),
        ({"column": "4", "is": "not_equals", "value": False}, "Approved is ticked"),
        ({"column": "4", "is": "not_equals", "value": True}, "Approved is not ticked"),
        ({"column": "1", "is": "contains", "value": "x"}, "Status contains “x”"),
        ({"column": "1", "is": "not_contains", "value": "x"}, "Status does not contain “x”"),
        ({"column": "1", "is": "one_of", "value": ["Open"]}, "Status is “Open”"),
        ({"column": "1", "is": "one_of", "value": ["Open", "Done", 3]}, "Status is “Open”, “Done” or 3"),
        ({"column": "1", "is": "at_least", "value": 0.5}, "Status is at least 0.5"),
        ({"column": "2", "is": "less", "value": "2026-12-01"}, "Due is before 2026-12-01"),
        ({"column": "2", "is": "at_most", "value": "2026-12-01"}, "Due is 2026-12-01 or earlier"),
        ({"column": "2", "is": "today"}, "Due is today"),
        ({"column": "2", "is": "today", "value": 1}, "Due is tomorrow"),
        ({"column": "2", "is": "before_today", "value": -7}, "Due is before 7 days ago"),
        ({"column": "2", "is": "after_today", "value": 14}, "Due is after 14 days from today"),
        (MINE, "Assigned to is the person who opens the form"),
        ({"not": MINE}, "not (Assigned to is the person who opens the form)"),
        (LATE, "Status is not “Done” and Due is before today"),
        (
            {"any": [LATE, {"all": [MINE]}]},
            "(Status is not “Done” and Due is before today) or Assigned to is the person who opens the form",
        ),
        ({"column": "9", "is": "empty"}, "a column that no longer exists is empty"),
    ],
)
def test_a_condition_in_words(raw: Any, words: str) -> None:
    assert Condition.parse(raw).words(TITLES) == words
