"""Entries of one edit folded together, with all that a page says of them, by few queries for all.

A page shows the first changes of an edit and links to the rest, so that what it reads and sends doesn't grow with the
edit.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from audit.changes import LoggedChange, about, with_clear_texts, with_outcomes
from audit.edit_parts import SLACK, Counted, counted, first_changes, near
from audit.models import Entry, EntryQuerySet
from audit.vocabulary import Phase

SHOWN = 20  # changes of an edit that a page shows; the edit's own page shows all, a page at a time
FEWEST = 5  # that it shows of each where there are many long edits
PAGE_SHOWN = 300  # changes that a page shows of all its edits together, if each shows more than FEWEST
BUDGET = 20_000  # entries that a page reads to count what came of its long edits


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done at once: at least one change. `count` is how many there are, and `changes` has the first of them.

    `phases` says what came of them, the most frequent first: of each change if all are in `changes`, else of each row,
    of the first `looked` rows out of `rows`. `is_counted` is false if there are more than `count`.
    """

    changes: Sequence[LoggedChange]
    count: int
    rows: int
    phases: Sequence[tuple[Phase, int]]
    looked: int
    is_counted: bool = True

    @classmethod
    def of(cls, changes: Sequence[LoggedChange]) -> "Edit":
        """The edit that has these changes and no others."""
        rows = len({change.intent.line for change in changes})
        phases = Counter(change.phase for change in changes).most_common()
        return cls(changes, len(changes), rows, phases, rows)

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
        return self.rows == 1 and self.first.row_id is not None

    @property
    def is_row(self) -> bool:
        """Whether it is about rows as wholes, not cells."""
        return self.first.is_row

    def shortened(self, size: int) -> "Edit":
        """The same with the first `size` changes; what came of the rest is counted by row."""
        if len(self.changes) <= size:
            return self
        if self.is_shortened:
            return replace(self, changes=self.changes[:size])
        by_row = {change.intent.line: change.phase for change in self.changes}
        phases = Counter(by_row.values()).most_common()
        return replace(self, changes=self.changes[:size], phases=phases)


