"""The lines of the log's pages: who, what, and what came of it.

A page has hundreds of these parts. As templates that include each other they took ten times as long as the database,
so they are written here: each is one call, and what it needs of a change is worked out once.
"""

from collections.abc import Iterator, Mapping
from functools import cache

from django import template
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from audit.changes import LoggedChange
from audit.grouping import Edit
from audit.models import Entry
from audit.templatetags.audit_log import ICONS, difference, evidence_in_words, in_words, initials, thousands
from audit.vocabulary import Action, Origin, Phase

register = template.Library()

_NOTHING = SafeString("")


@register.simple_tag
def person(entry: Entry, beside: str = "") -> SafeString:
    """The actor of an entry, with their Smartsheet id. `beside` is the query that goes with the filter on them."""
    name = entry.actor_name
    who: str = name
    if entry.actor_id:
        who = format_html(
            '<a href="{}?{}{}">{}</a>'
            '<div class="small text-secondary text-nowrap font-monospace user-select-all">{}</div>',
            *(_log(), beside, urlencode({"person": entry.person}), name, entry.actor_id),
        )
    return format_html(
        '<div class="d-flex"><span class="avatar avatar-sm flex-shrink-0 me-2" aria-hidden="true">{}</span>'
        '<div class="text-break">{}</div></div>',
        *(initials(name), who),
    )


@register.simple_tag
def sentence(change: LoggedChange, beside: str = "") -> SafeString:
    """What somebody did, after their name: “changed Status in row 14 of Site plan”. `beside` is the query that goes
    with the filters on sheet, row and column."""
    said = _on_sheet(change, beside) if change.is_on_sheet else _elsewhere(change, beside)
    return SafeString(" ".join(conditional_escape(part) for part in (change.verb, *said) if part))


@register.simple_tag
def changed(change: LoggedChange, beside: str = "") -> SafeString:
    """All that a line of the log says of a change but who, when and what came of it."""
    is_on_sheet, evidence, stored = change.is_on_sheet, change.evidence, change.stored
    parts = [sentence(change, beside), format_html('<div class="mt-1">{}</div>', old_and_new(change))]
    if evidence and not is_on_sheet:
        short = Truncator(evidence_in_words(evidence)).chars(200)
        parts.append(format_html('<div class="small text-secondary text-break">{}</div>', short))
    if stored:
        made = "Smartsheet made this of what was sent, which was"
        parts.append(format_html('<div class="small text-secondary mt-1">{} {}.</div>', made, in_words(change.sent)))
    return SafeString("".join([*parts, marks(change)]))


@register.simple_tag
def old_and_new(change: LoggedChange) -> SafeString:
    """The old and the new value, shortened, or nothing where there is neither."""
    old, new = change.old, change.new
    if (change.intent.column_id is None and old is None and new is None) or change.fields:
        return _NOTHING  # of a record made or deleted as a whole, the entry's page shows the fields
    return difference(old, new, is_row=change.is_row)


@register.simple_tag
def marks(change: LoggedChange, is_undo_told: bool = False) -> SafeString:
    """What confirms a change, what it undoes or is about, what undoes it, and how it came."""
    return SafeString("".join(_marks(change, is_undo_told)))


@register.simple_tag
def outcome_of(change: LoggedChange) -> SafeString:
    """What came of a change: an icon and a word, and why."""
    outcome, phase = change.outcome, change.phase
    parts = [format_html('<div class="text-nowrap">{}</div>', _phase(phase))]
    note = '<div class="small text-secondary">{}</div>'
    if change.is_abandoned:
        parts.append(
            format_html(
                note,
                "Nothing more was recorded: the app may have stopped in the middle. Look in Smartsheet whether it was"
                " saved.",
            )
        )
    elif outcome is None:
        parts.append(format_html(note, "Sent, or about to be; the answer is awaited."))
    if outcome and outcome.message and outcome.message != change.verb:
        parts.append(format_html('<div class="small text-secondary text-break">{}</div>', outcome.message))
    if outcome and (outcome.error_code is not None or outcome.ref_id):
        code = '{} <span class="font-monospace user-select-all">{}</span>'
        codes: list[tuple[str, object]] = [("Code", outcome.error_code)] if outcome.error_code is not None else []
        codes += [("Ref", outcome.ref_id)] if outcome.ref_id else []
        parts.append(format_html(note, format_html_join(" ", code, codes)))
    return SafeString("".join(parts))


