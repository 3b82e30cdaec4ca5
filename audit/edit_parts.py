"""Reads the first changes of many edits, or counts their changes, in one query. The cost doesn't grow with the length
of the edits.

An edit can have thousands of cells. A window function would read all of them, because no index can find "the first
twenty cells of each edit". So for each edit, the query has a subquery with a limit. The subquery uses the index on
`edit_id` and `line`.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, TextField, When
from django.db.models.lookups import IsNull

from audit.models import Entry, EntryQuerySet
from audit.vocabulary import ANSWERED, Phase

SLACK = timedelta(hours=1)  # an outcome is at most this much later than its intent, unless settling found it

Times = tuple[datetime, datetime]  # a span of time: its start, and its end, which isn't included

# Finds the first entries of each edit. Each row of the result has an edit's id and an entry's id. This is plain SQL,
# because the ORM would take as long to build the query as the database takes to run it.
_FIRST = {
    "postgresql": """
        SELECT asked.edit_id, part.id
        FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS asked(edit_id, line, column_id)
        CROSS JOIN LATERAL (
            SELECT entry.id FROM audit_entry AS entry WHERE entry.edit_id = asked.edit_id AND {condition}
            ORDER BY entry.line, entry.id LIMIT %s
        ) AS part""",
    "sqlite": """
        SELECT asked.edit_id, part.id
        FROM (
            SELECT json_extract(value, '$[0]') AS edit_id, json_extract(value, '$[1]') AS line,
                json_extract(value, '$[2]') AS column_id
            FROM json_each(%s)
        ) AS asked
        CROSS JOIN audit_entry AS part WHERE part.id IN (
            SELECT entry.id FROM audit_entry AS entry WHERE entry.edit_id = asked.edit_id AND {condition}
            ORDER BY entry.line, entry.id LIMIT %s
        )""",
}
_OF_EDIT = "(entry.phase = 'intent' OR entry.line IS NULL)"  # the same as EntryQuerySet.told()
_OF_ENTRY = (
    "entry.phase = 'intent' AND entry.line = asked.line"
    " AND (asked.column_id IS NULL OR entry.column_id = asked.column_id)"
)
# Returns counts of a subquery's entries as one text, such as "intent 40 40 9,applied 10 11 9". For each phase it has
# the number of rows with this outcome (or the number of intents), the number of entries read, and their highest line.
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
    """A subquery that returns a single text. Its template is SQL that computes the text from the subquery's rows."""

    output_field = TextField()


@dataclass(frozen=True, slots=True)
class Counted:
    """The size of an edit, and its outcomes. `changes` and `rows` are the numbers of the edit's changes and rows. Only
    the outcomes of the first `looked` rows were read. `phases` says how many of these rows have each outcome. For an
    act without rows, `rows` and `looked` are 0, and `phases` counts the outcomes of its changes.

    If `is_whole` is false, the edit is too long to be counted, and has more changes than `changes` says.
    """

    changes: int
    rows: int
    looked: int
    phases: Counter[Phase]
    is_whole: bool

    @property
    def by_phase(self) -> list[tuple[Phase, int]]:
        """Each outcome with its number of rows. The most frequent comes first."""
        return self.phases.most_common()


def first_changes(
    entries: Collection[Entry], times: Times | None, *, count: int, is_whole: bool
) -> dict[UUID, set[int]]:
    """Map the id of each edit to the ids of the edit's first `count` changes. `entries` has one entry of each edit. If
    `is_whole` is false, only changes of the entry's cell are read, or of the entry's row if the entry isn't about a
    cell. With `times`, only entries that were written within this span of time are read.
    """
    is_at = "entry.at >= %s AND entry.at < %s AND " if times else ""
    sql = _FIRST[connection.vendor].format(condition=is_at + (_OF_EDIT if is_whole else _OF_ENTRY))
    found: defaultdict[UUID, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_asked(entries), *(times or ()), count])
        for edit_id, entry_id in cursor.fetchall():
            found[edit_id if isinstance(edit_id, UUID) else UUID(edit_id)].add(entry_id)
    return found


def _asked(entries: Iterable[Entry]) -> list[Any]:
    """The parameters of the query _FIRST. They say which edits, rows and columns the query looks for."""
    if connection.vendor == "postgresql":
        return [[getattr(entry, name) for entry in entries] for name in ("edit_id", "line", "column_id")]
    return [json.dumps([[entry.edit_id.hex, entry.line, entry.column_id] for entry in entries])]


def counted(entries: Collection[Entry], *, budget: int) -> dict[UUID, Counted]:
    """For each edit, count its changes, and count how often each outcome occurs. `entries` has one entry of each edit.

    About `budget` entries are read for all edits together.
    """
    if not entries:
        return {}
    limit = max(budget // len(entries), 1)
    of_edit = near(entries).filter(edit_id=OuterRef("edit_id"))
    has_no_lines = IsNull(OuterRef("line"), True)
    part = of_edit.filter(Q(has_no_lines) | Q(line__isnull=False) & (Q(phase=Phase.INTENT) | Q(column_id=None)))
    looked_at = part.annotate(weight=_weight(), unit=_unit()).order_by("line", "id")
    said = _COUNTS.format(aggregate=_JOINED[connection.vendor])
    asked = _these(entries).annotate(
        said=_Within(looked_at.values("id", "phase", "line", "weight", "unit")[:limit], template=said),
        last=Subquery(of_edit.exclude(line=None).order_by("-line").values("line")[:1]),
    )
    return {
        edit_id: _read(said, last=last, limit=limit)
        for edit_id, said, last in asked.values_list("edit_id", "said", "last")
        if said
    }


def near(entries: Collection[Entry]) -> EntryQuerySet:
    """The entries that were written around the same time as the entries in `entries`. Because the result is limited to
    this time, PostgreSQL reads only the tables of a few months. On SQLite, the result is all entries: with a condition
    on the time, SQLite wouldn't use the index on the edit.
    """
    times = times_near(entries)
    return Entry.objects.filter(at__gte=times[0], at__lt=times[1]) if times else Entry.objects.all()


def times_near(entries: Collection[Entry]) -> Times | None:
    """The span of time to which near() limits the entries; None if it doesn't limit them."""
    if connection.vendor != "postgresql":
        return None
    times = [entry.at for entry in entries]
    return min(times) - SLACK, max(times) + SLACK


def _these(entries: Collection[Entry]) -> EntryQuerySet:
    """A query that returns these entries.

    On PostgreSQL, the query also names the entries' times. So PostgreSQL reads only the tables of the months with these
    times, and expects few entries. Without the times, PostgreSQL expects entries in the table of every month, and
    compiles the query (JIT), which takes up to a second.
    """
    these = Entry.objects.filter(pk__in=[entry.pk for entry in entries])
    return these.filter(at__in=[entry.at for entry in entries]) if connection.vendor == "postgresql" else these


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
    """The rank of an outcome, as in LoggedChange.outcome. Smartsheet's own answer ranks above an outcome that settling
    found.
    """
    return Case(
        When(phase__in=ANSWERED, evidence=None, then=3),
        When(phase=Phase.UNKNOWN, then=0),
        When(phase=Phase.UNDECIDABLE, then=1),
        default=2,
        output_field=IntegerField(),
    )


def _unit() -> Case:
    """A number for each entry. Of a row's entries with the same number, only one is counted. Each intent and each act
    without rows has a number of its own. All outcomes have the number 0, so one outcome of each row is counted.
    """
    return Case(When(Q(phase=Phase.INTENT) | Q(line=None), then=F("id")), default=0)
