"""Text search in the log. It finds any part of a word, in upper or lower case. The index has pieces of three letters.

The search covers old and new values, names of rows, columns and sheets, reasons and messages. Personal values aren't
searched, because entries have only commitments to them. An outcome that says only that a row was saved isn't searched,
because the row's intents have the same text.
https://www.postgresql.org/docs/current/pgtrgm.html https://www.sqlite.org/fts5.html#the_trigram_tokenizer
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import ProgrammingError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q, TextField
from django.db.models.expressions import RawSQL, Value
from django.db.models.sql.compiler import SQLCompiler

from audit.id_ranges import IdRange
from audit.models import EntryQuerySet

SHORTEST = 3  # letters; the index can't find shorter texts
SCANNED = 20_000  # how many ids are read at a time to search for a shorter text
BATCH = 200  # the most matching entries that are fetched together
TABLE = "audit_search"

_TEXT = """COALESCE({row}old, '') || ' ' || COALESCE({row}new, '') || ' ' || {row}row_label || ' ' || {row}column_title
    || ' ' || {row}sheet_name || ' ' || {row}reason || ' ' || {row}message"""
_SEARCHED = "NOT ({row}phase = 'applied' AND {row}column_id IS NULL AND {row}message = '')"

# A writer appends to the index's list of pending pieces. The owner's autovacuum merges this list into the index. If the
# list is full, the writer merges it. https://www.postgresql.org/docs/current/gin-implementation.html#GIN-FAST-UPDATE
POSTGRESQL = f"""
    CREATE INDEX audit_entry_text ON audit_entry USING gin (({_TEXT.format(row="")}) gin_trgm_ops)
    WHERE {_SEARCHED.format(row="")}"""

# The table is contentless: it has the pieces and the ids of entries, but no copy of the text.
SQLITE = f"CREATE VIRTUAL TABLE {TABLE} USING fts5(text, content='', tokenize='trigram')"
FILL_SQLITE = f"""
    INSERT INTO {TABLE} (rowid, text)
    SELECT id, {_TEXT.format(row="")} FROM audit_entry WHERE {_SEARCHED.format(row="")}"""  # noqa: S608 # our own names
TRIGGER_SQLITE = f"""
    CREATE TRIGGER audit_entry_search AFTER INSERT ON audit_entry WHEN {_SEARCHED.format(row="NEW.")}
    BEGIN INSERT INTO {TABLE} (rowid, text) VALUES (NEW.id, {_TEXT.format(row="NEW.")}); END"""  # noqa: S608 # as above


class CannotIndex(Exception):
    """The database has no text index, because the connected role can't create the extension that the index needs."""


class _Text(Func):
    """The text of an entry, as an SQL expression. It must be the same expression as in the index."""

    template = f"({_TEXT.format(row='')})"
    output_field = TextField()


class _Contains(Func):
    template = "(%(expressions)s)"
    arg_joiner = ") ILIKE ("
    output_field = BooleanField()


class _Holds(Func):
    """Finds a text of one or two letters, which the index can't find. The SQL is written so that PostgreSQL doesn't use
    the index.
    """

    output_field = BooleanField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="((%(expressions)s))", arg_joiner=" || '') ILIKE (")

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="(%(expressions)s ESCAPE '\\')", arg_joiner=" LIKE ")


def is_short(text: str) -> bool:
    """Whether the text is too short for the index, so that entries must be searched one by one."""
    return 0 < len(text) < SHORTEST


def make_index(connection: BaseDatabaseWrapper) -> None:
    """Create the index, and fill it with the existing entries. A migration calls this.

    Raises:
        CannotIndex: PostgreSQL lacks the extension pg_trgm, and the connected role can't create this extension.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(SQLITE)
            cursor.execute(FILL_SQLITE)
            return
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if not cursor.fetchone():
            _create_extension(connection)
        cursor.execute(POSTGRESQL)
        cursor.execute("ANALYZE audit_entry")


def drop_index(connection: BaseDatabaseWrapper) -> None:
    """Drop the index. The extension stays, because other tables can use it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS audit_entry_search")
            cursor.execute(f"DROP TABLE {TABLE}")
        else:
            cursor.execute("DROP INDEX audit_entry_text")