@register.simple_tag
def outcomes_of(edit: Edit) -> SafeString:
    """What came of an edit: of all its changes, or, if only some are shown, of its rows."""
    parts = []
    if edit.looked < edit.rows:
        looked = thousands(edit.looked)
        parts.append(format_html('<div class="small text-secondary">Of the first {} rows:</div>', looked))
    if len(edit.phases) == 1:
        return SafeString("".join([*parts, outcome_of(edit.first)]))
    for phase, count in edit.phases:
        rows = f" row{'' if count == 1 else 's'}" if edit.is_shortened else ""
        parts.append(format_html('<div class="text-nowrap">{}</div>', _phase(phase, f"{thousands(count)}{rows} ")))
    return SafeString("".join(parts))


@register.simple_tag
def details(entry: Entry, classes: str = "d-print-none") -> SafeString:
    """The link to an entry's page."""
    link = '<a class="{}" href="{}" aria-label="Details of entry {}">Details</a>'
    return format_html(link, classes, _entry(entry.pk), entry.pk)


@register.simple_tag
def all_of(edit: Edit, beside: str = "") -> SafeString:
    """The link to everything in an edit."""
    text = f"All {thousands(edit.count)}" if edit.is_counted else "All"
    link = '<a class="d-print-none" href="{}?{}edit={}" aria-label="{} of this edit">{}</a>'
    return format_html(link, _log(), beside, edit.first.intent.edit_id, text, text)


def _on_sheet(change: LoggedChange, beside: str) -> Iterator[str]:
    entry, row_id = change.intent, change.row_id
    if entry.column_id is not None:
        where = {"sheet": entry.sheet_id or 0, "row": entry.row_id or "", "column": entry.column_id}
        yield _link(where, beside, entry.column_title or "a column without a name")
        yield "in"
    yield "row"
    label = change.row_label or "without a name"
    yield _link({"sheet": entry.sheet_id or 0, "row": row_id}, beside, label) if row_id else _strong(label)
    yield {"add": "to", "delete": "from"}.get(entry.action, "of")
    yield _link({"sheet": entry.sheet_id or 0}, beside, entry.sheet_name or "without a name")


def _elsewhere(change: LoggedChange, beside: str) -> Iterator[str]:
    entry = change.intent
    if entry.sheet_id is not None:
        yield "on"
        yield _link({"sheet": entry.sheet_id or 0}, beside, entry.sheet_name or "a sheet without a name")
    elif entry.column_title or entry.row_label:
        if entry.column_title:
            yield _strong(entry.column_title)
        if entry.column_title and entry.row_label:
            yield "of"
        yield change.record_kind
        if entry.row_label and entry.action == Action.RECORD and entry.subject:
            page = reverse("audit:record", args=[entry.subject])
            yield format_html('<a class="fw-medium" href="{}">{}</a>', page, _label(entry))
        elif entry.row_label:
            yield _strong(entry.row_label)
        if fields := change.fields:
            yield f"· {fields} field{'' if fields == 1 else 's'}"
    if entry.reason:
        yield format_html('<span class="text-secondary">· {}</span>', entry.reason)


def _label(entry: Entry) -> str:
    """A record's label. One that ends in the actor's own number is about the actor, whose name says more."""
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
        yield format_html('<div class="small">{} {}</div>', "Undoes" if is_undo else "About", _named(entry.refers_to))
    if undoing and not is_undo_told:
        icon = SafeString('<i class="bi bi-arrow-counterclockwise me-1" aria-hidden="true"></i>')
        yield format_html('<div class="small">{}Undoing it: {}</div>', icon, _named(undoing.pk))
    if parts := change.came_by:
        links = [
            _link({"via": str(part)}, "", part.label, "text-break") if part.can_be_filtered else part.label
            for part in parts
        ]
        said = format_html_join(", ", "{}", [(link,) for link in links])
        yield format_html('<div class="small text-secondary">By {}</div>', said)


def _phase(phase: Phase, before: str = "") -> SafeString:
    return format_html('<i class="bi {} me-1" aria-hidden="true"></i>{}{}', ICONS[phase], before, phase.label)


def _link(asked: Mapping[str, str | int], beside: str, text: str, classes: str = "fw-medium") -> SafeString:
    return format_html('<a class="{}" href="{}?{}{}">{}</a>', classes, _log(), beside, urlencode(asked), text)


def _named(entry_id: int) -> SafeString:
    return format_html('<a class="text-decoration-underline" href="{}">entry {}</a>', _entry(entry_id), entry_id)


def _strong(text: str) -> SafeString:
    return format_html('<span class="fw-medium">{}</span>', text)


def _log() -> str:
    return _addresses(get_script_prefix(), get_urlconf())[0]


def _entry(entry_id: int) -> str:
    return _addresses(get_script_prefix(), get_urlconf())[1].replace("/0/", f"/{entry_id}/")


@cache
def _addresses(_prefix: str, _urlconf: str | None) -> tuple[str, str]:
    """The log's address, and that of the entry 0: to reverse each of hundreds takes as long as the database."""
    return reverse("audit:log"), reverse("audit:entry", args=[0])
