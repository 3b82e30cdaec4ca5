"""The people and sheets that can be chosen in the filters. They are read from the directory, which is quicker than
reading the log.
"""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from audit.access import Reader
from audit.directory import Known
from audit.escaping import without_bidi_controls
from audit.models import Names, PersonalText

LIMIT = 100  # the most choices in a select; if there are more, people type, and see up to OFFERED matches
OFFERED = 20


class Choice(NamedTuple):
    """A person or sheet that can be chosen: its value in the address, and its newest name in the log. The name is "" if
    it was erased.
    """

    value: str
    name: str

    @property
    def label(self) -> str:
        """The text of the option: the name and the value."""
        return f"{without_bidi_controls(self.name)} · {self.value}" if self.name else self.value


def people(reader: Reader, *, text: str = "") -> list[Choice]:
    """The people that the reader can choose, ordered by name, at most LIMIT + 1. An auditor can choose among the people
    in the log. Everyone else can choose only themselves. With `text`, only people whose name contains this text are
    returned, and for an auditor also people whose e-mail address contains this text.
    """
    if not reader.sees_all:
        own = Choice(f"{reader.actor.region}:{reader.actor.id}", reader.actor.name)
        return [own] if reader.actor.id and text.casefold() in own.name.casefold() else []
    known = _people()
    if text:
        named = PersonalText.objects.actors().clear().filter(text__icontains=text)
        known = known.filter(name__in=named.values("commitment"))
    found: QuerySet[Known, Any] = known.values_list("region", "number", "text")[: LIMIT + 1]
    return _by_name(
        Choice(f"{region}:{number}", Names(*json.loads(text)).name if text else "") for region, number, text in found
    )


def sheets(reader: Reader, *, text: str = "") -> list[Choice]:
    """The sheets in the log that the reader can read, ordered by name. At most LIMIT + 1 sheets are returned. With
    `text`, only sheets whose name contains this text are returned.
    """
    known = _sheets(reader)
    if text:
        known = known.filter(name__icontains=text)
    found = known.order_by("id").values_list("number", "name")[: LIMIT + 1]
    return _by_name(Choice(str(number), name) for number, name in dict(found).items())


def name_of_person(reader: Reader, region: str, number: int) -> str:
    """A person's newest name in the log. It is "" if the name was erased, if the log doesn't have the person, or if the
    reader can't see other people's names.
    """
    if not reader.sees_all:
        return ""
    known = Known.objects.filter(kind=Known.Kind.PERSON, region=region, number=number).values_list("name", flat=True)
    names = PersonalText.objects.names(known)
    return next(iter(names.values())).name if names else ""


def name_of_sheet(reader: Reader, number: int) -> str:
    """A sheet's newest name in the log. It is "" if the log has none, or if the reader can't read the sheet."""
    return _sheets(reader).filter(number=number).values_list("name", flat=True).first() or ""


@cache
def _people() -> QuerySet[Any, Any]:
    """A query for the people in the directory, each with the text of their names. Building this query takes longer than
    running it. So the query is cached, but its results aren't.
    """
    names = PersonalText.objects.clear().filter(commitment=OuterRef("name")).values("text")
    return Known.objects.filter(kind=Known.Kind.PERSON).annotate(text=Subquery(names)).order_by("id")


def _sheets(reader: Reader) -> QuerySet[Known]:
    """The sheets in the directory that the reader can read."""
    known = Known.objects.filter(kind=Known.Kind.SHEET)
    if reader.sees_all:
        return known
    return known.filter(region=reader.actor.region, number__in=reader.readable.sheet_ids)


def _by_name(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda choice: choice.name.casefold())
