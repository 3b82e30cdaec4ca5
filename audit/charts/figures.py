"""The figures of the charts page: edits by day and person, outcomes, and the busiest sheets.

The figures come from the daily sums of the log (audit/tallies.py), and from the newest entries, which these sums don't
include yet. Only entries that the reader can read are counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q

from audit import tallies
from audit.access import Reader
from audit.filtering.filters import outcome_filter
from audit.page_models import Tally
from audit.tallies import Key
from audit.vocabulary import Action, Phase

PEOPLE = 6  # how many people get a colour of their own; all others share one
SHEETS = 10
OTHERS = "others"
OUTCOMES = [  # each outcome with its colour, in the order of the chart
    (Phase.APPLIED, "green"),
    (Phase.CONFLICT, "yellow"),
    (Phase.UNCHANGED, "secondary"),
    (Phase.REFUSED, "orange"),
    (Phase.FORBIDDEN, "orange"),
    (Phase.FAILED, "red"),
    (Phase.NOT_APPLIED, "red"),
    (Phase.UNKNOWN, "purple"),
    (Phase.UNDECIDABLE, "purple"),
]
DAYS = {"days": "utc"}  # the tallies count by UTC days, so the links to the log use UTC days too
EDITS = frozenset({Action.CHANGE, Action.ADD, Action.DELETE})

Person = tuple[str, int]  # region and number


@dataclass(frozen=True, slots=True)
class Bar:
    """A number in a chart. With the query `query`, the log page shows the entries that were counted. `colour` is set
    only if the bar's colour differs from the colour of the series.
    """

    count: int
    query: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """The bars of a chart that belong together, with one title and colour."""

    title: str
    colour: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars in one or more series. Each series has one bar for each label."""

    labels: Sequence[str]
    series: Sequence[Series]

    @property
    def rows(self) -> list[tuple[str, list[Bar]]]:
        """The chart as a table. Each row has a label, and the bars that all series have for this label."""
        return [(label, [one.bars[at] for one in self.series]) for at, label in enumerate(self.labels)]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(bar.count for one in self.series for bar in one.bars)


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts that one reader can see, for the days (UTC) from `first` up to and including `last`. `of_others` is
    the part of the counts that comes from other people's entries. `until` is the time up to which entries were counted.
    It is None if all entries of these days were counted.
    """

    first: date
    last: date
    counts: Counter[Key]
    of_others: int
    until: datetime | None
    people: Mapping[Person, str] = field(default_factory=dict)
    sheets: Mapping[int, str] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        """Each day of the range, newest first."""
        return [self.last - timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    def by_day(self) -> Chart:
        """Edits by day. Each of the most active people has a series, and all others share one series."""
        counts: defaultdict[Person, Counter[date]] = defaultdict(Counter)
        for key, number in self._edits():
            counts[key.region, key.actor_id][key.day] += number
        most = sorted(counts, key=lambda person: (-counts[person].total(), person))
        series = [
            Series(self.people.get(person, str(person[1])), colour, self._days_of(counts[person], person))
            for person, colour in zip(most[:PEOPLE], COLOURS, strict=False)
        ]
        if len(most) > PEOPLE:
            rest = sum((counts[person] for person in most[PEOPLE:]), Counter())
            series.append(Series(OTHERS, "secondary", self._days_of(rest, None)))
        return Chart([f"{day:%Y-%m-%d}" for day in self.days], series)

    def by_outcome(self) -> Chart:
        """For each outcome, how many changed, added or deleted rows had this outcome."""
        counts: Counter[str] = Counter()
        for key, number in self.counts.items():
            if key.action in EDITS:
                counts[key.outcome] += number
        found = [(phase, colour) for phase, colour in OUTCOMES if counts[phase]]
        bars = [Bar(counts[phase], self._query(outcome=outcome_filter(phase)), colour) for phase, colour in found]
        return Chart([str(phase.label) for phase, _ in found], [Series("rows", "primary", bars)] if bars else [])

    def by_sheet(self) -> Chart:
        """The sheets with the most edits."""
        counts: Counter[int] = Counter()
        for key, number in self._edits():
            counts[key.sheet_id] += number
        most = sorted(counts, key=lambda sheet: (-counts[sheet], sheet))[:SHEETS]
        bars = [Bar(counts[sheet], self._query(sheet=sheet)) for sheet in most]
        labels = [self.sheets.get(sheet) or str(sheet) for sheet in most]
        return Chart(labels, [Series("edits", "primary", bars)] if bars else [])

    def _edits(self) -> Iterable[tuple[Key, int]]:
        alone = {Phase.CONFLICT, Phase.UNCHANGED, Phase.FORBIDDEN}  # phases of acts that have no intent
        return (
            (key, number)
            for key, number in self.counts.items()
            if key.action in EDITS and (key.outcome == Phase.INTENT or key.outcome in alone)
        )

    def _days_of(self, counts: Counter[date], person: Person | None) -> list[Bar]:
        who = {"person": f"{person[0]}:{person[1]}"} if person else {}
        return [Bar(counts[day], urlencode({**who, "since": day, "until": day, **DAYS})) for day in self.days]

    def _query(self, **asked: object) -> str:
        return urlencode({**asked, "since": self.first, "until": self.last, **DAYS})


COLOURS = ("blue", "green", "orange", "purple", "cyan", "pink")


def figures(
    reader: Reader, first: date, last: date, *, people: Mapping[Person, str], sheets: Mapping[int, str]
) -> Figures:
    """The figures that the reader can see for these days (UTC). `people` and `sheets` are the names to show."""
    own = (reader.actor.region, reader.actor.id)
    kept = Tally.objects.filter(day__gte=first, day__lte=last)
    if not reader.sees_all:
        mine = Q(actor_id=reader.actor.id) if reader.actor.id else Q(pk=None)
        kept = kept.filter(mine | Q(sheet_id__in=reader.readable.sheet_ids), region=reader.actor.region)
    tail = tallies.tail()
    counts = tallies.sums(kept)
    for key, number in tail.counts.items():
        if first <= key.day <= last and _may_see(reader, key):
            counts[key] += number
    others = sum(number for key, number in counts.items() if not own[1] or (key.region, key.actor_id) != own)
    return Figures(first, last, counts, others, tail.until, people, sheets)


def _may_see(reader: Reader, key: Key) -> bool:
    is_own = bool(reader.actor.id) and (key.region, key.actor_id) == (reader.actor.region, reader.actor.id)
    return is_own or reader.sees_all or (bool(key.sheet_id) and reader.may_read_sheet(key.sheet_id, region=key.region))