def matching(entries: EntryQuerySet, text: str) -> EntryQuerySet:
    """The entries that contain this text. % and _ have no special meaning.

    For a text of one or two letters, every entry is searched. So pass at most SCANNED entries at a time.
    """
    if is_short(text):
        holds = Q(pk__in=[])
        for form in _spellings(text) if _is_sqlite(entries) else _forms(text):
            holds |= Q(_Holds(_Text(), Value(f"%{_literal(form)}%")))
        return entries.filter(holds, ~Q(phase="applied", column_id=None, message=""))
    if _is_sqlite(entries):
        found = RawSQL(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [_phrase(text)])  # noqa: S608, S611 # our own name
        return entries.filter(id__in=found)
    wanted = Q(pk__in=[])
    for form in _forms(text):
        wanted |= Q(_Contains(_Text(), Value(f"%{_literal(form)}%")))
    return entries.filter(wanted, ~Q(phase="applied", column_id=None, message=""))


def batches(
    entries: EntryQuerySet, text: str, id_range: IdRange, *, is_back: bool
) -> Iterator[tuple[list[int], IdRange]]:
    """Yield the ids of the range's entries that contain this text, in batches. Each batch comes with the part of the
    range that was searched for this batch. With `is_back` the newest come first.
    """
    more: IdRange | None = id_range
    while more:
        if is_short(text):
            found = _scanned_batch(entries, text, more, is_back)
        elif _is_sqlite(entries):
            found = _sqlite_batch(entries, text, more, is_back)
        else:
            found = _postgresql_batch(entries, text, more, is_back)
        part, more = _split(more, found[-1], is_back) if len(found) == BATCH else (more, None)
        yield found, part


def _scanned_batch(entries: EntryQuerySet, text: str, id_range: IdRange, is_back: bool) -> list[int]:
    """Return the first ids, at most BATCH, of entries that contain this text. The text is too short for the index."""
    holding = matching(id_range.of(entries), text).order_by("-id" if is_back else "id")
    return list(holding.values_list("pk", flat=True)[:BATCH])


def _postgresql_batch(entries: EntryQuerySet, text: str, id_range: IdRange, is_back: bool) -> list[int]:
    """Return the first ids, at most BATCH, of entries that contain this text. The query orders by `id + 0`. If it
    ordered by the id itself, PostgreSQL would read the log in the order of ids instead of using the text index.
    """
    place = F("id") + 0
    found = matching(id_range.of(entries), text).order_by(place.desc() if is_back else place.asc())
    return list(found.values_list("pk", flat=True)[:BATCH])


def _sqlite_batch(entries: EntryQuerySet, text: str, id_range: IdRange, is_back: bool) -> list[int]:
    """Return the first ids, at most BATCH, of entries that contain this text. The query reads the text index in the
    order of ids, and checks each match against `entries`.
    """
    most = 2**63 - 1  # SQLite's driver refuses larger numbers
    low, high = min(id_range.low or 0, most), min(id_range.high or most, most)
    of_match = entries.filter(pk=RawSQL(f"{TABLE}.rowid", ())).order_by().values("pk")  # noqa: S611 # our own name
    try:
        is_wanted, parameters = of_match.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s AND rowid >= %s AND rowid < %s"  # noqa: S608 # our own name
            f" AND EXISTS ({is_wanted}) ORDER BY rowid {'DESC' if is_back else 'ASC'} LIMIT %s",
            [_phrase(text), low, high, *parameters, BATCH],
        )
        return [rowid for (rowid,) in cursor.fetchall()]


def _split(id_range: IdRange, last: int, is_back: bool) -> tuple[IdRange, IdRange]:
    """Split the range, and return two ranges: the part up to the entry `last`, and the rest."""
    if is_back:
        return replace(id_range, low=last), replace(id_range, high=last)
    return replace(id_range, high=last + 1), replace(id_range, low=last + 1)


def _is_sqlite(entries: EntryQuerySet) -> bool:
    return connections[entries.db].vendor == "sqlite"


def _phrase(text: str) -> str:
    return " OR ".join('"{}"'.format(form.replace('"', '""')) for form in _forms(text))


def _forms(text: str) -> list[str]:
    """The text as entries can contain it: unchanged in names and messages, and with JSON's escapes in values."""
    return sorted({text, json.dumps(text, ensure_ascii=False)[1:-1]})


def _spellings(text: str) -> list[str]:
    """All spellings of a short text in upper and lower case. The search looks for all of them, because SQLite's LIKE
    ignores case only for ASCII letters.
    """
    cases = product(*({sign, sign.lower(), sign.upper()} for sign in text))
    return sorted({form for spelling in cases for form in _forms("".join(spelling))})


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _create_extension(connection: BaseDatabaseWrapper) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION pg_trgm")
    except ProgrammingError as error:
        name: Any = connection.settings_dict["NAME"]
        raise CannotIndex(
            f"The log's text search needs PostgreSQL's extension pg_trgm, and this role can't create it ({error}). "
            f'Have an administrator of the database run: CREATE EXTENSION pg_trgm; in "{name}", then migrate again.'
        ) from error
