"""The people and sheets that the log knows, for the filters: read from the directory, never from the log."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from audit.access import Reader
from audit.directory import Known
from audit.models import Names, PersonalText

LIMIT = 100  # that a select offers; beyond it one types, and is shown up to OFFERED that match
OFFERED = 20


class Choice(NamedTuple):
    """What the address holds, and the newest name that the log has for it; "" for one that was erased."""

    value: str
    name: str

    @property
    def label(self) -> str:
        return f"{self.name} · {self.value}" if self.name else self.value


def people(reader: Reader, *, text: str = "") -> list[Choice]:
    """The people who have entries that the reader may see, by name; at most LIMIT + 1. With `text`, only those whose
    name or e-mail address contains it. A person is a region and a number."""
    if not reader.sees_all:
        own = Choice(f"{reader.actor.region}:{reader.actor.id}", reader.actor.name)
        return [own] if reader.actor.id and text.casefold() in own.name.casefold() else []
    known = Known.objects.filter(kind=Known.Kind.PERSON)
    if text:
        named = PersonalText.objects.actors().clear().filter(text__icontains=text)
        known = known.filter(name__in=named.values("commitment"))
    names = PersonalText.objects.clear().filter(commitment=OuterRef("name")).values("text")
    found = known.annotate(text=Subquery(names)).order_by("id").values_list("region", "number", "text")[: LIMIT + 1]
    return _by_name(
        Choice(f"{region}:{number}", Names(*json.loads(text)).name if text else "") for region, number, text in found
    )


def sheets(reader: Reader, *, text: str = "") -> list[Choice]:
    """Every sheet that has entries and that the reader may see, by name; LIMIT + 1 at most. With `text`, those whose
    name holds it."""
    known = _sheets(reader).filter(name__icontains=text)
    found = known.order_by("id").values_list("number", "name")[: LIMIT + 1]
    return _by_name(Choice(str(number), name) for number, name in dict(found).items())


def name_of_person(reader: Reader, region: str, number: int) -> str:
    """The newest name that the log has for a person; "" if it was erased, there is none, or others are not named to
    the reader."""
    if not reader.sees_all:
        return ""
    known = Known.objects.filter(kind=Known.Kind.PERSON, region=region, number=number).values_list("name", flat=True)
    names = PersonalText.objects.names(known)
    return next(iter(names.values())).name if names else ""


def name_of_sheet(reader: Reader, number: int) -> str:
    """The newest name that the log has for a sheet; "" if there is none, or the reader may not see the sheet."""
    return _sheets(reader).filter(number=number).values_list("name", flat=True).first() or ""


def _sheets(reader: Reader) -> QuerySet[Known]:
    """The sheets that the reader may see, of those that the log knows."""
    known = Known.objects.filter(kind=Known.Kind.SHEET)
    if reader.sees_all:
        return known
    return known.filter(region=reader.actor.region, number__in=reader.readable.sheet_ids)


def _by_name(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda choice: choice.name.casefold())
