"""Entries of one edit folded together, with all that a page says of them, by few queries for all."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q

from audit.changes import LoggedChange, about, with_clear_texts, with_outcomes
from audit.models import Entry
from audit.vocabulary import CONCLUSIVE, Phase

LINES = 10  # rows of an edit that a page shows by themselves; the edit's own page shows all
SLACK = timedelta(hours=1)  # an intent is written this much before its outcome at most, but for what was settled late


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done at once: at least one change. `count` is how many there are, of which a page may show fewer: then
    `rows_by_phase` says what came of all its rows."""

    changes: Sequence[LoggedChange]
    count: int
    rows_by_phase: Counter[Phase] = field(default_factory=Counter)

    @property
    def first(self) -> LoggedChange:
        return self.changes[0]

    @property
    def is_grouped(self) -> bool:
        return self.count > 1

    @property
    def is_shortened(self) -> bool:
        return self.count > len(self.changes)

    @property
    def is_one_row(self) -> bool:
        """Whether all of it is about one row."""
        return not self.is_shortened and len({(one.intent.line, one.row_id) for one in self.changes}) == 1

    @property
    def is_row(self) -> bool:
        """Whether it is about rows as wholes, not cells."""
        return self.first.is_row

    @property
    def phases(self) -> list[tuple[Phase, int]]:
        """What came of the changes, or of the rows where not all of them are shown, the most frequent first."""
        return (self.rows_by_phase or Counter(change.phase for change in self.changes)).most_common()

    @property
    def rows(self) -> int:
        """How many rows the changes are about."""
        return self.rows_by_phase.total() or len({change.intent.line for change in self.changes})

    def only(self, phases: Collection[Phase]) -> "Edit | None":
        """What of it came to one of these; None if nothing did."""
        left = [change for change in self.changes if change.phase in phases]
        return Edit(left, len(left)) if left else None


def edits_of(anchors: Sequence[Entry], *, is_whole: bool) -> list[Edit]:
    """The edits that these entries speak of, in their order. Each whole, or what of it these entries speak of."""
    entries = _entries_of(anchors, is_whole=is_whole)
    by_edit: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_edit[entry.edit_id].append(entry)
    ids = list(dict.fromkeys(anchor.edit_id for anchor in anchors))
    told = {edit_id: list(_told(by_edit[edit_id])) for edit_id in ids}
    if not is_whole:
        told = {edit_id: _about(changes, anchors) for edit_id, changes in told.items()}
    every = _with_mentions([change for edit_id in ids for change in told[edit_id]])
    by_entry = {change.intent.pk: change for change in with_clear_texts(every)}
    shown = {edit_id: [by_entry[change.intent.pk] for change in told[edit_id]] for edit_id in ids if told[edit_id]}
    long = _long(shown) if is_whole else {}
    return [long.get(edit_id) or Edit(changes, len(changes)) for edit_id, changes in shown.items()]


def changes_of(entry: Entry) -> list[LoggedChange]:
    """What an entry of told() is about, with all that a page of its own says of it: one change."""
    return with_clear_texts(_with_mentions(with_outcomes([entry])))


def _entries_of(anchors: Sequence[Entry], *, is_whole: bool) -> list[Entry]:
    """All entries of the edits, as far as a page shows them."""
    if not anchors:
        return []
    shown = Q(line__lt=LINES) | Q(line=None)
    if not is_whole:
        shown = Q(line__in={anchor.line for anchor in anchors if anchor.line is not None}) | Q(line=None)
    ids = {anchor.edit_id for anchor in anchors}
    of_edits = Entry.objects.filter(shown, edit_id__in=ids).order_by("id")
    earliest, latest = min(anchor.at for anchor in anchors) - SLACK, max(anchor.at for anchor in anchors) + SLACK
    near = list(of_edits.filter(at__gte=earliest, at__lt=latest))
    open_ids = ids - {entry.edit_id for entry in near if _is_closing(entry)}
    open_ids |= ids - {entry.edit_id for entry in near if entry.phase == Phase.INTENT or entry.line is None}
    if open_ids:  # settled days later, or found by an outcome that was
        far = of_edits.filter(edit_id__in=open_ids).filter(Q(at__lt=earliest) | Q(at__gte=latest))
        near = sorted([*near, *far], key=lambda entry: entry.pk)
    return near


