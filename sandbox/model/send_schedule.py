"""The schedules of update requests. https://developers.smartsheet.com/api/smartsheet/openapi/updaterequests"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from dateutil import rrule

from sandbox.clock import iso, parse
from sandbox.errors import ApiError
from sandbox.model.cell_parsing import check_attributes, check_type

Json = Any

FREQUENCIES: dict[str, Literal[0, 1, 2, 3]] = {
    "DAILY": rrule.DAILY,
    "WEEKLY": rrule.WEEKLY,
    "MONTHLY": rrule.MONTHLY,
    "YEARLY": rrule.YEARLY,
}
TYPES = ("ONCE", *FREQUENCIES)
ORDINALS = {"FIRST": 1, "SECOND": 2, "THIRD": 3, "FOURTH": 4, "LAST": -1}
WEEK = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
DAYS = {name: [number] for number, name in enumerate(WEEK)} | {
    "DAY": list(range(7)),
    "WEEKDAY": list(range(5)),
    "WEEKEND": [5, 6],
}
WRITABLE = {"type", "startAt", "endAt", "repeatEvery", "dayOfMonth", "dayOrdinal", "dayDescriptors"}
MOST_REPEATS, LAST_DAY = 99, 31


def read_schedule(given: Json, *, at: datetime) -> dict[str, Json]:
    """Return the schedule that a JSON object describes, with the time of its first e-mail after `at`.

    Raises ApiError 1008, 1012 or 1031 if the schedule isn't valid, and 1179 if the schedule ends before its first
    e-mail after `at`.
    """
    check_attributes("schedule", given, allowed=WRITABLE, read_only={"lastSentAt", "nextSendAt"})
    for name in ("type", "startAt"):
        if given.get(name) is None:
            raise ApiError(1012, f"schedule.{name}")
    check_type(given, "repeatEvery", int)
    check_type(given, "dayOfMonth", int)
    check_type(given, "dayDescriptors", list)
    _check_choice(given, "type", TYPES)
    _check_choice(given, "dayOrdinal", ORDINALS)
    for day in given.get("dayDescriptors") or []:
        _check_choice({"dayDescriptors": day}, "dayDescriptors", DAYS)
    if not 1 <= (given.get("repeatEvery") or 1) <= MOST_REPEATS:
        raise ApiError(1031, given["repeatEvery"], "schedule.repeatEvery")
    if not 1 <= (given.get("dayOfMonth") or 1) <= LAST_DAY:
        raise ApiError(1031, given["dayOfMonth"], "schedule.dayOfMonth")
    start, end = _moment(given, "startAt"), _moment(given, "endAt")
    moment = next_time(given, start or at, at=at)
    if moment is None:
        raise ApiError(1031, given["startAt"], "schedule.startAt")
    if end and end < moment:
        raise ApiError(1179)
    return {name: value for name, value in given.items() if value is not None} | {"nextSendAt": iso(moment)}


def schedule_json(schedule: dict[str, Json]) -> dict[str, Json]:
    """Return the JSON of a schedule. Its times are `datetime` objects. Later, `dumps` writes them in the format that
    the parameter `numericDates` asks for.
    """
    times = {name: parse(str(schedule[name])) for name in ("startAt", "endAt", "nextSendAt") if name in schedule}
    return schedule | times


def next_time(schedule: dict[str, Json], start: datetime, *, at: datetime) -> datetime | None:
    """Return the time of the schedule's first e-mail after `at`; None if there is none."""
    if schedule["type"] == "ONCE":
        return start if start > at else None
    days = sorted({day for name in schedule.get("dayDescriptors") or [] for day in DAYS[name]})
    ordinal = schedule.get("dayOrdinal")
    times = rrule.rrule(
        FREQUENCIES[schedule["type"]],
        dtstart=start,
        interval=schedule.get("repeatEvery") or 1,
        byweekday=days or None,
        bymonthday=schedule.get("dayOfMonth") if schedule["type"] == "MONTHLY" and not ordinal else None,
        bysetpos=ORDINALS[ordinal] if ordinal and days else None,
    )
    return times.after(at)


def _check_choice(given: dict[str, Json], name: str, choices: Any) -> None:
    value = given.get(name)
    if value is not None and (not isinstance(value, str) or value not in choices):
        raise ApiError(1031, value, f"schedule.{name}")


def _moment(given: dict[str, Json], name: str) -> datetime | None:
    value = given.get(name)
    if value is None:
        return None
    moment = parse(str(value))
    if moment is None:
        raise ApiError(1031, value, f"schedule.{name}")
    return moment
