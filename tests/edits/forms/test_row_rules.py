"""Which rows belong to a person under a rule."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from edits.forms.conditions import Condition
from edits.forms.definition import Definition
from edits.forms.row_rules import known_as, may, today_of, values_of
from edits.sheets.sheet import Row, Sheet
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile

ME, TODAY = frozenset({"bob@example.com"}), date(2026, 11, 29)
OWNER = {"column": "2", "is": "me"}
SHEET = Sheet.parse({"id": 1, "columns": [{"id": 1, "title": "Task"}, {"id": 2, "title": "Owner"}]})


def ruled(rule: Any) -> Definition:
    """A form with this rule."""
    return Definition("x", rule=Condition.parse(rule))


def row(**owner: Any) -> Row:
    return Row.parse({"id": 7, "cells": [{"columnId": 1, "value": "Dig"}, {"columnId": 2, **owner}]})


@pytest.mark.parametrize(
    ("owner", "is_mine"),
    [
        ({"value": "bob@example.com", "displayValue": "Robert"}, True),
        ({"value": "Bob Baker"}, False),
        ({"value": "ann@example.com", "displayValue": "Bob Baker"}, False),
        ({"objectValue": {"values": [{"email": "ann@example.com"}, {"name": "Bob Baker"}]}}, False),
        ({"objectValue": {"values": [{"email": "ann@example.com", "name": "Bob Baker"}]}}, False),
        ({}, False),
    ],
)
def test_a_row_is_mine_by_address_and_never_by_name(owner: dict[str, Any], is_mine: bool) -> None:
    assert may(SHEET, row(**owner), definition=ruled(OWNER), me=ME, today=TODAY) is is_mine


def test_without_a_rule_all_rows_belong_to_everyone() -> None:
    assert may(SHEET, row(), definition=Definition("x"), me=frozenset(), today=TODAY)


@pytest.mark.parametrize("rule", [{"not": OWNER}, {"column": "2", "is": "not_equals", "value": "x"}])
def test_no_row_belongs_to_anyone_if_a_column_of_the_rule_is_gone(rule: Any) -> None:
    without_owner = Sheet.parse({"id": 1, "columns": [{"id": 1, "title": "Task"}]})
    definition = ruled(rule)
    assert may(SHEET, row(), definition=definition, me=ME, today=TODAY)
    assert not may(without_owner, row(), definition=definition, me=ME, today=TODAY)


def test_values_are_those_of_conditions() -> None:
    assert values_of(row(objectValue={"values": [{"name": "Crew 7"}, {"email": "a@b.org"}]})) == {
        1: "Dig",
        2: ["Crew 7", "a@b.org"],
    }


def test_today_is_in_the_persons_time_zone() -> None:
    east, west = (Profile("sandbox", 1, {"timeZone": zone}) for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"))
    assert today_of(east) > today_of(west)  # the time zones are 25 hours apart


@pytest.mark.django_db
def test_fault_13_a_person_is_known_by_earlier_addresses() -> None:
    known = {"email": "ann.lee@example.com", "firstName": "Ann", "lastName": "Lee"}
    first = Profile("sandbox", 5, known | {"alternateEmails": [{"email": "AL@example.com", "confirmed": True}]})
    person = SmartsheetUser(user=User.objects.create(username="ann"), region="sandbox", smartsheet_id=5, profile={})
    person.remember(first, at=timezone.now())
    later = Profile("sandbox", 5, {"email": "ann.kim@example.com", "firstName": "Ann", "lastName": "Kim"})
    person.remember(later, at=timezone.now())
    assert known_as(later) == {"ann.lee@example.com", "al@example.com", "ann.kim@example.com"}
    stranger = Profile("sandbox", 6, {"email": "Eve@example.com"})
    assert known_as(stranger) == {"eve@example.com"}


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "last"), [("ann.lee@example.com", ""), ("Ann", "Lee")])
def test_nobody_is_known_by_a_name(first: str, last: str) -> None:
    """People choose their own names in Smartsheet. If someone takes another person's name or address as their name,
    they don't get this person's rows.
    """
    eve = Profile("sandbox", 6, {"email": "eve@example.com", "firstName": first, "lastName": last})
    person = SmartsheetUser(user=User.objects.create(username="eve"), region="sandbox", smartsheet_id=6, profile={})
    person.remember(eve, at=timezone.now())
    assert known_as(eve) == {"eve@example.com"}
    for owner in ({"value": f"{first} {last}"}, {"objectValue": {"values": [{"name": f"{first} {last}"}]}}):
        assert not may(SHEET, row(**owner), definition=ruled(OWNER), me=known_as(eve), today=TODAY)
