"""The people and sheets that the log speaks of, under their newest names: for the page's filters.

The log would have to be read to list them. This is working state, no evidence: written along with an entry when a
process first meets somebody, or a sheet, or a new name. Of people it holds the commitment to their names.
"""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, NamedTuple

from django.db import models, transaction

MEMORY = 3600.0  # seconds that a process takes what it has written to be there


class Known(models.Model):
    """A person or a sheet, by Smartsheet's region and number; `name` is a sheet's name, or a person's commitment."""

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
    """A row of Known, on its way there."""

    kind: str
    region: str
    number: int
    name: str


_written: dict[tuple[str, str, int], tuple[str, float]] = {}


def to_store(rows: Sequence[Mapping[str, Any]]) -> list[Met]:
    """The people and sheets in these rows of the log that this process hasn't written yet."""
    met = {one[:3]: one for row in rows for one in _met(row) if one.number and not _is_written(one)}
    return list(met.values())


def have_stored(met: Sequence[Met]) -> None:
    """Remember that these are in the database, once the current transaction is committed."""
    if met:
        until = monotonic() + MEMORY
        transaction.on_commit(lambda: _written.update({one[:3]: (one.name, until) for one in met}))


def forget(**_kwargs: object) -> None:
    """Clear the in-process cache. Call it after tables were emptied or created again."""
    _written.clear()


def upsert(count: int) -> str:
    """The statement that writes so many; a name that is there already costs no write."""
    places = ", ".join(["(%s, %s, %s, %s)"] * count)
    return (
        f"INSERT INTO audit_known (kind, region, number, name) VALUES {places}"  # noqa: S608 # our own names
        " ON CONFLICT (kind, region, number) DO UPDATE SET name = excluded.name"
        " WHERE audit_known.name <> excluded.name"
    )


def _met(row: Mapping[str, Any]) -> list[Met]:
    person = Met(Known.Kind.PERSON, row["region"], row["actor_id"], row["actor"])
    sheet = Met(Known.Kind.SHEET, row["region"], row["sheet_id"] or 0, row["sheet_name"])
    return [person, sheet]


def _is_written(met: Met) -> bool:
    name, until = _written.get(met[:3], ("", 0.0))
    return name == met.name and until > monotonic()