def edits_of(anchors: Sequence[Entry], *, is_whole: bool, phases: Collection[Phase] = ()) -> list[Edit]:
    """The edits that these entries speak of, in their order. Each whole, or what of it these entries speak of.

    With `phases` only what came to one of these by now.
    """
    found = _whole(anchors) if is_whole else _parts(anchors, phases)
    grouped = sum(edit.is_grouped for edit in found)
    size = max(FEWEST, min(SHOWN, PAGE_SHOWN // max(grouped, 1)))
    found = [edit.shortened(size) for edit in found]
    said = iter(_with_all_that_is_said([change for edit in found for change in edit.changes]))
    return [replace(edit, changes=[next(said) for _ in edit.changes]) for edit in found]


def each_change(anchors: Sequence[Entry], *, phases: Collection[Phase] = ()) -> list[Edit]:
    """The changes that these entries of told() are, each as an edit by itself; with `phases` as above."""
    changes = [change for change in with_outcomes(anchors) if not phases or change.phase in phases]
    return [Edit.of([change]) for change in _with_all_that_is_said(changes)]


def changes_of(entry: Entry) -> list[LoggedChange]:
    """What an entry of told() is about, with all that a page of its own says of it: one change."""
    return _with_all_that_is_said(with_outcomes([entry]))


def extent_of(entry: Entry) -> Counted | None:
    """How many changes the whole edit of an entry of told() has, and what came of them."""
    return counted([entry], budget=BUDGET).get(entry.edit_id)


def _whole(anchors: Sequence[Entry]) -> list[Edit]:
    """The anchors' edits. Of those with more changes than SHOWN, the first ones, and how many there are."""
    heads = {anchor.edit_id: anchor for anchor in reversed(anchors)}
    told = _changes(anchors, list(heads.values()), count=SHOWN + 1, is_whole=True)
    ids = [edit_id for edit_id in dict.fromkeys(anchor.edit_id for anchor in anchors) if told[edit_id]]
    counts = counted([heads[edit_id] for edit_id in ids if len(told[edit_id]) > SHOWN], budget=BUDGET)
    return [_edit(told[edit_id], counts.get(edit_id)) for edit_id in ids]


def _edit(changes: Sequence[LoggedChange], counts: Counted | None) -> Edit:
    if counts is None:
        return Edit.of(changes)
    return Edit(changes, counts.changes, counts.rows, counts.by_phase, counts.looked, counts.is_whole)


def _parts(anchors: Sequence[Entry], phases: Collection[Phase]) -> list[Edit]:
    """What of their edits the anchors are, or are about: their cell, or the first cells of their row."""
    told = _changes(anchors, [one for one in anchors if _is_outcome(one)], count=SHOWN + 1, is_whole=False)
    edits = []
    for changes in told.values():
        left = [change for change in changes if not phases or change.phase in phases]
        if left:
            cells = Counter(change.intent.line for change in left if change.intent.line is not None)
            edits.append(replace(Edit.of(left), is_counted=max(cells.values(), default=0) <= SHOWN))
    return edits


def _is_outcome(entry: Entry) -> bool:
    return entry.line is not None and entry.phase != Phase.INTENT


def _changes(
    anchors: Sequence[Entry], asked: Sequence[Entry], *, count: int, is_whole: bool
) -> dict[UUID, list[LoggedChange]]:
    """The changes of the edits that the anchors belong to, in order: up to `count` of `asked`, and the anchors."""
    if not anchors:
        return {}
    known = {anchor.pk: anchor for anchor in anchors if not _is_outcome(anchor)}
    around = near(anchors)
    found = first_changes(asked, around, count=count, is_whole=is_whole) if asked else {}
    heads = [*known.values(), *_entries(found, but=known, within=around)]
    if missing := [entry for entry in asked if entry.edit_id not in found]:  # outcomes that came days later
        far = first_changes(missing, Entry.objects.all(), count=count, is_whole=is_whole)
        heads += _entries(far, but=known, within=Entry.objects.all())
    by_edit: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for head in sorted(heads, key=lambda entry: (entry.line or 0, entry.pk)):
        by_edit[head.edit_id].append(head)
    outcomes = _outcomes(heads, around)
    return {anchor.edit_id: list(_told(by_edit[anchor.edit_id], outcomes)) for anchor in anchors}


def _entries(found: Mapping[UUID, set[int]], *, but: Collection[int], within: EntryQuerySet) -> Sequence[Entry]:
    wanted = {pk for ids in found.values() for pk in ids}.difference(but)
    return list(within.filter(pk__in=wanted)) if wanted else []


def _outcomes(heads: Iterable[Entry], around: EntryQuerySet) -> Mapping[tuple[UUID, int | None], list[Entry]]:
    """What came of these rows, by edit and line."""
    lines = {(head.edit_id, head.line) for head in heads if head.phase == Phase.INTENT}
    found: defaultdict[tuple[UUID, int | None], list[Entry]] = defaultdict(list)
    for entry in _on_lines(lines, around):
        found[entry.edit_id, entry.line].append(entry)
    open_lines = {line for line in lines if not any(entry.phase != Phase.UNKNOWN for entry in found[line])}
    for entry in _on_lines(open_lines, Entry.objects.all()):  # settled days later
        if entry not in found[entry.edit_id, entry.line]:
            found[entry.edit_id, entry.line].append(entry)
    return found


def _on_lines(lines: Collection[tuple[UUID, int | None]], entries: EntryQuerySet) -> Sequence[Entry]:
    """Outcomes of these lines, oldest first. Said so that the query stays short; it reads few others besides."""
    if not lines:
        return []
    edits, numbers = {edit_id for edit_id, _ in lines}, {number for _, number in lines}
    asked = entries.outcomes().filter(edit_id__in=edits, line__in=numbers)
    return [entry for entry in asked.order_by("id") if (entry.edit_id, entry.line) in lines]


def _told(
    heads: Sequence[Entry], outcomes: Mapping[tuple[UUID, int | None], Sequence[Entry]]
) -> Iterable[LoggedChange]:
    has_intents = any(head.phase == Phase.INTENT for head in heads)
    for head in heads:
        if head.phase == Phase.INTENT:
            yield LoggedChange(head, about(head, outcomes.get((head.edit_id, head.line), ())))
        elif not has_intents:  # otherwise an outcome of no row, which the edit's own page shows
            yield LoggedChange(head)


def _with_all_that_is_said(changes: Sequence[LoggedChange]) -> list[LoggedChange]:
    """The changes with what confirms or undoes them, their people named, and their personal values in clear."""
    return with_clear_texts(_with_mentions(changes))


def _with_mentions(changes: Sequence[LoggedChange]) -> list[LoggedChange]:
    """The changes, each with the entries that speak of it: confirmed by Smartsheet, undone."""
    if not changes:
        return []
    ids, at = {change.intent.pk for change in changes}, min(change.intent.at for change in changes) - SLACK
    found: defaultdict[int | None, list[Entry]] = defaultdict(list)
    for entry in sorted(Entry.objects.filter(refers_to__in=ids, at__gte=at), key=lambda entry: entry.pk):
        if entry.phase in {Phase.CONFIRMED, Phase.INTENT}:
            found[entry.refers_to].append(entry)
    return [replace(change, mentions=found[change.intent.pk]) for change in changes]
