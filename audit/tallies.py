"""Daily sums of the log. With them, the cost of the figures on a page doesn't grow with the log.

The sums aren't evidence. A worker adds new links of the chain to them, and they can be rebuilt from the chain. The
newest links, at most TAIL of them, are counted whenever a page is opened.
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
AT_ONCE = 2_000  # the most links that are counted in one transaction
TAIL = 2_000  # the most links that a page counts itself
FIELDS = ("id", "at", "region", "actor_id", "sheet_id", "action", "phase", "line", "is_head", "column_id")


class Key(NamedTuple):
    """What a tally counts. `sheet_id` is 0 if there is no sheet."""

    day: date
    region: str
    actor_id: int
    sheet_id: int
    action: str
    outcome: str


class Tail(NamedTuple):
    """Counts of the newest entries, which aren't in the tallies yet. If there were more of these entries than a page
    counts, `until` is the time up to which they are counted.
    """

    counts: Counter[Key]
    until: datetime | None = None


def count_new(limit: int = AT_ONCE) -> int:
    """Add the next links of the chain to the tallies, at most `limit`. Returns the number of added links, which is 0 if
    there are no more.

    Several processes can do this at the same time, because moving the cursor and adding are in one transaction.
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
    """Count the entries whose links aren't in the tallies yet. At most TAIL links are counted, the oldest first."""
    seq = Cursor.objects.filter(name=CURSOR).values_list("seq", flat=True).first() or 0
    links, counts, last = _counted(seq, TAIL)
    return Tail(counts, last if len(links) == TAIL else None)


def _counted(seq: int, limit: int) -> tuple[list[tuple[int, int]], Counter[Key], datetime | None]:
    """Count the entries of the next links of the chain: those after the link with the number `seq`, at most `limit`
    links.

    Return three things: the number and the entry id of each of these links, the count for each Key, and the time of the
    newest entry. The time is None if there are no such links.
    """
    links = list(Leaf.objects.filter(seq__gt=seq).order_by("seq").values_list("seq", "entry_id")[:limit])
    ids = {entry_id for _, entry_id in links}
    between = Entry.objects.filter(id__gte=min(ids, default=0), id__lte=max(ids, default=0))
    entries = [entry for entry in between.order_by().values(*FIELDS) if entry["id"] in ids]
    return links, Counter(_keys(entries)), max((entry["at"] for entry in entries), default=None)


def _keys(entries: Iterable[dict[str, Any]]) -> Iterable[Key]:
    """Yield the keys to count: one for the first intent of each edit, one for the outcome of each row, and one for each
    act without an intent.
    """
    for entry in entries:
        is_edit = entry["phase"] == Phase.INTENT and entry["is_head"]
        is_outcome = entry["phase"] != Phase.INTENT and (entry["line"] is None or entry["column_id"] is None)
        if is_edit or is_outcome:
            day = entry["at"].astimezone(UTC).date()
            yield Key(day, entry["region"], entry["actor_id"], entry["sheet_id"] or 0, entry["action"], entry["phase"])


def _add(counts: Counter[Key]) -> None:
    """Add the counts to the tallies, with plain SQL, because the ORM's upsert can set a value but can't add to it."""
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
    """Return the counts of these tallies. The counts of tallies with the same key are added up."""
    return Counter({Key(*row[:-1]): row[-1] for row in entries.values_list(*Key._fields, "count")})
