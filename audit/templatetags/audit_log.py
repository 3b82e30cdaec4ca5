"""How the log looks in templates: values, exact times, outcomes."""

import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django import template
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit import values
from audit.filtering import filters
from audit.vocabulary import Phase

register = template.Library()

NEAR = 40  # characters of unchanged text kept beside a change on the log page
LONG = 100  # characters of a changed value shown there

ICONS = {
    Phase.APPLIED: "bi-check-circle-fill text-green",
    Phase.REFUSED: "bi-slash-circle-fill text-orange",
    Phase.FAILED: "bi-x-octagon-fill text-red",
    Phase.UNKNOWN: "bi-question-circle-fill text-purple",
    Phase.INTENT: "bi-question-circle-fill text-purple",
    Phase.CONFLICT: "bi-exclamation-triangle-fill text-orange",
    Phase.UNCHANGED: "bi-dash-circle text-secondary",
    Phase.FORBIDDEN: "bi-slash-circle-fill text-orange",
    Phase.NOT_APPLIED: "bi-x-circle-fill text-orange",
    Phase.UNDECIDABLE: "bi-patch-question-fill text-purple",
    Phase.DONE: "bi-check-circle text-secondary",
    Phase.CONFIRMED: "bi-patch-check-fill text-green",
    Phase.MISSING: "bi-exclamation-octagon-fill text-red",
    Phase.OUTSIDE: "bi-box-arrow-in-down-left text-purple",
    Phase.MISATTRIBUTED: "bi-person-fill-exclamation text-red",
}

_MARKS = {
    "removed": '<del class="was text-break">{}</del>',
    "added": '<ins class="is text-break">{}</ins>',
    "kept": '<span class="text-break">{}</span>',
}
_EMPTY = SafeString('<span class="text-secondary fst-italic">empty</span>')
_ARROW = SafeString(' <i class="bi bi-arrow-right text-secondary" aria-hidden="true"></i> ')


@register.filter
def icon(phase: str) -> str:
    """The classes of the icon that stands beside an outcome's word."""
    return ICONS[Phase(phase)]


@register.filter
def outcome(phase: str) -> str:
    """The word for an outcome."""
    return str(Phase(phase).label)


@register.filter
def thousands(number: int) -> str:
    """A number as the log's pages write it: 5,000."""
    return f"{number:,}"


@register.filter
def outcome_filter(phase: str) -> str:
    """The value of the log's filter `outcome` that asks for what came to this."""
    return filters.outcome_filter(Phase(phase))


@register.filter
def exact_time(moment: datetime) -> str:
    """A moment to the millisecond in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} UTC"


@register.filter
def initials(name: str) -> str:
    """The first letters of a person's first and last name."""
    words = name.split()
    return "".join(word[0] for word in (*words[:1], *words[1:][-1:])).upper()


@register.simple_tag(takes_context=True)
def log_address(context: Context) -> str:
    """The log as it was filtered where the reader comes from, else the whole log."""
    address = reverse("audit:log")
    request: HttpRequest = context["request"]
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # not an address
        return address
    is_log = (came_from.netloc, came_from.path) == (request.get_host(), address)
    return f"{address}?{came_from.query}" if is_log and came_from.query else address


@register.filter
def in_words(value: str | None) -> str | SafeString:
    """One value of the log (canonical JSON) in words."""
    return values.human(value) or _EMPTY


@register.filter
def evidence_in_words(evidence: str) -> str:
    """What an act rests on (canonical JSON), in words, without what is empty."""
    found = json.loads(evidence)
    if isinstance(found, dict):
        found = {name: value for name, value in found.items() if value not in ("", {}, None)}
    return values.human(json.dumps(found))


@register.simple_tag
def difference(old: str | None, new: str | None, *, is_row: bool = False, whole: bool = False) -> SafeString:
    """Old and new value (canonical JSON) with what was removed and added marked; shortened unless `whole`.

    Of a row added or deleted, only the side that there is.
    """
    before, after = values.human_pair(old, new)
    if is_row and not (before and after):
        return _mark("added", after, whole) if after else _mark("removed", before, whole)
    if not (before and after):
        return format_html("{}{}{}", _mark("removed", before, whole), _ARROW, _mark("added", after, whole))
    pieces = values.differences(before, after)
    if all(piece.kind != "kept" for piece in pieces):
        return SafeString(_ARROW.join(_mark(piece.kind, piece.text, whole) for piece in pieces))
    text = SafeString("".join(_mark(piece.kind, piece.text, whole) for piece in pieces))
    return format_html("<bdi>{}</bdi>", text)  # one text, whichever way it is written


def _mark(kind: str, text: str, whole: bool) -> SafeString:
    if not text:
        return _EMPTY
    if not whole:
        text = _shortened(text, NEAR if kind == "kept" else LONG)
    body = text.rstrip(" ") or text
    line_end = " ⏎\n" if whole else " ⏎ "
    return format_html(_MARKS[kind] + "{}", body.replace("\n", line_end), text[len(body) :])


def _shortened(text: str, side: int) -> str:
    return text if len(text) <= 2 * side else f"{text[:side]} … {text[-side:]}"
