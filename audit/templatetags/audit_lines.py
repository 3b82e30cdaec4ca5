"""Template tags for the lines of the log's pages. A line has an actor, a change and an outcome.

A page has hundreds of actors, changes and outcomes. Nested templates for them took ten times as long as the database.
So each of them is made by one call of a Python function, which computes what it needs only once.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from urllib.parse import quote_plus

from django import template
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.safestring import SafeString

from audit.changes import LoggedChange
from audit.grouping import Edit
from audit.models import Entry
from audit.templatetags.audit_log import (
    ICONS,
    difference,
    escaped,
    initials,
    markup,
    thousands,
)
from audit.vocabulary import NEW_ROW, Action, Origin, Phase

register = template.Library()

_NOTHING = SafeString("")


@register.simple_tag
def person(entry: Entry, start: str = "") -> SafeString:
    """The actor of an entry, with a link that filters the log by actor. `start` has the same meaning as in link()."""
    name = entry.actor_name
    who = escaped(name)
    if entry.actor_id:
        address = escaped(f"{start or log_start()}person={quote_plus(entry.region)}%3A{entry.actor_id}")
        who = (
            f'<a href="{address}">{who}</a>'
            f'<div class="small text-secondary text-nowrap font-monospace user-select-all">{entry.actor_id}</div>'
        )
    return SafeString(
        '<div class="d-flex"><span class="avatar avatar-sm flex-shrink-0 me-2" aria-hidden="true">'
        f'{escaped(initials(name))}</span><div class="text-break">{who}</div></div>'
    )


@register.simple_tag
def sentence(change: LoggedChange, start: str = "") -> SafeString:
    """A sentence about the change, without the person's name: “changed Status in row 14 of Site plan”. Its links filter
    by sheet, row and column. `start` has the same meaning as in link().
    """
    start = start or log_start()
    said = _on_sheet(change, start) if change.is_on_sheet else _elsewhere(change, start)
    return SafeString(" ".join(escaped(part) for part in (change.verb, *said) if part))


@register.simple_tag
def old_and_new(change: LoggedChange) -> SafeString:
    """The old and the new value, shortened; empty if there are none."""
    old, new = change.old, change.new
    if (change.intent.column_id is None and old is None and new is None) or change.fields:
        return _NOTHING  # the entry's page shows the fields of a record that was created or deleted
    return difference(old, new, is_row=change.is_row, symbol=change.symbol)


@register.simple_tag
def marks(change: LoggedChange, is_undo_told: bool = False) -> SafeString:
    """Notes below a change. They say if Smartsheet confirmed the change, which entry the change undoes or is about,
    which entry undoes the change, and what made the change, such as a form. If `is_undo_told` is true, the notes don't
    mention undoing, because another part of the page does.
    """
    return SafeString("".join(_marks(change, is_undo_told)))


@register.simple_tag
def outcome_of(change: LoggedChange) -> SafeString:
    """Return the outcome of a change, with an icon, a word and the reason."""
    outcome, phase = change.outcome, change.phase
    parts = [f'<div class="text-nowrap">{phase_in_words(phase)}</div>']
    note = '<div class="small text-secondary">{}</div>'
    if change.is_abandoned:
        parts.append(
            markup(
                note,
                "No outcome was recorded: the app may have stopped during the edit. Check in Smartsheet whether the "
                "change was saved.",
            )
        )
    elif outcome is None:
        parts.append(markup(note, "This app is sending the change or waiting for an answer."))
    if outcome and outcome.message and outcome.message != change.verb:
        parts.append(markup('<div class="small text-secondary text-break">{}</div>', outcome.message))
    if outcome and (outcome.error_code is not None or outcome.ref_id):
        code = '{} <span class="font-monospace user-select-all">{}</span>'
        codes: list[tuple[str, object]] = [("Code", outcome.error_code)] if outcome.error_code is not None else []
        codes += [("Ref", outcome.ref_id)] if outcome.ref_id else []
        parts.append(markup(note, SafeString(" ".join(markup(code, *one) for one in codes))))
    return SafeString("".join(parts))


@register.simple_tag
def outcomes_of(edit: Edit) -> SafeString:
    """The outcomes of an edit. They are counted by change, or by row if only some of the changes are shown."""
    parts = []
    if edit.looked < edit.rows:
        looked = thousands(edit.looked)
        parts.append(markup('<div class="small text-secondary">Of the first {} rows:</div>', looked))
    if len(edit.phases) == 1:
        return SafeString("".join([*parts, outcome_of(edit.first)]))
    for phase, count in edit.phases:
        rows = f" row{'' if count == 1 else 's'}" if edit.is_shortened else ""
        parts.append(markup('<div class="text-nowrap">{}</div>', phase_in_words(phase, f"{thousands(count)}{rows} ")))
    return SafeString("".join(parts))


@register.simple_tag
def details(entry: Entry, classes: str = "d-print-none") -> SafeString:
    """The link to an entry's page."""
    address = _entry(entry.pk)
    return SafeString(f'<a class="{classes}" href="{address}" aria-label="Details of entry {entry.pk}">Details</a>')


@register.simple_tag
def all_of(edit: Edit, start: str = "") -> SafeString:
    """The link to all changes of an edit. `start` has the same meaning as in link()."""
    text = f"All {thousands(edit.count)}" if edit.is_counted else "All"
    address = escaped(f"{start or log_start()}edit={edit.first.intent.edit_id}")
    return SafeString(f'<a class="d-print-none" href="{address}" aria-label="{text} of this edit">{text}</a>')


