"""How much was done, by day: small sums of the log, so that no figure on a page costs more as the log grows.

Working state, no evidence: kept by following the chain, and made anew from it by starting over. What has not been
counted yet is counted as it is read, as far as TAIL goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db import connection, models, transaction

from audit.models import Cursor, Entry, Leaf
from audit.page_models import Tally
from audit.vocabulary import Phase

CURSOR = "tallies"
AT_ONCE = 2_000  # links of the chain in one transaction
TAIL = 2_000  # links that a page counts itself
FIELDS = ("id", "at", "region", "actor_id", "sheet_id", "action", "phase", "line", "is_head", "column_id")


class Key(NamedTuple):
    """What a tally is about; `sheet_id` is 0 for what is about no sheet."""

    day: date
    region: str
    actor_id: int
    sheet_id: int
    action: str
    outcome: str


class Tail(NamedTuple):
    """What no tally holds yet. `until` is set where even the tail is longer than is counted: the time it reaches."""

    counts: Counter[Key]
    until: datetime | None = None


def count_new(limit: int = AT_ONCE) -> int:
    """Count the next links of the chain into the tallies, at most `limit`; gives how many, 0 when all are counted.

    Of several that do it at once each counts other links: one transaction moves the cursor and adds.
    """
    Cursor.objects.get_or_create(name=CURSOR)
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update().get(name=CURSOR)
        links, counts, _ = _counted(cursor.seq, limit)
        if links:
            _add(counts)
            cursor.seq = links[-1][0]
            cursor.save(update_fields=["seq"])
    return len(links)


def tail() -> Tail:
    """What is not in the tallies yet, of the next TAIL links."""
    seq = Cursor.objects.filter(name=CURSOR).values_list("seq", flat=True).first() or 0
    links, counts, last = _counted(seq, TAIL)
    return Tail(counts, last if len(links) == TAIL else None)


def _counted(seq: int, limit: int) -> tuple[list[tuple[int, int]], Counter[Key], datetime | None]:
    """The next links (seq, entry) after `seq`, what their entries come to, and the time of the last one."""
    links = list(Leaf.objects.filter(seq__gt=seq).order_by("seq").values_list("seq", "entry_id")[:limit])
    ids = {entry_id for _, entry_id in links}
    between = Entry.objects.filter(id__gte=min(ids, default=0), id__lte=max(ids, default=0))
    entries = [entry for entry in between.order_by().values(*FIELDS) if entry["id"] in ids]
    return links, Counter(_keys(entries)), max((entry["at"] for entry in entries), default=None)


def _keys(entries: Iterable[dict[str, Any]]) -> Iterable[Key]:
    """One for each edit, as it was intended; one for what came of each row; one for each act by itself."""
    for entry in entries:
        is_edit = entry["phase"] == Phase.INTENT and entry["is_head"]
        is_outcome = entry["phase"] != Phase.INTENT and (entry["line"] is None or entry["column_id"] is None)
        if is_edit or is_outcome:
            day = entry["at"].astimezone(UTC).date()
            yield Key(day, entry["region"], entry["actor_id"], entry["sheet_id"] or 0, entry["action"], entry["phase"])


def _add(counts: Counter[Key]) -> None:
    """Add to what the tallies hold; a plain statement, as the ORM's upsert sets and does not add."""
    if not counts:
        return
    columns = (*Key._fields, "count")
    names = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(counts))
    keys = ", ".join(f'"{column}"' for column in Key._fields)
    table = Tally._meta.db_table
    sql = (
        f"INSERT INTO {table} ({names}) VALUES {places}"  # noqa: S608 # our own names
        f' ON CONFLICT ({keys}) DO UPDATE SET "count" = {table}."count" + excluded."count"'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for key, number in sorted(counts.items()) for value in (*key, number)])


def sums(entries: models.QuerySet[Tally]) -> Counter[Key]:
    """Tallies as counted ones are."""
    return Counter({Key(*row[:-1]): row[-1] for row in entries.values_list(*Key._fields, "count")})
