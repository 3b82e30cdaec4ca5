"""The lists that the home page shows to a signed-in person. Nothing here waits for Smartsheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from audit.access import reader_of
from audit.changes import LoggedChange, with_outcomes
from audit.grouping import Edit, edits_of
from audit.models import Entry, EntryQuerySet
from audit.read_logging import note_reading
from audit.recording import NotRecorded
from audit.undoings import Undone, undone
from audit.unsettled import Unsettled
from audit.vocabulary import NEW_ROW, Action, Phase
from config.models import DismissedEdit
from edits.forms.filling.opening import open_forms
from edits.forms.models import FormDefinition, FormState
from edits.sheets import opened_sheets
from edits.sheets.openable_sheets import Unknown, openable_sheets
from edits.sheets.opened_sheets import OpenedSheet
from identity.profiles.profile import Profile

LATEST = 5  # the most edits in a list
LOOKED_AT = 50  # the most entries that are read for a list
MOST = 2_000  # the most changes that are read to find the outcomes and undos of the listed edits
RECENT = timedelta(days=7)  # older problems are shown only in the log

Target = tuple[str, int | None, int | str | None]  # what an entry is about, as _target() returns it
ON_SHEETS = (Action.CHANGE, Action.ADD, Action.DELETE, Action.MOVE)
# The words for an edit that was undone, and whose undo was undone too. Each key is one of audit.undoings.ONCE.
REDONE: dict[str, str] = {Action.ADD: "undone, then added again", Action.DELETE: "undone, then deleted again"}
NOT_SAVED = (Phase.REFUSED, Phase.FAILED, Phase.CONFLICT, Phase.FORBIDDEN, Phase.NOT_APPLIED, Phase.UNDECIDABLE)
UNCERTAIN = (Phase.INTENT, Phase.UNKNOWN)
WHY_NONE = {
    Unknown.BEING_ASKED: "This app is asking Smartsheet which sheets you can open.",
    Unknown.NO_ANSWER: "Changes by others can't be shown now, because Smartsheet didn't say which sheets you can open.",
    Unknown.SIGN_IN_AGAIN: (
        "Changes by others can't be shown, because your Smartsheet sign-in has expired. Sign in again."
    ),
}


@dataclass(frozen=True, slots=True)
class OwnEdit:
    """An edit that the person made. `state` says in words whether the edit was undone; it is "" if the edit wasn't
    undone. `can_be_undone` says whether the edit has a saved change that can still be undone.
    """

    edit: Edit
    state: str
    can_be_undone: bool


@dataclass(frozen=True, slots=True)
class ByOthers:
    """The latest edits of other people in a person's sheets. If they can't be shown, `why_none` is a sentence that says
    why, and `is_being_asked` says whether this app is waiting for Smartsheet's answer.
    """

    edits: Sequence[Edit] = ()
    why_none: str = ""
    is_being_asked: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """The lists of the home page. Each list has its newest item first."""

    sheets: Sequence[OpenedSheet]
    forms: Sequence[FormDefinition]
    forms_with_problems: Sequence[FormDefinition]
    needs: Sequence[Edit]
    edits: Sequence[OwnEdit]
    by_others: ByOthers


def home_of(request: HttpRequest, profile: Profile) -> Home:
    """Return the lists that the home page shows to this person."""
    openable = openable_sheets(request.user)  # starts a thread that asks Smartsheet; the log's pages use the answer too
    own = Entry.objects.by_actor(profile.id, region=profile.region)
    latest = list(own.intents().heads().newest_first()[:LOOKED_AT])
    sheets = _sheets(request, latest, openable)
    return Home(
        sheets=sheets,
        forms=open_forms(profile, openable=openable),
        forms_with_problems=_forms_with_problems(request),
        needs=_needs(own, profile),
        edits=_with_undos(edits_of(latest[:LATEST], is_whole=True)),
        by_others=_by_others(request, profile, [sheet["id"] for sheet in sheets], openable),
    )


def _forms_with_problems(request: HttpRequest) -> Sequence[FormDefinition]:
    """Return those published forms of the signed-in designer that people can't use, or can use only in part."""
    own = FormDefinition.objects.filter(designer__user=request.user.pk, state=FormState.PUBLISHED)
    return list(own.exclude(problem="", warning="")[:LATEST])


