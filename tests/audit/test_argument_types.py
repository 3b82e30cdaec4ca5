"""Commands accept days and times as arguments, and refuse other texts."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta, timezone

import pytest

from audit.argument_types import moment, pause


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-11-30", datetime(2026, 11, 30, tzinfo=UTC)),
        ("2026-11-30T12:00", datetime(2026, 11, 30, 12, tzinfo=UTC)),
        ("2026-11-30 12:00+01:00", datetime(2026, 11, 30, 12, tzinfo=timezone(timedelta(hours=1)))),
    ],
    ids=["day", "time", "zone"],
)
def test_it_is_a_moment_in_utc_unless_it_says_otherwise(text: str, when: datetime) -> None:
    assert moment(text) == when
    assert moment(text).utcoffset() == when.utcoffset()


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "2026-02-30T12:00", "30.11.2026"])
def test_invalid_values_are_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a date or time"):
        moment(text)


@pytest.mark.parametrize(("text", "seconds"), [("60", 60.0), ("0.5", 0.5)])
def test_a_pause_is_seconds(text: str, seconds: float) -> None:
    assert pause(text) == seconds


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "1e9", "a minute", ""])
def test_a_pause_that_would_never_rest_or_never_end_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="must be a number of seconds"):
        pause(text)
