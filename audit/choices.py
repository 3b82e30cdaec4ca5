"""The people and sheets that the log knows, for the filters.

A DISTINCT would read the whole index. This hops from one id to the next greater (a loose index scan), one probe of the
index each, and then takes the newest name of each: the cost is the number of people or sheets, not of entries.
https://wiki.postgresql.org/wiki/Loose_indexscan
"""

from typing import NamedTuple

from django.db import connection

LIMIT = 500  # by id; whoever is beyond it is still reached by a link or the address

_HOP = """
    WITH RECURSIVE ids(id) AS (
        SELECT MIN({id}) FROM audit_entry
        UNION ALL
        SELECT (SELECT MIN({id}) FROM audit_entry WHERE {id} > ids.id) FROM ids WHERE ids.id IS NOT NULL
    )
    SELECT ids.id, (SELECT {name} FROM audit_entry WHERE {id} = ids.id ORDER BY audit_entry.id DESC LIMIT 1)
    FROM ids WHERE ids.id IS NOT NULL LIMIT %s"""


class Choice(NamedTuple):
    """A Smartsheet id, and the newest name that the log has for it."""

    id: int
    name: str


def people() -> list[Choice]:
    """Everybody who has entries, by name."""
    return _hop(_HOP.format(id="actor_id", name="actor_name"))


def sheets() -> list[Choice]:
    """Every sheet that has entries, by name."""
    return _hop(_HOP.format(id="sheet_id", name="sheet_name"))


def _hop(sql: str) -> list[Choice]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [LIMIT])
        return sorted((Choice(*row) for row in cursor.fetchall()), key=lambda choice: choice.name.casefold())
