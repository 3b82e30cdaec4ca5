"""Removes old entries, their links, and the names that no other entry uses, in one transaction.

The seals of these entries stay. A new entry says up to which seal the log was retired, and which export has the removed
entries. Verifying then starts after that seal (audit/verification/start.py). Only the owner of the log's tables can
retire.
"""

from datetime import UTC, datetime

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef, Q

from audit import search
from audit.database import grants, triggers, triggers_postgresql
from audit.database.triggers import lifted
from audit.directory import Known
from audit.export import chain_rows
from audit.models import Entry, Leaf, PersonalText
from audit.proof.commitment_bytes import of_entry
from audit.proof.leaves import COLUMNS
from audit.proof.seals import signed
from audit.recording import Actor, Evidence, note
from audit.retention.limits import Boundary, CannotRetire
from audit.retention.retired_export import RetiredExport
from audit.verification.start import SUBJECT
from audit.vocabulary import Action, Origin

AT_ONCE = 500
PATIENCE = "10s"  # how long retiring waits for the log's lock before it gives up


def check_rights() -> None:
    """Raise CannotRetire if this role can't remove entries from the log."""
    if connection.vendor == "postgresql" and not grants.owns_the_log(connection):
        raise CannotRetire(
            "Only the owner of the log's tables can retire entries: run this command as the role that runs migrate."
        )


def retire(found: Boundary, export: RetiredExport, *, by: Actor, reason: str) -> None:
    """Remove the entries up to the boundary. `export` is the file that has these entries. The removal is committed when
    this function returns.

    Raises:
        CannotRetire: the log has changed since the boundary was found, or it couldn't be locked.
        NotRecorded: the log couldn't be written, so nothing was retired.
    """
    check_rights()
    seen = chain_rows.last_seq()
    names = _named(after=found.last_seq)
    with transaction.atomic(durable=True):
        _stop_everybody()
        if found.has_changed():
            raise CannotRetire("The log has changed in the meantime: try again.")
        _say_so(found, export, by=by, reason=reason)
        names |= _named(after=seen)
        with lifted(connection, [triggers.ENTRY, triggers.LEAF, triggers.PERSONAL]):
            _drop_months(found)
            found.entries()._raw_delete(connection.alias)
            Leaf.objects.filter(seq__lte=found.last_seq)._raw_delete(connection.alias)
            _forget_people(keep=names)
        _forget_sheets()
        _index_anew()


def _stop_everybody() -> None:
    if connection.vendor != "postgresql":
        return
    tables = f"{triggers.ENTRY}, {triggers.LEAF}, {triggers.PERSONAL}"
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            cursor.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
    except DatabaseError as error:
        raise CannotRetire(f"The log is in use and couldn't be locked within {PATIENCE}: try again.") from error


def _say_so(found: Boundary, export: RetiredExport, *, by: Actor, reason: str) -> None:
    """Write an entry about the retirement. Its link is added to the chain immediately, so that the chain isn't empty if
    all other links are removed.
    """
    statement = signed(found.seal).statement
    evidence: dict[str, Evidence] = {
        "before": f"{found.before:%Y-%m}",
        "first_seq": found.first_seq,
        "last_seq": found.last_seq,
        "entries": found.count,
        "seal": statement.number,
        "seal_hash": statement.hash().hex(),
        "root": statement.root.hex(),
        "head": statement.head.hex(),
        "export": export.name,
        "export_sha256": export.sha256,
    }
    note(
        actor=by,
        action=Action.RETAIN,
        origin=Origin.COMMAND,
        subject=f"{SUBJECT}{found.seal.pk}",
        reason=reason,
        message=f"{found.count} entries from before {found.before:%Y-%m} were retired.",
        evidence=evidence,
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _drop_months(found: Boundary) -> None:
    """On PostgreSQL, drop the tables of months that end before the boundary, because all their entries are removed."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for name, (year, month) in triggers_postgresql.months(connection).items():
            if _end_of(year, month) <= found.before:
                cursor.execute(f"ALTER TABLE {triggers.ENTRY} DETACH PARTITION {name}")
                cursor.execute(f"DROP TABLE {name}")


def _end_of(year: int, month: int) -> datetime:
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _named(*, after: int) -> set[str]:
    """The commitments in the entries whose links come after this place of the chain."""
    entries = Entry.objects.filter(Exists(Leaf.objects.filter(entry_id=OuterRef("pk"), seq__gt=after)))
    holds = Q(*((f"{column}__contains", '"hmac"') for column in ("old", "new", "evidence")), _connector=Q.OR)
    named = set(entries.order_by().values_list("actor", flat=True).distinct())
    for values in entries.filter(holds).values_list(*COLUMNS).iterator(AT_ONCE):
        named.update(of_entry(list(values)))
    return named


def _forget_people(*, keep: set[str]) -> None:
    """Delete names and values that no entry uses. A person without entries is also removed from the filters of the log
    page.
    """
    unused = [one for one in PersonalText.objects.values_list("commitment", flat=True) if one not in keep]
    for start in range(0, len(unused), AT_ONCE):
        some = unused[start : start + AT_ONCE]
        PersonalText.objects.filter(pk__in=some)._raw_delete(connection.alias)
        Known.objects.filter(kind=Known.Kind.PERSON, name__in=some).delete()


def _forget_sheets() -> None:
    is_named = Exists(Entry.objects.filter(sheet_id=OuterRef("number")))
    Known.objects.filter(kind=Known.Kind.SHEET).exclude(is_named).delete()


def _index_anew() -> None:
    """Rebuild SQLite's text index. The index doesn't store the texts, so single entries can't be removed from it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {search.TABLE} ({search.TABLE}) VALUES ('delete-all')")  # noqa: S608 # our own name
            cursor.execute(search.FILL_SQLITE)
