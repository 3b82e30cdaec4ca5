"""Compares and combines the changes of two designers if one saved a form while the other was changing it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from edits.forms.definition import Definition, InvalidDefinition
from edits.forms.designing.differences import differences
from edits.forms.designing.working_copy import WorkingCopy
from edits.forms.models import FormDefinition
from edits.sheets.sheet import Sheet

Content = dict[str, Any]
NOT_THERE = object()


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What changed since a designer opened a form, in sentences. `mine` has this designer's unsaved changes. `theirs`
    has the changes that other designers saved, and `who` has the names of these designers. If this app doesn't know
    what was stored when the designer opened the form, `theirs` is empty. Then `mine` says how this designer's working
    copy differs from what is stored now.
    """

    who: str
    theirs: tuple[str, ...]
    mine: tuple[str, ...]
    is_base_known: bool


def meanwhile(form: FormDefinition, work: WorkingCopy, sheet: Sheet, *, opened: int) -> Meanwhile:
    """Compare a working copy with what is stored now. `opened` is the id of the history row that was newest when the
    designer opened the form.
    """
    titles = {column.id: column.title for column in sheet.columns}
    names = form.history.filter(history_id__gt=opened).order_by("history_id").values_list("actor_name", flat=True)
    who = " and ".join(dict.fromkeys(filter(None, names))) or "Someone"
    mine, now, base = work.sketch(), form.draft_definition, _base(form, opened)
    if base is None:
        more = _beside(WorkingCopy.of(form), work)
        return Meanwhile(who, (), (*differences(now, mine, titles), *more), is_base_known=False)
    then = Definition.parse(base.content)
    return Meanwhile(
        who,
        (*differences(then, now, titles), *_beside(base, WorkingCopy.of(form))),
        (*differences(then, mine, titles), *_beside(base, work)),
        is_base_known=True,
    )


def merged(form: FormDefinition, work: WorkingCopy, *, opened: int) -> tuple[WorkingCopy, list[str]] | None:
    """Combine a working copy with what is stored now. If the working copy and the stored form have different changes of
    the same thing, the working copy's value is kept. The returned list names all such things. Return None if this app
    doesn't know what was stored when the designer opened the form.
    """
    base, theirs = _base(form, opened), WorkingCopy.of(form)
    if base is None:
        return None
    collisions: list[str] = []
    whole = {
        key: _either(base.content[key], work.content[key], theirs.content[key], _words(key), collisions)
        for key in base.content
        if key != "fields"
    }
    whole["fields"] = _fields(base, work, theirs, collisions)
    both = WorkingCopy(
        content=whole,
        slug=_either(base.slug, work.slug, theirs.slug, "the address", collisions),
        closes=_either(base.closes, work.closes, theirs.closes, "the closing date", collisions),
        time_zone=_either(base.time_zone, work.time_zone, theirs.time_zone, "the time zone", collisions),
    )
    return both, collisions


def _fields(base: WorkingCopy, mine: WorkingCopy, theirs: WorkingCopy, collisions: list[str]) -> list[Content]:
    """Return the fields of the combined form. `base` is what was stored when this designer opened the form, `mine` has
    this designer's changes, and `theirs` has the changes that others saved. If this designer changed the order of the
    fields, the result has the order of `mine`. Otherwise the result has the order of `theirs`. If one designer removed
    a field and another one changed this field, the field stays.
    """
    ids = [[field["column"] for field in one.fields] for one in (base, mine, theirs)]
    kept = [one for one in ids[0] if one in ids[1]]
    is_mine_ordered = [one for one in ids[1] if one in ids[0]] != kept
    order = dict.fromkeys([*ids[1], *ids[2]] if is_mine_ordered else [*ids[2], *ids[1]])
    found = (_field(base.field(one), mine.field(one), theirs.field(one), collisions) for one in order)
    return [field for field in found if field is not None]


def _field(base: Content | None, mine: Content | None, theirs: Content | None, collisions: list[str]) -> Content | None:
    if mine is None or theirs is None:
        left = mine or theirs
        return copy.deepcopy(left) if left and left != base else None
    then = base or {}
    name = f"“{mine['label'] or mine['title']}”"
    return {
        key: _either(then.get(key, NOT_THERE), mine[key], theirs[key], f"{name} ({_words(key)})", collisions)
        for key in mine
    }


def _either(base: Any, mine: Any, theirs: Any, what: str, collisions: list[str]) -> Any:
    if mine == base:
        return copy.deepcopy(theirs)
    if theirs not in (base, mine):
        collisions.append(what)
    return copy.deepcopy(mine)


def _base(form: FormDefinition, opened: int) -> WorkingCopy | None:
    """Return what was stored when the designer opened the form; None if this is unknown or was erased."""
    then = form.history.filter(history_id=opened).first()
    try:
        return WorkingCopy.of(then.instance) if then and then.draft else None
    except InvalidDefinition:
        return None


def _beside(old: WorkingCopy, new: WorkingCopy) -> list[str]:
    found = []
    if old.slug != new.slug:
        found.append(f"The address was {old.slug}, and now is {new.slug}.")
    if (old.closes, old.time_zone) != (new.closes, new.time_zone):
        then, now = old.closes or "none", new.closes or "none"
        found.append(f"The closing date was {then}, and now is {now}, in {new.time_zone}.")
    return found


def _words(key: str) -> str:
    return {"rule": "the rule for rows", "allow": "what people can do", "audience": "who can open it"}.get(
        key, f"the {key.replace('_', ' ')}"
    )
