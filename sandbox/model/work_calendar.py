"""The working time of a project sheet: its working days and hours.

Smartsheet doesn't document the hours of a working day. Recorded answers and the OpenAPI document have tasks that start
at 13:00:00 and finish at 16:59:59. So in the sandbox, a day of eight hours is from 8 to 12 and from 13 to 17 o'clock.
Shorter days end earlier, and longer days end later. A day of more than 15 hours ends at midnight and has no break.
https://help.smartsheet.com/articles/516392-defining-working-non-working-holidays-on-a-project-sheet
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sandbox.model.duration import MS_PER_HOUR, Duration

Json = Any

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
HOURS_PER_DAY = 8.0
DAY_BEGINS, MORNING_ENDS, AFTERNOON_BEGINS = 8, 12, 13
LONGEST_WITH_BREAK = 15
MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The weekdays on which people work, and single dates on which no one works."""

    working: frozenset[int]
    free: frozenset[date]
    hours: float = HOURS_PER_DAY

    @classmethod
    def of(cls, settings: dict[str, Json]) -> WorkCalendar:
        """Return the calendar that a sheet's project settings describe."""
        days = settings.get("workingDays") or DAYS[:5]
        free = (date.fromisoformat(day) for day in settings.get("nonWorkingDays") or ())
        hours = float(settings.get("lengthOfDay") or HOURS_PER_DAY)
        return cls(frozenset(DAYS.index(day) for day in days), frozenset(free), hours)

    def ms_of(self, duration: Duration) -> int:
        """Return the milliseconds of working time in a duration. The duration must be in working time: `elapsed` is
        false.
        """
        return duration.working_ms(hours_per_day=self.hours, days_per_week=len(self.working))

    def after(self, moment: datetime, duration: Duration) -> datetime:
        """Return `moment` plus the duration. A negative duration gives an earlier moment."""
        if duration.elapsed:
            return moment + timedelta(milliseconds=duration.elapsed_ms())
        ms = self.ms_of(duration)
        return self._forward(moment, ms * MS) if ms >= 0 else self._back(moment, -ms * MS)

    def before(self, moment: datetime, duration: Duration) -> datetime:
        """Return `moment` minus the duration."""
        if duration.elapsed:
            return moment - timedelta(milliseconds=duration.elapsed_ms())
        return self._back(moment, self.ms_of(duration) * MS)

    def next_start(self, moment: datetime) -> datetime:
        """Return `moment` if it is in working time, otherwise the beginning of the next working time."""
        while True:
            for begin, end in self._shifts(moment.date()):
                if moment < end:
                    return max(moment, begin)
            moment = _midnight(moment.date() + timedelta(days=1))

    def working_days_between(self, start: datetime, end: datetime) -> float:
        """Return the working time between two moments, in days."""
        total, day = timedelta(), start.date()
        while day <= end.date():
            for begin, finish in self._shifts(day):
                total += max(min(finish, end) - max(begin, start), timedelta())
            day += timedelta(days=1)
        return total / timedelta(milliseconds=self.hours * MS_PER_HOUR)

    def _forward(self, moment: datetime, left: timedelta) -> datetime:
        day = moment.date()
        while left:
            for begin, end in self._shifts(day):
                at = max(moment, begin)
                if at < end:
                    if left <= end - at:
                        return at + left
                    left -= end - at
            day += timedelta(days=1)
        return moment

    def _back(self, moment: datetime, left: timedelta) -> datetime:
        day = moment.date()
        while left:
            for begin, end in reversed(self._shifts(day)):
                at = min(moment, end)
                if at > begin:
                    if left <= at - begin:
                        return at - left
                    left -= at - begin
            day -= timedelta(days=1)
        return moment

    def _shifts(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the beginnings and ends of a day's working hours."""
        if day.weekday() not in self.working or day in self.free:
            return []
        midnight = _midnight(day)
        return [(midnight + timedelta(hours=begin), midnight + timedelta(hours=end)) for begin, end in self._hours()]

    def _hours(self) -> list[tuple[float, float]]:
        morning = MORNING_ENDS - DAY_BEGINS
        if self.hours <= morning:
            return [(DAY_BEGINS, DAY_BEGINS + self.hours)]
        if self.hours <= LONGEST_WITH_BREAK:
            return [(DAY_BEGINS, MORNING_ENDS), (AFTERNOON_BEGINS, AFTERNOON_BEGINS + self.hours - morning)]
        return [(24 - self.hours, 24)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
