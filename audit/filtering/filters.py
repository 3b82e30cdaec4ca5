"""The form that checks the filters in the log page's address."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone

from audit import id_ranges
from audit.filtering.choices import LIMIT, Choice
from audit.filtering.fields import (
    DateInput,
    DayField,
    NumberField,
    PersonField,
    Select,
    SheetField,
    TextInput,
    ViaField,
    number_alone,
    options,
    with_current_names,
)
from audit.models import Cursor, Entry, EntryQuerySet, Leaf
from audit.unsettled import Unsettled
from audit.vocabulary import CONCLUSIVE, Action, Origin, Phase

PAGING = ("before", "after")
NARROWED = frozenset({"row", "column", "edit", "q", "outcome"})  # filters that can match a part of an edit
CARRIED = frozenset({"row", "column", "edit", "days"})
MORE = frozenset({"action", "outcome", "origin", "via", "since", "until"})
NO_FILTERS = frozenset({*PAGING, "count"})  # the page's parameters that don't filter
# Parameters that mail programs, chats and advertisements add to links to track who opens them.
TRACKER = re.compile(
    "utm_.*|(fb|g|dc|y|ms|tt|tw)clid|[gw]braid|mc_[ce]id|mkt_tok|_?hs(enc|mi|ctatracking)|igsh(id)?", re.IGNORECASE
)
UNCERTAIN, UNCERTAIN_PHASES = "uncertain", frozenset({Phase.INTENT, Phase.UNKNOWN})
OUTCOMES = [("", "Any outcome"), (UNCERTAIN, "not certain yet")] + [
    (phase.value, phase.label) for phase in Phase if phase not in UNCERTAIN_PHASES
]
DAYS_OF = [("utc", "UTC")]  # without this choice, days are in the reader's time zone
MOST = 5_000  # the most new entries that are read, if settling is late or doesn't run
LISTED = 1_000  # the most edits that are read from the list of unsettled ones; normally the list is much shorter
SLACK = 1_000  # how far, in entries, the order of ids can differ from the chain's order
SELECT = {"class": "form-select"}
DATE = {"class": "form-control", "type": "date"}


def outcome_filter(phase: Phase) -> str:
    """The value of the filter `outcome` for this phase."""
    return UNCERTAIN if phase in UNCERTAIN_PHASES else phase.value


class LogFilter(forms.Form):
    """The form with all filters of the log. All of them are optional. `before` and `after` say where the page begins.

    Days are in the reader's time zone, or in UTC if `days` is "utc". An invalid form has no filters, so its query would
    match the whole log. A page must show no entries for an invalid form.
    """

    WITHOUT_FIELD = CARRIED | set(PAGING)  # parameters that the page's form doesn't show as fields

    person = PersonField()
    sheet = SheetField()
    row = NumberField("“row” must be a row's id")
    column = NumberField("“column” must be a column's id")
    edit = forms.UUIDField(required=False, error_messages={"invalid": "“edit” must be the id of an edit, a UUID."})
    action = forms.ChoiceField(
        required=False,
        label="What was done",
        choices=[("", "Anything"), *Action.choices],
        widget=Select(SELECT),
        error_messages={"invalid_choice": "“action” has an unknown value: %(value)s."},
    )
    outcome = forms.ChoiceField(
        required=False,
        choices=OUTCOMES,
        widget=Select(SELECT),
        error_messages={"invalid_choice": "“outcome” has an unknown value: %(value)s."},
    )
    origin = forms.ChoiceField(
        required=False,
        label="Made in",
        choices=[("", "Anywhere"), *Origin.choices],
        widget=Select(SELECT),
        error_messages={"invalid_choice": "“origin” has an unknown value: %(value)s."},
    )
    since = DayField(
        required=False,
        label="From",
        widget=DateInput(DATE, format="%Y-%m-%d"),
        error_messages={"invalid": "“From” must be a day, such as 2026-11-30."},
    )
    until = DayField(
        required=False,
        label="To",
        widget=DateInput(DATE, format="%Y-%m-%d"),
        error_messages={"invalid": "“To” must be a day, such as 2026-11-30."},
    )
    days = forms.ChoiceField(
        required=False,
        label="Days of",
        choices=DAYS_OF,
        error_messages={"invalid_choice": "“days” can be utc, or be left out."},
    )
    via = ViaField()
    q = forms.CharField(
        required=False,
        label="Words",
        max_length=200,
        widget=TextInput({"class": "form-control", "type": "search"}),
        error_messages={"max_length": "“Words” must be 200 letters or fewer."},
    )
    before = NumberField("“before” must be an entry's number")
    after = NumberField("“after” must be an entry's number", least=0)

    def __init__(self, query: QueryDict, *, people: list[Choice], sheets: list[Choice]) -> None:
        query = with_current_names(query)
        super().__init__(query)
        unknown = query.keys() - self.base_fields.keys() - NO_FILTERS
        self.unknown = sorted(name for name in unknown if not TRACKER.fullmatch(name))
        self.people, self.sheets = people, sheets
        self.are_people_listed, self.are_sheets_listed = len(people) <= LIMIT, len(sheets) <= LIMIT
        for name, everything, choices in (("person", "Everybody", people), ("sheet", "All sheets", sheets)):
            if len(choices) <= LIMIT:
                chosen = number_alone(query.get(name, ""))
                self.fields[name].widget = Select(SELECT, options(everything, choices, chosen))
            else:
                self.fields[name].widget = TextInput({"class": "form-control", "list": f"choices-{name}"})

    def clean(self) -> dict[str, Any]:
        for name in self.unknown:
            self.add_error(None, f"The log has no filter “{name}”.")
        asked = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if asked.keys() & {"row", "column"} and "sheet" not in asked and "sheet" not in self.errors:
            self.add_error(None, "“row” and “column” need “sheet” too.")
        if asked.keys() >= set(PAGING):
            self.add_error(None, "Use “before” or “after”, not both.")
        if asked.keys() >= {"since", "until"} and asked["since"] > asked["until"]:
            self.add_error("since", "The first day (“From”) must not be later than the last day (“To”).")
        if not asked.keys() & {"since", "until"}:
            asked.pop("days", None)
        return asked

    @property
    def active(self) -> dict[str, Any]:
        """Map the address parameters of the active filters to their values."""
        return {name: value for name, value in self.cleaned_data.items() if name not in PAGING}

    @property
    def carried(self) -> dict[str, Any]:
        """The active filters for which the form shows no field. Hidden inputs send them with the form."""
        return {name: value for name, value in self.active.items() if name in CARRIED}

    @property
    def has_more(self) -> bool:
        """Whether one of the filters under “more filters” is active."""
        return bool(self.active.keys() & MORE)

    @property
    def words(self) -> str:
        """The words to search for; "" if there are none."""
        return str(self.cleaned_data.get("q", ""))

    @property
    def is_for_whole_edits(self) -> bool:
        """Whether all active filters match whole edits. If so, the page shows whole edits. If not, it can show parts of
        them.
        """
        return not self.cleaned_data.keys() & NARROWED

    @property
    def span(self) -> tuple[int | None, int | None]:
        """The range of ids of the entries from the selected days, as two ids: the range begins with the first id, and
        ends before the second id.
        """
        return id_ranges.ids_between(*self._moments())

    @property
    def phases(self) -> frozenset[Phase]:
        """The outcomes that the filter `outcome` asks for. The set is empty if this filter isn't active."""
        phase = self.cleaned_data.get("outcome")
        return UNCERTAIN_PHASES if phase == UNCERTAIN else frozenset({Phase(phase)} if phase else ())

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries that match all filters except the words. Searching for the words is a separate step."""
        entries = self.in_column(self.about(entries))
        return self._with_outcome(entries) if "outcome" in self.cleaned_data else self._told(entries)

    def narrow_to_changes(self, entries: EntryQuerySet) -> EntryQuerySet:
        """Like narrow(), but the result has one entry for each change: the change's intent, or the only entry of an act
        without an intent.
        """
        entries = self.in_column(self.about(entries))
        if "outcome" not in self.cleaned_data:
            return entries.told()
        phase = self.cleaned_data["outcome"]
        return _uncertain(entries) if phase == UNCERTAIN else _changes_with(entries, phase)

    def about(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries that match all filters except `column`, `outcome` and the words. If an edit changes several cells
        of a row, all its entries on this row match, or none. The only exception is an outcome that was written on a
        later day than its intents.
        """
        asked = self.cleaned_data
        if "person" in asked:
            entries = entries.by_actor(asked["person"].number, region=asked["person"].region)
        if "row" in asked:
            entries = entries.on_row(sheet_id=asked["sheet"], row_id=asked["row"])
        elif "sheet" in asked:
            entries = entries.on_sheet(asked["sheet"])
        if "edit" in asked:
            entries = entries.of_edit(asked["edit"])
        if "via" in asked:
            entries = entries.came_by(asked["via"])
        entries = entries.filter(**{name: asked[name] for name in ("action", "origin") if name in asked})
        since, until = self._moments()
        entries = entries.filter(at__gte=since) if since else entries
        return entries.filter(at__lt=until) if until else entries

    def in_column(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries that match the filter `column`. Together, the filters `row` and `column` mean one cell. The
        addition of the cell's row matches too, because it wrote the cell's first value.
        """
        asked = self.cleaned_data
        if "column" not in asked:
            return entries
        if "row" not in asked:
            return entries.on_column(asked["column"])
        return entries.on_cell(sheet_id=asked["sheet"], row_id=asked["row"], column_id=asked["column"])

    def _told(self, entries: EntryQuerySet) -> EntryQuerySet:
        if self.words and not self.cleaned_data.keys() & {"row", "column", "edit"}:
            return entries
        if "action" in self.cleaned_data and self.is_for_whole_edits:
            return entries.filter(Q(is_head=True) | Q(line=None))
        return entries.heads() if self.is_for_whole_edits else entries.told()

    def _with_outcome(self, entries: EntryQuerySet) -> EntryQuerySet:
        """Find the rows with the outcome that the form asks for, and return the rows' outcomes. In two cases, return
        the rows' intents instead: if the form asks for uncertain outcomes, or if it also has a filter that can match a
        part of an edit, such as one cell.
        """
        phase = self.cleaned_data["outcome"]
        if phase == UNCERTAIN:
            return _uncertain(entries)
        if not self.cleaned_data.keys() & {"column", "q", "row", "edit"}:
            return entries.filter(Q(column_id=None) | Q(line=None), phase=phase)
        return _changes_with(entries, phase)

    def _moments(self) -> tuple[datetime | None, datetime | None]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        zone = UTC if "days" in self.cleaned_data else timezone.get_current_timezone()
        first = datetime.combine(since, time.min, zone) if since else None
        return first, datetime.combine(until + timedelta(days=1), time.min, zone) if until else None


def _changes_with(entries: EntryQuerySet, phase: str) -> EntryQuerySet:
    """Return the intents of rows with this outcome, and the acts without an intent that have this outcome."""
    outcomes = Entry.objects.filter(
        edit_id=OuterRef("edit_id"), line=OuterRef("line"), at__gte=OuterRef("at"), column_id=None, phase=phase
    )
    return entries.filter(Q(phase=phase, line=None) | Q(Exists(outcomes), phase=Phase.INTENT))


def _uncertain(entries: EntryQuerySet) -> EntryQuerySet:
    """The intents of edits in which a row has no conclusive outcome.

    Settling keeps a list of these edits. The list covers the chain up to a certain place. This function uses the list,
    and reads only the entries after that place. So the cost depends on the number of uncertain edits, not on the length
    of the log.
    """
    listed = Unsettled.objects.order_by("-at").values_list("edit_id", flat=True)[:LISTED]
    return entries.intents().filter(edit_id__in={*listed, *_open(_place())})


def _open(entry_id: int) -> set[UUID]:
    """The edits in which at least one row has an intent after this entry, but no conclusive outcome."""
    intended: set[tuple[UUID, int | None]] = set()
    concluded: set[tuple[UUID, int | None]] = set()
    for edit_id, line, phase in _newer_than(entry_id):
        if phase == Phase.INTENT:
            intended.add((edit_id, line))
        elif phase in CONCLUSIVE:
            concluded.add((edit_id, line))
    return {edit_id for edit_id, _ in intended - concluded}


def _newer_than(entry_id: int) -> Iterator[tuple[UUID, int | None, str]]:
    left = MOST + SLACK
    for id_range in id_ranges.oldest_first(entry_id):
        found = list(id_range.of(Entry.objects.all()).order_by("id").values_list("edit_id", "line", "phase")[:left])
        yield from found
        left -= len(found)
        if left <= 0:
            return


def _place() -> int:
    """The id of the entry after which _open() begins to read. Normally, settling has handled all entries up to this
    one. If settling is late, the id is chosen so that _open() reads only the newest entries, about MOST of them.
    """
    leaves = Leaf.objects.order_by("-seq").values_list("entry_id", flat=True)
    newest = (leaves.first() or 0) - MOST
    cursor = Cursor.objects.filter(name="settled").first()
    settled = (leaves.filter(seq__lte=cursor.seq).first() or 0) - SLACK if cursor else 0
    return max(newest, settled, 0)