def _sheets(request: HttpRequest, latest: Iterable[Entry], openable: frozenset[int] | Unknown) -> list[OpenedSheet]:
    """Return the sheets that were opened in this session, and then those that the person has changed. Sheets that the
    person can't open are left out.
    """
    changed = [OpenedSheet(id=entry.sheet_id, name=entry.sheet_name) for entry in latest if entry.sheet_id]
    found: dict[int, OpenedSheet] = {}
    for sheet in (*opened_sheets.of(request), *changed):
        if isinstance(openable, Unknown) or sheet["id"] in openable:
            found.setdefault(sheet["id"], sheet)
    return list(found.values())[: opened_sheets.MOST]


def _with_undos(edits: Sequence[Edit]) -> list[OwnEdit]:
    """Return each edit with its state, which says whether the edit was undone."""
    found = undone(change.intent.pk for edit in edits for change in edit.changes)
    return [_own(edit, edit.changes, found) for edit in edits]


def _own(edit: Edit, changes: Sequence[LoggedChange], found: Undone) -> OwnEdit:
    """Return the edit with its state, which depends on its changes. `changes` are the changes that were already read.
    For a long edit, these aren't all changes. If the other changes could alter the state, this function reads all
    changes of the edit.
    """
    action = edit.first.intent.action
    saved = [change.intent.pk for change in changes if change.is_applied]
    redone = [entry_id for entry_id in saved if action in REDONE and entry_id in found.not_any_more]
    left = [entry_id for entry_id in saved if entry_id not in found.now and entry_id not in redone]
    is_known = len(changes) == edit.count and edit.is_counted
    if not left and changes is edit.changes and not is_known and Phase.APPLIED in _phases(edit):
        every = with_outcomes(Entry.objects.intents().of_edit(edit.first.intent.edit_id).order_by("id")[:MOST])
        return _own(edit, every, undone(change.intent.pk for change in every))
    is_done = bool(saved) and not left and is_known
    is_in_part = len(left) < len(saved) and not is_done
    return OwnEdit(
        edit,
        state=REDONE[action] if is_done and redone else "undone" if is_done else "undone in part" if is_in_part else "",
        can_be_undone=action in ON_SHEETS and bool(saved) and not is_done,
    )


def _needs(own: EntryQuerySet, profile: Profile) -> list[Edit]:
    """Return the person's recent edits that weren't saved or that are uncertain. Leave out an edit if the person has
    dismissed it, or has saved the same cells or rows since the edit.
    """
    recent = own.filter(at__gte=timezone.now() - RECENT, action__in=ON_SHEETS)
    notable = recent.filter(phase__in=(*NOT_SAVED, Phase.UNKNOWN)).newest_first()[:LOOKED_AT]
    waiting = Unsettled.objects.filter(region=profile.region, actor_id=profile.id)[:LATEST]
    ids = {*notable.values_list("edit_id", flat=True), *waiting.values_list("edit_id", flat=True)}
    ids -= DismissedEdit.objects.of(profile)
    heads = list(Entry.objects.heads().filter(edit_id__in=ids).newest_first()[:LOOKED_AT]) if ids else []
    edits = [edit for edit in edits_of(heads, is_whole=True) if _phases(edit) & {*NOT_SAVED, *UNCERTAIN}]
    not_saved = _not_saved(recent, edits)
    saved_since = _saved_since(own, [change.intent for changes in not_saved.values() for change in changes])
    return [edit for edit in edits if not _is_made_up_for(not_saved[edit.first.intent.edit_id], saved_since)][:LATEST]


def _phases(edit: Edit) -> set[Phase]:
    return {phase for phase, _ in edit.phases}


def _not_saved(recent: EntryQuerySet, edits: Sequence[Edit]) -> Mapping[UUID, list[LoggedChange]]:
    """For each edit, return the changes that weren't saved or that are uncertain. For a long edit, `edits`
    has only some changes. This function reads the other changes from `recent`.
    """
    changes = {change.intent.pk: change for edit in edits for change in edit.changes}
    long = [edit.first.intent.edit_id for edit in edits if edit.is_shortened]
    problems = recent.filter(edit_id__in=long, phase__in=(*NOT_SAVED, Phase.UNKNOWN)).newest_first()
    entries = list(problems[:MOST]) if long else []
    lines: defaultdict[UUID, set[int | None]] = defaultdict(set)
    for entry in entries:
        lines[entry.edit_id].add(entry.line)
    intents = list(Entry.objects.intents().on_lines(lines).newest_first()[:MOST]) if lines else []
    # A row without an outcome has no entry among `problems`, so all intents of an uncertain edit are read.
    uncertain = [edit.first.intent.edit_id for edit in edits if edit.is_shortened and _phases(edit) & {*UNCERTAIN}]
    intents += recent.intents().filter(edit_id__in=uncertain).newest_first()[:MOST] if uncertain else []
    acts = [entry for entry in entries if entry.line is None]  # an act without an intent, such as a conflict
    changes |= {change.intent.pk: change for change in with_outcomes([*intents, *acts])}
    found: defaultdict[UUID, list[LoggedChange]] = defaultdict(list)
    for change in changes.values():
        if change.phase in {*NOT_SAVED, *UNCERTAIN}:
            found[change.intent.edit_id].append(change)
    return found