def _on_sheet(change: LoggedChange, start: str) -> Iterator[str]:
    entry, row_id = change.intent, change.row_id
    if entry.column_id is not None:
        where = {"sheet": entry.sheet_id or 0, "row": entry.row_id or "", "column": entry.column_id}
        yield link(where, start, entry.column_title or "a column without a name")
        yield "in"
    label = change.row_label or "without a name"
    yield "a" if label == NEW_ROW else "row"  # “added a new row”
    yield link({"sheet": entry.sheet_id or 0, "row": row_id}, start, label) if row_id else strong(label)
    yield {"add": "to", "delete": "from"}.get(entry.action, "of")
    yield link({"sheet": entry.sheet_id or 0}, start, entry.sheet_name or "without a name")


def _elsewhere(change: LoggedChange, start: str) -> Iterator[str]:
    entry = change.intent
    if entry.sheet_id is not None:
        yield "on"
        yield link({"sheet": entry.sheet_id or 0}, start, entry.sheet_name or "a sheet without a name")
    elif entry.column_title or entry.row_label:
        if entry.column_title:
            yield strong(entry.column_title)
        if entry.column_title and entry.row_label:
            yield "of"
        yield change.record_kind
        if entry.row_label and entry.action == Action.RECORD and entry.subject:
            page = reverse("audit:record", args=[entry.subject])
            yield markup('<a class="fw-medium" href="{}">{}</a>', page, _label(entry))
        elif entry.row_label:
            yield strong(entry.row_label)
        if fields := change.fields:
            yield f"· {fields} field{'' if fields == 1 else 's'}"
    if entry.reason:
        yield markup('<span class="text-secondary">· {}</span>', entry.reason)


def _label(entry: Entry) -> str:
    """The label of a record. If the label contains the actor's own region and id, the record is about the actor. In
    that case, the actor's name replaces the region and id.
    """
    return entry.row_label.replace(entry.person, entry.actor_name) if entry.actor_id else entry.row_label


def _marks(change: LoggedChange, is_undo_told: bool) -> Iterator[str]:
    entry, undoing = change.intent, change.undoing
    if change.is_confirmed:
        yield (
            '<div class="small text-secondary"><i class="bi bi-patch-check text-green me-1" aria-hidden="true"></i>'
            "confirmed by Smartsheet</div>"
        )
    is_undo = entry.origin == Origin.UNDO
    if entry.refers_to and not (is_undo and is_undo_told):
        yield markup('<div class="small">{} {}</div>', "Undoes" if is_undo else "About", _named(entry.refers_to))
    if undoing and not is_undo_told:
        icon = SafeString('<i class="bi bi-arrow-counterclockwise me-1" aria-hidden="true"></i>')
        yield markup('<div class="small">{}Undoing it: {}</div>', icon, _named(undoing.pk))
    if parts := change.came_by:
        links = [
            link({"via": str(part)}, log_start(), part.label, "text-break") if part.can_be_filtered else part.label
            for part in parts
        ]
        said = SafeString(", ".join(escaped(link) for link in links))
        yield markup('<div class="small text-secondary">By {}</div>', said)


def phase_in_words(phase: Phase, before: str = "") -> SafeString:
    """The icon of an outcome, then the text `before`, then the word of the outcome."""
    icon, word = _icon_and_word(phase)
    return SafeString(f"{icon}{escaped(before)}{word}")


@cache
def _icon_and_word(phase: Phase) -> tuple[SafeString, str]:
    return markup('<i class="bi {} me-1" aria-hidden="true"></i>', ICONS[phase]), escaped(phase.label)


def link(asked: Mapping[str, str | int], start: str, text: str, classes: str = "fw-medium") -> SafeString:
    """A link to the log with the filters `asked`. `start` is the beginning of the link's URL, made by log_start()."""
    # markup() and urlencode() aren't used, because they check each part, and a page has hundreds of links.
    parts = [f"{name}={value if isinstance(value, int) else quote_plus(value)}" for name, value in asked.items()]
    address = escaped(f"{start}{'&'.join(parts)}")
    return SafeString(f'<a class="{classes}" href="{address}">{escaped(text)}</a>')


def _named(entry_id: int) -> SafeString:
    return markup('<a class="text-decoration-underline" href="{}">entry {}</a>', _entry(entry_id), entry_id)


def strong(text: str) -> SafeString:
    """A name in the middle of a sentence, in bold and without a link."""
    return SafeString(f'<span class="fw-medium">{escaped(text)}</span>')


def log_start(query: str = "") -> str:
    """The address of the log with this query. The address ends with ? or &, so that another parameter can be appended.
    A page with many lines makes this address only once, because making it takes as long as making the rest of a link.
    """
    return f"{_addresses(get_script_prefix(), get_urlconf())[0]}?{f'{query}&' if query else ''}"


def _entry(entry_id: int) -> str:
    return _addresses(get_script_prefix(), get_urlconf())[1].replace("/0/", f"/{entry_id}/")


@cache
def _addresses(_prefix: str, _urlconf: str | None) -> tuple[str, str]:
    """Return the address of the log, and the address of an entry with 0 in place of the entry's id. _entry() replaces
    the 0. Both addresses are cached, because making hundreds of addresses with reverse() takes as long as the database.
    """
    return reverse("audit:log"), reverse("audit:entry", args=[0])