def _is_closing(entry: Entry) -> bool:
    """Whether nothing is likely to follow after it in its edit."""
    return entry.phase not in {Phase.INTENT, Phase.UNKNOWN}


def _told(entries: Sequence[Entry]) -> Iterable[LoggedChange]:
    outcomes: defaultdict[int | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.line is not None and entry.phase != Phase.INTENT:
            outcomes[entry.line].append(entry)
    heads = [entry for entry in entries if entry.phase == Phase.INTENT or entry.line is None]
    has_intents = any(entry.phase == Phase.INTENT for entry in heads)
    for head in heads:
        if head.phase == Phase.INTENT:
            yield LoggedChange(head, about(head, outcomes[head.line]))
        elif not has_intents:  # else a stray outcome, which the edit's own page shows
            yield LoggedChange(head)


def _about(changes: Sequence[LoggedChange], anchors: Sequence[Entry]) -> list[LoggedChange]:
    """Those of an edit's changes that an anchor is, or is about: its cell, or its row."""
    ids = {anchor.pk for anchor in anchors}
    rows = {(a.edit_id, a.line) for a in anchors if a.line is not None and a.phase != Phase.INTENT and not a.column_id}
    cells = {(a.edit_id, a.line, a.column_id) for a in anchors if a.column_id}
    return [
        change
        for change in changes
        if change.intent.pk in ids
        or (change.intent.edit_id, change.intent.line) in rows
        or (change.intent.edit_id, change.intent.line, change.intent.column_id) in cells
    ]


def _long(shown: dict[UUID, list[LoggedChange]]) -> dict[UUID, Edit]:
    """The edits of which not all may have been read, with what they come to as a whole."""
    long = [edit_id for edit_id, changes in shown.items() if any(c.intent.line == LINES - 1 for c in changes)]
    if not long:
        return {}
    at = min(change.intent.at for edit_id in long for change in shown[edit_id]) - SLACK
    entries = Entry.objects.filter(edit_id__in=long, at__gte=at).order_by()
    of_edits = entries.intents().values("edit_id").annotate(count=Count("id"), rows=Count("line", distinct=True))
    outcomes = entries.filter(column_id=None, phase__in=CONCLUSIVE).values("edit_id", "phase")
    came_of: defaultdict[UUID, Counter[Phase]] = defaultdict(Counter)
    for edit_id, phase, rows in outcomes.annotate(rows=Count("line", distinct=True)).values_list(
        "edit_id", "phase", "rows"
    ):
        came_of[edit_id][Phase(phase)] += rows
    edits = {}
    for edit_id, count, rows in of_edits.values_list("edit_id", "count", "rows"):
        if count > len(shown[edit_id]):
            is_open = Counter({Phase.UNKNOWN: rows - came_of[edit_id].total()})
            edits[edit_id] = Edit(shown[edit_id], count, came_of[edit_id] + is_open)
    return edits


def _with_mentions(changes: list[LoggedChange]) -> list[LoggedChange]:
    """The changes, each with the entries that speak of it: confirmed by Smartsheet, undone."""
    if not changes:
        return []
    ids, at = {change.intent.pk for change in changes}, min(change.intent.at for change in changes) - SLACK
    found: defaultdict[int | None, list[Entry]] = defaultdict(list)
    for entry in sorted(Entry.objects.filter(refers_to__in=ids, at__gte=at), key=lambda entry: entry.pk):
        if entry.phase in {Phase.CONFIRMED, Phase.INTENT}:
            found[entry.refers_to].append(entry)
    return [replace(change, mentions=found[change.intent.pk]) for change in changes]
