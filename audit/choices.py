"""The people and sheets that the log knows, for the filters.

A DISTINCT would read the whole index. This hops from one id to the next greater (a loose index scan), one probe of the
index each, and then takes the newest name of each: the cost is the number of people or sheets, not of entries.
https://wiki.postgresql.org/wiki/Loose_indexscan
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from audit.access import Reader
from audit.models import PersonalText

LIMIT = 500  # by id; whoever is beyond it is still reached by a link or the address

_HOP = """
    WITH RECURSIVE ids(id) AS (
        SELECT MIN({id}) FROM audit_entry
        UNION ALL
        SELECT (SELECT MIN({id}) FROM audit_entry WHERE {id} > ids.id) FROM ids WHERE ids.id IS NOT NULL
    )
    SELECT ids.id, ({name})
    FROM ids WHERE ids.id IS NOT NULL LIMIT %s"""

_NEWEST = "SELECT {name} FROM audit_entry WHERE {id} = ids.id ORDER BY audit_entry.id DESC LIMIT 1"


class Choice(NamedTuple):
    """A Smartsheet id, and the newest name that the log has for it."""

    id: int
    name: str


def people(reader: Reader) -> list[Choice]:
    """Everybody who has entries that the reader may see, by name."""
    if not reader.sees_all:
        return [Choice(reader.actor.id, reader.actor.name)] if reader.actor.id else []
    found = _hop(_HOP.format(id="actor_id", name=_NEWEST.format(id="actor_id", name="actor")))
    names = PersonalText.objects.names(commitment for _, commitment in found)
    return _by_name(Choice(id, names[commitment].name if commitment in names else "") for id, commitment in found)


def sheets(reader: Reader) -> list[Choice]:
    """Every sheet that has entries and that the reader may see, by name."""
    found = _hop(_HOP.format(id="sheet_id", name=_NEWEST.format(id="sheet_id", name="sheet_name")))
    return _by_name(choice for choice in found if reader.may_read_sheet(choice.id, region=reader.actor.region))


def _hop(sql: str) -> list[Choice]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [LIMIT])
        return [Choice(*row) for row in cursor.fetchall()]


def _by_name(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda choice: choice.name.casefold())
