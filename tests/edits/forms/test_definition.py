"""The content of a form is the same after it was stored as JSON. JSON that isn't the content of a form is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from edits.forms.conditions import Condition
from edits.forms.definition import (
    Allow,
    Audience,
    Definition,
    FormField,
    InvalidDefinition,
    NotAllowed,
    OptionsWhen,
    Prefill,
    Reason,
    State,
    StateWhen,
)

STATUS, DUE, OWNER = 9007199254740993, 2, 3  # the first one is too large for a number in JavaScript
IS_BLOCKED = Condition.parse({"column": str(STATUS), "is": "equals", "value": "Blocked"})
IS_MINE = Condition.parse({"column": str(OWNER), "is": "me"})
TODAY = date(2026, 11, 29)
FULL = Definition(
    title="Report progress",
    sentence="Tell the others how far you are.",
    fields=(
        FormField(
            STATUS,
            "Status",
            "PICKLIST",
            label="How is it going?",
            help="Choose one.",
            state=State.REQUIRED,
            states=(StateWhen(State.SHOWN, IS_BLOCKED),),
            options=(OptionsWhen(("Blocked", "Done"), IS_BLOCKED),),
            not_allowed=(NotAllowed("Ask your lead first.", IS_BLOCKED),),
            default="Open",
            prefill=Prefill.LOCKED,
        ),
        FormField(DUE, "Due", "DATE"),
    ),
    rule=IS_MINE,
    allow=frozenset({Allow.EDIT, Allow.ADD}),
    reason=Reason.FROM_LIST,
    reasons=("Weather", "Supplier"),
    audience=Audience.LISTED,
    people=("bob@example.com",),
    domains=("example.com",),
)


def test_json_and_back() -> None:
    assert Definition.parse(FULL.to_json()) == FULL


def test_ids_are_texts_in_json() -> None:
    assert FULL.to_json()["fields"][0]["column"] == "9007199254740993"


def test_columns_that_the_form_reads() -> None:
    assert FULL.column_ids == {STATUS, DUE, OWNER}


def test_a_field_without_a_label_has_its_columns_title() -> None:
    assert [field.name for field in FULL.fields] == ["How is it going?", "Due"]


@pytest.mark.parametrize(
    ("value", "state"), [("Blocked", State.SHOWN), ("Open", State.REQUIRED), (None, State.REQUIRED)]
)
def test_the_first_condition_that_holds_gives_the_state(value: Any, state: State) -> None:
    assert FULL.fields[0].state_for({STATUS: value}, me=set(), today=TODAY) is state


def test_options_and_refusals_by_condition() -> None:
    field = FULL.fields[0]
    assert field.options_for({STATUS: "Blocked"}, me=set(), today=TODAY) == ("Blocked", "Done")
    assert field.options_for({STATUS: "Open"}, me=set(), today=TODAY) is None
    assert field.why_not_allowed({STATUS: "Blocked"}, me=set(), today=TODAY) == "Ask your lead first."
    assert field.why_not_allowed({}, me=set(), today=TODAY) == ""


def test_addresses_and_domains_are_compared_in_lower_case() -> None:
    found = Definition.parse({"title": "T", "people": [" Bob@Example.com "], "domains": ["EXAMPLE.com"]})
    assert (found.people, found.domains) == (("bob@example.com",), ("example.com",))


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ([], "The form must be a JSON object."),
        ({"title": 5}, "The form: “title” must be a text."),
        ({"title": "x" * 4_001}, "The form: “title” can have up to 4000 characters, and it has 4001."),
        ({"title": "nul\0"}, "The form: “title” must be a text."),
        ({"fields": {}}, "The form: “fields” must be a list."),
        ({"fields": [5]}, "Field 1 must be a JSON object."),
        ({"fields": [{"column": 5}]}, "Field 1: 5 isn't the id of a column."),
        ({"fields": [{"column": "٣"}]}, "Field 1: '٣' isn't the id of a column."),
        ({"fields": [{"column": "1"}, {"column": "1"}]}, "A column is in the form twice."),
        (
            {"fields": [{"column": str(n)} for n in range(101)]},
            "A form can have up to 100 fields, and this one has 101.",
        ),
        (
            {"fields": [{"column": "1", "state": "gone"}]},
            "Field 1: 'gone' isn't one of hidden, shown, editable, required.",
        ),
        ({"fields": [{"column": "1", "default": {"a": 1}}]}, "Field 1: a cell can't have this default value."),
        ({"fields": [{"column": "1", "states": [5]}]}, "Field 1: an item of “states” must be a JSON object."),
        ({"allow": ["fly"]}, "The form: 'fly' isn't one of edit, add, delete."),
        ({"reasons": ["x"] * 51}, "The form: “reasons” can have up to 50 items, and there are 51."),
        ({"reasons": [["x"]]}, "The form: “reasons” must be a text."),
    ],
)
def test_what_is_not_a_form_is_refused(raw: Any, sentence: str) -> None:
    with pytest.raises(InvalidDefinition) as refusal:
        Definition.parse(raw)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "raw", [{"rule": 5}, {"fields": [{"column": "1", "states": [{"state": "shown", "when": {}}]}]}]
)
def test_a_wrong_condition_is_refused_with_its_place(raw: Any) -> None:
    with pytest.raises(InvalidDefinition, match=r"^(The rule for rows|Field 1): "):
        Definition.parse(raw)


def test_conditions_have_a_limit_in_all() -> None:
    many = {"any": [{"column": "1", "is": "equals", "value": str(n)} for n in range(48)]}
    fields = [{"column": str(n), "states": [{"state": "shown", "when": many}]} for n in range(21)]
    with pytest.raises(InvalidDefinition, match="can have up to 1000 comparisons, and these have 1008"):
        Definition.parse({"title": "T", "fields": fields})
    assert len(Definition.parse({"title": "T", "fields": fields[:20]}).fields) == 20
