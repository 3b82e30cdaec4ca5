"""The first changes of many edits, and how many each has: one query for all, at a cost that doesn't grow with an edit.

An edit may have thousands of cells. A window function would read all of them, and no index serves "the first twenty of
each". So each edit is a subquery of its own, with a limit, along the index of edits and their lines.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, TextField, When
from django.db.models.lookups import IsNull

from audit.models import Entry, EntryQuerySet
from audit.vocabulary import ANSWERED, Phase

SLACK = timedelta(hours=1)  # an intent is at most this much older than its outcome, unless it was settled later

# The ids of a subquery, as "7,8,9".
_IDS = {
    "postgresql": "(SELECT string_agg(part.id::text, ',') FROM (%(subquery)s) AS part)",
    "sqlite": "(SELECT group_concat(part.id) FROM (%(subquery)s) AS part)",
}
# What a subquery of entries comes to, as "intent 40 40 9,applied 10 11 9": of each phase on how many rows it counts
# (of intents: how many there are), how many entries were read, and the last line of them.
_COUNTS = """
    (SELECT {aggregate} FROM (
        SELECT phase || ' ' || SUM(CASE WHEN place = 1 THEN 1 ELSE 0 END) || ' ' || COUNT(*)
            || ' ' || COALESCE(MAX(line), -1) AS said
        FROM (
            SELECT phase, line, ROW_NUMBER() OVER (PARTITION BY line, unit ORDER BY weight DESC, id DESC) AS place
            FROM (%(subquery)s) AS part
        ) AS placed GROUP BY phase
    ) AS counted)"""
_JOINED = {"postgresql": "string_agg(said, ',')", "sqlite": "group_concat(said)"}


class _Within(Subquery):
    """A subquery that a template sums up in one text."""

    output_field = TextField()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many changes an edit has on how many rows, and what came of the first `looked` of these rows; an act on no
    rows has 0 of both, and what came of its changes.

    If `is_whole` is false, the edit is too long to be counted: there are more changes than `changes`.
    """

    changes: int
    rows: int
    looked: int
    phases: Counter[Phase]
    is_whole: bool

    @property
    def by_phase(self) -> list[tuple[Phase, int]]:
        """What came of the rows, the most frequent first."""
        return self.phases.most_common()


def first_changes(
    anchors: Collection[Entry], within: EntryQuerySet, *, count: int, is_whole: bool
) -> dict[UUID, set[int]]:
    """The ids of the first `count` changes of each anchor's edit, or with `is_whole` false of what it speaks of: its
    cell, or its row. They are looked for `within` these entries."""
    part = within.filter(edit_id=OuterRef("edit_id"))
    if is_whole:
        part = part.told()
    else:
        is_of_row = IsNull(OuterRef("column_id"), True)
        part = part.intents().filter(Q(is_of_row) | Q(column_id=OuterRef("column_id")), line=OuterRef("line"))
    ids = _Within(part.order_by("line", "id").values("id")[:count], template=_IDS[connection.vendor])
    found: dict[UUID, set[int]] = {}
    for edit_id, texts in _these(anchors).annotate(ids=ids).values_list("edit_id", "ids"):
        if texts:
            found.setdefault(edit_id, set()).update(map(int, texts.split(",")))
    return found


def counted(anchors: Collection[Entry], *, budget: int) -> dict[UUID, Counted]:
    """How many changes the edits of these entries have, and what came of them: one anchor per edit.

    About `budget` entries are read for all of them together.
    """
    if not anchors:
        return {}
    limit = max(budget // len(anchors), 1)
    of_edit = near(anchors).filter(edit_id=OuterRef("edit_id"))
    has_no_lines = IsNull(OuterRef("line"), True)
    part = of_edit.filter(Q(has_no_lines) | Q(line__isnull=False) & (Q(phase=Phase.INTENT) | Q(column_id=None)))
    looked_at = part.annotate(weight=_weight(), unit=_unit()).order_by("line", "id")
    said = _COUNTS.format(aggregate=_JOINED[connection.vendor])
    asked = _these(anchors).annotate(
        said=_Within(looked_at.values("id", "phase", "line", "weight", "unit")[:limit], template=said),
        last=Subquery(of_edit.exclude(line=None).order_by("-line").values("line")[:1]),
    )
    return {
        edit_id: _read(said, last=last, limit=limit)
        for edit_id, said, last in asked.values_list("edit_id", "said", "last")
        if said
    }


def near(anchors: Collection[Entry]) -> EntryQuerySet:
    """Entries that were written about when these were: on PostgreSQL, those of a few months' tables. SQLite has one
    table, and would rather read all entries of that time than an edit's."""
    if connection.vendor != "postgresql":
        return Entry.objects.all()
    times = [anchor.at for anchor in anchors]
    return Entry.objects.filter(at__gte=min(times) - SLACK, at__lt=max(times) + SLACK)


def _these(entries: Collection[Entry]) -> EntryQuerySet:
    """The entries again, for a query."""
    return near(entries).filter(pk__in=[entry.pk for entry in entries])


def _read(said: str, *, last: int | None, limit: int) -> Counted:
    counts = [one.split(" ") for one in said.split(",")]
    is_whole = sum(int(read) for _, _, read, _ in counts) < limit
    phases = Counter({Phase(phase): int(number) for phase, number, _, _ in counts})
    if last is None:
        return Counted(phases.total(), 0, 0, phases, is_whole)
    ends = {Phase(phase): int(line) for phase, _, _, line in counts}
    changes, end = phases.pop(Phase.INTENT, 0), ends.pop(Phase.INTENT, -1)
    looked = last + 1 if is_whole else end + (end in ends.values())
    phases[Phase.UNKNOWN] += looked - phases.total()
    return Counted(changes, last + 1, looked, +phases, is_whole)


def _weight() -> Case:
    """What counts on a row, as LoggedChange.outcome has it: Smartsheet's answer before what was settled later."""
    return Case(
        When(phase__in=ANSWERED, evidence=None, then=3),
        When(phase=Phase.UNKNOWN, then=0),
        When(phase=Phase.UNDECIDABLE, then=1),
        default=2,
        output_field=IntegerField(),
    )


def _unit() -> Case:
    """Each intent and each act by itself; of the outcomes of a row one."""
    return Case(When(Q(phase=Phase.INTENT) | Q(line=None), then=F("id")), default=0)
