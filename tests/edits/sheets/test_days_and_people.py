"""People type days, options and names of people. In a column that isn't restricted, they can type other values too."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from edits.sheets.column_types import Doubtful
from edits.widgets.controls import control_for
from tests.edits.sheets.columns import cell, kind_of, reader

PEOPLE = [
    {"email": "a@b.org", "name": "Ann"},
    {"email": "k1@b.org", "name": "Lee, Kim"},
    {"email": "j1@b.org", "name": "Jo"},
    {"email": "j2@b.org", "name": "jo"},
]


@pytest.mark.parametrize(
    ("locale", "typed", "day"),
    [
        ("en_US", "2026-03-01", "2026-03-01"),
        ("en_US", "3/1/2026", "2026-03-01"),
        ("en_US", "3/1/26", "2026-03-01"),
        ("de_DE", "1.3.2026", "2026-03-01"),
        ("de_DE", " 01.03.26 ", "2026-03-01"),
        ("de_DE", " ", None),
    ],
)
def test_fault_5_days_are_read_as_their_locale_writes_them(locale: str, typed: str, day: str | None) -> None:
    assert kind_of("DATE").parse(typed, cell(), reader(locale)) == day


@pytest.mark.parametrize(
    ("typed", "why", "value"),
    [
        ("0026-03-01", "Is the year 0026 right? If you mean 2026, type all four digits.", "0026-03-01"),
        ("1899-12-31", "Is the year 1899 right?", "1899-12-31"),
        ("2206-01-01", "Is the year 2206 right?", "2206-01-01"),
        ("TBD ", "“TBD ” isn't a date such as 2026-11-30 or 30.11.2026. It would be saved as text.", "TBD "),
    ],
)
def test_fault_4_years_that_make_no_sense_are_asked_about(typed: str, why: str, value: str) -> None:
    with pytest.raises(Doubtful) as asked:
        kind_of("DATE").parse(typed, cell(), reader("de_DE"))
    assert (asked.value.messages, asked.value.value) == ([why], value)


@pytest.mark.parametrize(
    ("name", "typed", "sent"),
    [
        ("PICKLIST", "Landscaping", {"value": "Landscaping", "strict": False}),
        ("PICKLIST", "2,5", {"value": 2.5, "strict": False}),
        ("PICKLIST", "a", {"value": "a"}),
        ("CONTACT_LIST", "Crew 7", {"value": "Crew 7", "strict": False}),
        ("DATE", "TBD", {"value": "TBD", "strict": False}),
        (
            "MULTI_CONTACT_LIST",
            "Crew 7",
            {"objectValue": {"objectType": "MULTI_CONTACT", "values": [{"objectType": "CONTACT", "name": "Crew 7"}]}},
        ),
    ],
)
def test_fault_7_columns_take_other_values_unless_they_are_restricted(
    name: str, typed: str, sent: dict[str, Any]
) -> None:
    raw: dict[str, Any] = {"options": ["a"], "contactOptions": PEOPLE}
    kind = kind_of(name, **raw)
    try:
        value = kind.parse(typed, cell(), reader("de_DE"))
    except Doubtful as doubt:
        value = doubt.value
    assert kind.to_send(value, cell()) == sent
    assert kind.why_not_held(value) == ""
    if name != "PICKLIST" or typed != "a":
        restricted = kind_of(name, validation=True, **raw)
        with pytest.raises(ValidationError) as refused:
            restricted.parse(typed, cell(), reader("de_DE"))
        assert not isinstance(refused.value, Doubtful)
        assert restricted.why_not_held(value)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Ann", "a@b.org"),
        ("ann", "a@b.org"),
        ("A@B.org", "a@b.org"),
        ("Ann <a@b.org>", "a@b.org"),
        ("Lee, Kim", "k1@b.org"),
        ("New Person <new@b.org>", "new@b.org"),
        ("new@b.org", "new@b.org"),
    ],
)
def test_people_are_found_by_name_or_address(typed: str, key: str) -> None:
    assert kind_of("CONTACT_LIST", contactOptions=PEOPLE).parse(typed, cell(), reader("en_US")) == key
    assert kind_of("MULTI_CONTACT_LIST", contactOptions=PEOPLE).parse(typed, cell(), reader("en_US")) == [key]


def test_a_name_of_several_people_identifies_no_one() -> None:
    kind = kind_of("CONTACT_LIST", contactOptions=PEOPLE)
    with pytest.raises(ValidationError, match="Several people are called Jo"):
        kind.parse("Jo", cell(), reader("en_US"))
    assert kind.typed(cell(value="j1@b.org", displayValue="Jo"), reader("en_US")) == "j1@b.org"
    assert kind.typed(cell(value="a@b.org", displayValue="Ann"), reader("en_US")) == "Ann"


def test_a_name_that_is_the_address_of_someone_else_is_not_offered() -> None:
    named = [{"email": "real@b.org", "name": "new@b.org"}, {"email": "", "name": "Crew 7"}, PEOPLE[0]]
    for name in ("CONTACT_LIST", "MULTI_CONTACT_LIST"):
        control = control_for(kind_of(name, contactOptions=named), cell(), [], [])
        assert [one for one in control.choices if one[0]] == [
            ("real@b.org", "real@b.org", ""),
            ("Crew 7", "Crew 7", ""),
            ("a@b.org", "Ann", "a@b.org"),
        ]


def test_fault_2_a_name_is_not_split_at_its_comma() -> None:
    kind = kind_of("MULTI_CONTACT_LIST", contactOptions=[PEOPLE[0]])
    now = cell(objectValue={"objectType": "MULTI_CONTACT", "values": [{"name": "Lee, Kim"}]})
    assert kind.parse("Lee, Kim\na@b.org, new@b.org", now, reader("en_US")) == ["Lee, Kim", "a@b.org", "new@b.org"]


def test_fault_3_options_may_have_lines_and_spaces() -> None:
    kind = kind_of("MULTI_PICKLIST", options=[" padded ", "two\r\nlines"])
    assert kind.parse([" padded ", "two\nlines"], cell(), reader("en_US")) == [" padded ", "two\r\nlines"]