def _saved_since(own: EntryQuerySet, intents: Sequence[Entry]) -> dict[Target, int]:
    """Return what the person has saved in these intents' cells and rows after the oldest of the intents. Each key is a
    result of _target(). Each value is the id of the newest saved intent with this key.
    """
    if not intents:
        return {}
    row_ids = {intent.row_id for intent in intents if intent.row_id}
    cells = Q(row_id__in=row_ids, column_id__in={intent.column_id for intent in intents if intent.column_id})
    rows = Q(row_id__in=row_ids, action__in=(Action.DELETE, Action.MOVE))
    additions = [intent for intent in intents if intent.action == Action.ADD]
    restored = Q(action=Action.ADD, refers_to__in={intent.refers_to for intent in additions if intent.refers_to})
    added = Q(action=Action.ADD, row_label__in={intent.row_label for intent in additions} - {"", NEW_ROW})
    later = own.intents().filter(cells | rows | restored | added, id__gt=min(intent.pk for intent in intents))
    saved = [change.intent for change in with_outcomes(later.newest_first()[:MOST]) if change.is_applied]
    return {_target(entry): entry.pk for entry in reversed(saved)}


def _target(entry: Entry) -> Target:
    """Return a key. Entries have the same key if they record the same action on the same cell or row.

    For an added row, the key has the row's name. If the row has no name, the key has the entry's id. If undo added the
    row, the key has the deletion that was undone.
    """
    if entry.action == Action.ADD:
        label = entry.row_label if entry.row_label != NEW_ROW else entry.pk
        return Action.ADD, entry.sheet_id, entry.refers_to or label
    return entry.action, entry.row_id, entry.column_id


def _is_made_up_for(not_saved: Iterable[LoggedChange], saved_since: Mapping[Target, int]) -> bool:
    """Whether the person has since saved all the changes that an edit didn't save."""
    return all(_is_saved_later(change, saved_since) for change in not_saved)


def _is_saved_later(change: LoggedChange, saved_since: Mapping[Target, int]) -> bool:
    """Whether the person has later done the same with the same cell or row, or deleted the row. Return False if it is
    uncertain whether the change added a row, because the sheet may now have the row twice.
    """
    entry = change.intent
    if entry.action == Action.ADD and change.phase in {*UNCERTAIN, Phase.UNDECIDABLE}:
        return False
    targets = _target(entry), (Action.DELETE, entry.row_id, None)
    return any(saved_since.get(target, 0) > entry.pk for target in targets)


def _by_others(
    request: HttpRequest, profile: Profile, sheet_ids: Collection[int], openable: frozenset[int] | Unknown
) -> ByOthers:
    """Return the latest edits of other people in these sheets. If it isn't known which sheets the person can open,
    return a sentence that says why. The log records that the person read these edits.
    """
    if not sheet_ids:
        return ByOthers()
    if isinstance(openable, Unknown):
        return ByOthers(why_none=WHY_NONE[openable], is_being_asked=openable is Unknown.BEING_ASKED)
    others = Entry.objects.heads().filter(region=profile.region, action__in=ON_SHEETS)
    others = others.filter(phase__in=(Phase.INTENT, Phase.OUTSIDE)).exclude(actor_id=profile.id)
    found = [entry for sheet_id in sheet_ids for entry in others.on_sheet(sheet_id).newest_first()[: 2 * LATEST]]
    found.sort(key=lambda entry: entry.pk, reverse=True)
    edits = [edit for edit in edits_of(found, is_whole=True) if _phases(edit) & {Phase.APPLIED, Phase.OUTSIDE}][:LATEST]
    try:
        note_reading(request, reader_of(request), [edit.first.intent for edit in edits])
    except NotRecorded:
        why = "Changes by others can't be shown now, because the audit log can't record that you read them."
        return ByOthers(why_none=why)
    return ByOthers(edits)
