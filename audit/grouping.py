"""Groups entries by edit, and reads everything that a page shows about the edits. This takes only a few queries.

A page shows the first changes of an edit, and links to the rest. So the amount of data that is read and sent doesn't
grow with the length of the edit.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from audit.changes import LoggedChange, about, with_clear_texts, with_outcomes
from audit.edit_parts import SLACK, Counted, counted, first_changes, near, times_near
from audit.models import Entry, EntryQuerySet
from audit.vocabulary import Phase

SHOWN = 20  # the most changes of one edit on a page that lists edits; the edit's own page shows all, page by page
FEWEST = 5  # a page shows at least this many changes of each edit, even if it has many long edits
PAGE_SHOWN = 300  # the most changes on a page, unless FEWEST changes of each edit are more
BUDGET = 20_000  # roughly the most entries that a page reads to count the outcomes of its long edits


@dataclass(frozen=True, slots=True)
class Edit:
    """One or more changes that were made together. `count` is the number of changes, and `changes` has the first of
    them. If `is_counted` is false, the edit has more than `count` changes. `rows` is the number of rows.

    `phases` has each outcome with a number, the most frequent outcome first. If `changes` has all changes of the edit,
    the number says how many changes have the outcome. If not, it says how many of the first `looked` rows have the
    outcome.
    """

    changes: Sequence[LoggedChange]
    count: int
    rows: int
    phases: Sequence[tuple[Phase, int]]
    looked: int
    is_counted: bool = True

    @classmethod
    def of(cls, changes: Sequence[LoggedChange]) -> "Edit":
        """The edit that consists of these changes."""
        rows = len({change.intent.line for change in changes})
        phases = Counter(change.phase for change in changes).most_common()
        return cls(changes, len(changes), rows, phases, rows)

    @property
    def first(self) -> LoggedChange:
        return self.changes[0]

    @property
    def is_certain(self) -> bool:
        """Whether the outcomes of all changes in `phases` are known."""
        return not {phase for phase, _ in self.phases} & {Phase.INTENT, Phase.UNKNOWN}

    @property
    def is_grouped(self) -> bool:
        return self.count > 1

    @property
    def is_shortened(self) -> bool:
        return self.count > len(self.changes)

    @property
    def is_one_row(self) -> bool:
        """Whether all changes are about one row."""
        return self.rows == 1 and self.first.row_id is not None

    @property
    def is_row(self) -> bool:
        """Whether the changes are about whole rows, not cells."""
        return self.first.is_row

    def shortened(self, size: int) -> "Edit":
        """The edit with only its first `size` changes. In the result, outcomes are counted by row."""
        if len(self.changes) <= size:
            return self
        if self.is_shortened:
            return replace(self, changes=self.changes[:size])
        by_row = {change.intent.line: change.phase for change in self.changes}
        phases = Counter(by_row.values()).most_common()
        return replace(self, changes=self.changes[:size], phases=phases)


def edits_of(entries: Sequence[Entry], *, is_whole: bool, phases: Collection[Phase] = ()) -> list[Edit]:
    """The edits of these entries, in the same order. If `is_whole` is false, each edit has only the parts that these
    entries are about.

    With `phases`, only changes with one of these outcomes are included.
    """
    found = _whole(entries) if is_whole else _parts(entries, phases)
    grouped = sum(edit.is_grouped for edit in found)
    size = max(FEWEST, min(SHOWN, PAGE_SHOWN // max(grouped, 1)))
    found = [edit.shortened(size) for edit in found]
    said = iter(_with_all_that_is_said([change for edit in found for change in edit.changes]))
    return [replace(edit, changes=[next(said) for _ in edit.changes]) for edit in found]


def each_change(entries: Sequence[Entry], *, phases: Collection[Phase] = ()) -> list[Edit]:
    """The changes of these entries, each as an edit of its own. Each entry must be an intent or an act without an
    intent (EntryQuerySet.told()). `phases` has the same meaning as in edits_of().
    """
    outcomes = _outcomes(entries, near(entries)) if entries else {}
    changes = [LoggedChange(one, about(one, outcomes.get((one.edit_id, one.line), ()))) for one in entries]
    found = [change for change in changes if not phases or change.phase in phases]
    return [Edit.of([change]) for change in _with_all_that_is_said(found)]


def changes_of(entry: Entry) -> list[LoggedChange]:
    """The change that this entry is about, with everything that the entry's page shows. The entry must be an intent or
    an act without an intent.
    """
    return _with_all_that_is_said(with_outcomes([entry]))


def extent_of(entry: Entry) -> Counted | None:
    """Return how many changes the whole edit of this entry has, and the outcomes of these changes. The entry must be an
    intent or an act without an intent.
    """
    return counted([entry], budget=BUDGET).get(entry.edit_id)


def _whole(entries: Sequence[Entry]) -> list[Edit]:
    """The whole edits of these entries. For an edit with more than SHOWN changes, the result has only the first
    changes, and the number of all changes.
    """
    heads = {one.edit_id: one for one in reversed(entries)}
    told = _changes(entries, list(heads.values()), count=SHOWN + 1, is_whole=True)
    ids = [edit_id for edit_id in dict.fromkeys(one.edit_id for one in entries) if told[edit_id]]
    counts = counted([heads[edit_id] for edit_id in ids if len(told[edit_id]) > SHOWN], budget=BUDGET)
    return [_edit(told[edit_id], counts.get(edit_id)) for edit_id in ids]


def _edit(changes: Sequence[LoggedChange], counts: Counted | None) -> Edit:
    if counts is None:
        return Edit.of(changes)
    return Edit(changes, counts.changes, counts.rows, counts.by_phase, counts.looked, counts.is_whole)


def _parts(entries: Sequence[Entry], phases: Collection[Phase]) -> list[Edit]:
    """The parts of edits that these entries are about. For an entry about a cell, this is the cell's change. For any
    other entry, these are the first changes of the entry's row.
    """
    told = _changes(entries, [one for one in entries if _is_outcome(one)], count=SHOWN + 1, is_whole=False)
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
    entries: Sequence[Entry], asked: Sequence[Entry], *, count: int, is_whole: bool
) -> dict[UUID, list[LoggedChange]]:
    """Map the ids of the entries' edits to changes of these edits, in order. Entries that aren't outcomes are changes
    themselves. For each entry in `asked`, the first `count` changes of its edit are read too. If `is_whole` is false,
    only changes of this entry's row or cell are read.
    """
    if not entries:
        return {}
    known = {one.pk: one for one in entries if not _is_outcome(one)}
    around = near(entries)
    found = first_changes(asked, times_near(entries), count=count, is_whole=is_whole) if asked else {}
    heads = [*known.values(), *_entries(found, but=known, within=around)]
    # near() misses edits whose outcome was written days later.
    if missing := [entry for entry in asked if entry.edit_id not in found]:
        far = first_changes(missing, None, count=count, is_whole=is_whole)
        heads += _entries(far, but=known, within=Entry.objects.all())
    by_edit: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for head in sorted(heads, key=lambda entry: (entry.line or 0, entry.pk)):
        by_edit[head.edit_id].append(head)
    outcomes = _outcomes(heads, around)
    return {one.edit_id: list(_told(by_edit[one.edit_id], outcomes)) for one in entries}


def _entries(found: Mapping[UUID, set[int]], *, but: Collection[int], within: EntryQuerySet) -> Sequence[Entry]:
    wanted = {pk for ids in found.values() for pk in ids}.difference(but)
    return list(within.filter(pk__in=wanted)) if wanted else []


def _outcomes(heads: Iterable[Entry], around: EntryQuerySet) -> Mapping[tuple[UUID, int | None], list[Entry]]:
    """Map each row of these entries to the row's outcomes. A row is a pair: the edit's id, and the number of the row's
    line.
    """
    lines = {(head.edit_id, head.line) for head in heads if head.phase == Phase.INTENT}
    found: defaultdict[tuple[UUID, int | None], list[Entry]] = defaultdict(list)
    for entry in _on_lines(lines, around):
        found[entry.edit_id, entry.line].append(entry)
    open_lines = {line for line in lines if not any(entry.phase != Phase.UNKNOWN for entry in found[line])}
    # All times are searched, because a line can have been settled days later.
    for entry in _on_lines(open_lines, Entry.objects.all()):
        if entry not in found[entry.edit_id, entry.line]:
            found[entry.edit_id, entry.line].append(entry)
    return found


def _on_lines(lines: Collection[tuple[UUID, int | None]], entries: EntryQuerySet) -> Sequence[Entry]:
    """The outcomes of these lines, oldest first. To stay short, the query has one condition for the ids of the edits,
    and one for the numbers of the lines. So the query also finds outcomes of other lines, and this function drops
    those.
    """
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
        elif not has_intents:  # if there are intents, an outcome without a row is shown only on the edit's own page
            yield LoggedChange(head)


def _with_all_that_is_said(changes: Sequence[LoggedChange]) -> list[LoggedChange]:
    """Return the changes with the entries that confirm or undo these changes, and with clear texts in place of
    commitments.
    """
    return with_clear_texts(_with_mentions(changes))


def _with_mentions(changes: Sequence[LoggedChange]) -> list[LoggedChange]:
    """Return the changes, each with the entries that refer to it: Smartsheet's confirmations, and undos."""
    if not changes:
        return []
    ids, at = {change.intent.pk for change in changes}, min(change.intent.at for change in changes) - SLACK
    found: defaultdict[int | None, list[Entry]] = defaultdict(list)
    mentions = Entry.objects.filter(refers_to__in=ids, at__gte=at).only("phase", "origin", "refers_to")
    for entry in sorted(mentions, key=lambda entry: entry.pk):
        if entry.phase in {Phase.CONFIRMED, Phase.INTENT}:
            found[entry.refers_to].append(entry)
    return [replace(change, mentions=found[change.intent.pk]) for change in changes]
