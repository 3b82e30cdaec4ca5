"""The active filters of a page. Each has a link that removes it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.http import QueryDict

from audit.access import Reader
from audit.escaping import without_bidi_controls
from audit.filtering import choices
from audit.filtering.fields import Person, without_names
from audit.filtering.filters import DAYS_OF, NO_FILTERS, OUTCOMES, LogFilter
from audit.grouping import Edit
from audit.vocabulary import Action, Origin


class ActiveFilter(NamedTuple):
    """An active filter: its parameter, its label in the form, its name and id, and the query that is left when the
    filter is removed.
    """

    what: str
    label: str
    name: str
    id: str
    query: str


def active_filters(query: QueryDict, form: LogFilter, edits: Iterable[Edit], reader: Reader) -> list[ActiveFilter]:
    """The active filters. A filter for a person or a sheet, for example, has the name of this person or sheet. These
    names come from the directory or from the page's edits. The name is "" if the reader can't see it.
    """
    active = form.active
    names = _names(form, active, next(iter(edits), None), reader)
    return [
        ActiveFilter(
            what,
            str(form[what].label),
            without_bidi_controls(names.get(what, "")),
            id=str(value),
            query=filters_alone(query, but=_with(what)),
        )
        for what, value in active.items()
    ]


def filters_alone(query: QueryDict, *, but: Iterable[str] = ()) -> str:
    """Return the query without the page's position, and without the parameters in `but`. Links and saved filters use
    this query.
    """
    rest = without_names(query)
    for name in list(rest):
        if name not in LogFilter.base_fields or name in {*NO_FILTERS, *but} or not rest[name]:
            del rest[name]
    return rest.urlencode()


def _names(form: LogFilter, active: Mapping[str, Any], first: Edit | None, reader: Reader) -> dict[str, str]:
    spoken = {
        "action": dict(Action.choices),
        "outcome": dict(OUTCOMES),
        "origin": dict(Origin.choices),
        "days": dict(DAYS_OF),
    }
    names = {what: str(words[active[what]]) for what, words in spoken.items() if what in active}
    names |= {what: str(active[what]) for what in ("since", "until", "q") if what in active}
    if "via" in active:
        names["via"] = active["via"].label
    if "person" in active:
        names["person"] = _name_of(form, active["person"], reader)
    if "sheet" in active:
        listed = dict(form.sheets)
        names["sheet"] = listed.get(str(active["sheet"])) or choices.name_of_sheet(reader, active["sheet"])
    if first:  # a page that is filtered by sheet, row or column has only edits of this sheet, row or column
        names["sheet"] = names.get("sheet") or first.first.intent.sheet_name
        if not reader.sees_all:  # for an auditor, this can be someone in another region with the same number
            names["person"] = names.get("person") or first.first.intent.actor_name
        names |= {"row": first.first.row_label, "column": first.first.intent.column_title}
    return names


def _name_of(form: LogFilter, person: Person, reader: Reader) -> str:
    """The person's name. The name is "" if it isn't known, or if the filter has no region and people in several regions
    have the same number.
    """
    regions = [person.region] if person.region is not None else _regions_of(form, person)
    listed = dict(form.people)
    named = [listed.get(f"{region}:{person.number}") for region in regions]
    if len(regions) != 1:
        return ""
    return named[0] or choices.name_of_person(reader, regions[0], person.number)


def _regions_of(form: LogFilter, person: Person) -> list[str]:
    """The regions in which a person has this number."""
    values = (choice.value.rpartition(":") for choice in form.people)
    return [region for region, _, number in values if number == str(person.number)]


def _with(name: str) -> tuple[str, ...]:
    """The parameters that are removed together with this filter."""
    return (name, "row", "column") if name == "sheet" else (name,)
