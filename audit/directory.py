"""A table of the people and sheets in the log, with their newest names. The filters of the log page list these people
and sheets. Without this table, the whole log would have to be read to list them. The table isn't evidence. When a
process writes its first entry about a person or a sheet, or its first entry with a new name, the process also writes
the row of this person or sheet. A person's row has the commitment to the person's names, not the names.
"""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, NamedTuple

from django.db import models, transaction

MEMORY = 3600.0  # for this many seconds, a process assumes that the rows it wrote still exist


class Known(models.Model):
    """A person or a sheet, identified by a region of Smartsheet and a number. `name` is the sheet's name, or the
    commitment to the person's names.
    """

    class Kind(models.TextChoices):
        PERSON = "person"
        SHEET = "sheet"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    region = models.CharField(max_length=16, blank=True)
    number = models.BigIntegerField()
    name = models.TextField(blank=True)

    class Meta:
        app_label = "audit"
        verbose_name_plural = "known people and sheets"
        constraints = [models.UniqueConstraint(fields=["kind", "region", "number"], name="audit_known_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.region}:{self.number}"


class Met(NamedTuple):
    """A row to write to Known."""

    kind: str
    region: str
    number: int
    name: str


_written: dict[tuple[str, str, int], tuple[str, float]] = {}


def to_store(rows: Sequence[Mapping[str, Any]]) -> list[Met]:
    """The people and sheets that these rows of the log name. A person or a sheet is left out if this process recently
    wrote it to the table Known with the same name.
    """
    named = dict.fromkeys(
        (row["region"], row["actor_id"], row["actor"], row["sheet_id"] or 0, row["sheet_name"]) for row in rows
    )  # an edit of thousands of cells mostly has one person and one sheet
    met = {one[:3]: one for names in named for one in _met(*names) if one.number and not _is_written(one)}
    return list(met.values())


def have_stored(met: Sequence[Met]) -> None:
    """Remember that these people and sheets have a row in the table Known. This takes effect when the current
    transaction is committed.
    """
    if met:
        until = monotonic() + MEMORY
        transaction.on_commit(lambda: _written.update({one[:3]: (one.name, until) for one in met}))


def forget(**_kwargs: object) -> None:
    """Clear this process's cache of the rows that it wrote. Call this after tables were emptied or created again."""
    _written.clear()


def upsert(count: int) -> str:
    """The SQL statement that inserts or updates `count` rows. A row that already has the same name isn't written."""
    places = ", ".join(["(%s, %s, %s, %s)"] * count)
    return (
        f"INSERT INTO audit_known (kind, region, number, name) VALUES {places}"  # noqa: S608 # our own names
        " ON CONFLICT (kind, region, number) DO UPDATE SET name = excluded.name"
        " WHERE audit_known.name <> excluded.name"
    )


def _met(region: str, actor_id: int, actor: str, sheet_id: int, sheet_name: str) -> tuple[Met, Met]:
    person = Met(Known.Kind.PERSON, region, actor_id, actor)
    sheet = Met(Known.Kind.SHEET, region, sheet_id, sheet_name)
    return person, sheet


def _is_written(met: Met) -> bool:
    name, until = _written.get(met[:3], ("", 0.0))
    return name == met.name and until > monotonic()
