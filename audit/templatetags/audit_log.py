"""Template filters for the log: values, exact times and outcomes."""

import json
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

from django import template
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from audit import values
from audit.conf import settings
from audit.escaping import without_bidi_controls
from audit.filtering import filters
from audit.vocabulary import Phase

register = template.Library()
register.filter(without_bidi_controls)

NEAR = 40  # characters of unchanged text that the log page shows before or after a change
LONG = 100  # the log page shows this many characters from each end of a long changed value

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
    "removed": ('<del class="was text-break">', "</del>"),
    "added": ('<ins class="is text-break">', "</ins>"),
    "kept": ('<span class="text-break">', "</span>"),
}
_EMPTY = SafeString('<span class="text-secondary fst-italic">empty</span>')
_ARROW = SafeString(' <i class="bi bi-arrow-right text-secondary" aria-hidden="true"></i> ')


def markup(form: str, *parts: object) -> SafeString:
    """Do the same as Django's format_html(), and also remove bidirectional controls from the texts. The texts must not
    be lazy. A page of the log calls this function hundreds of times. This function takes a third of the time that
    format_html() takes.
    """
    return SafeString(form.format(*map(escaped, parts)))


def escaped(part: object) -> str:
    """Escape a text from outside, so that it can be put into a sentence in HTML. A SafeString isn't escaped again."""
    return part if isinstance(part, SafeString) else escape(without_bidi_controls(str(part)))


@register.filter
def icon(phase: str) -> str:
    """The CSS classes of an outcome's icon."""
    return ICONS[Phase(phase)]


@register.filter
def outcome(phase: str) -> str:
    """The word for an outcome."""
    return str(Phase(phase).label)


@register.filter
def thousands(number: int) -> str:
    """A number with thousands separators: 5,000."""
    return f"{number:,}"


@register.filter
def outcome_filter(phase: str) -> str:
    """The value of the log's filter `outcome` for this phase."""
    return filters.outcome_filter(Phase(phase))


@register.filter
def exact_time(moment: datetime) -> str:
    """The time in UTC, with milliseconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} UTC"


@register.filter
def initials(name: str) -> str:
    """The first letters of a person's first and last name."""
    words = name.split()
    return "".join(word[0] for word in (*words[:1], *words[1:][-1:])).upper()


@register.simple_tag(takes_context=True)
def log_address(context: Context) -> str:
    """The address of the log. If the reader came from the log page, the address has the filters of that page."""
    address = reverse("audit:log")
    request: HttpRequest = context["request"]
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # the header isn't a valid address
        return address
    is_log = (came_from.netloc, came_from.path) == (request.get_host(), address)
    return f"{address}?{came_from.query}" if is_log and came_from.query else address


@register.filter
def in_words(value: str | None) -> str | SafeString:
    """A value of the log (canonical JSON) in words."""
    return values.human(value) or _EMPTY


@register.filter
def evidence_in_words(evidence: str) -> str:
    """Evidence (canonical JSON) in words. Empty values are left out. The list of commitments in the evidence of an
    erasure is left out too.
    """
    found = json.loads(evidence)
    if isinstance(found, dict):
        found = {name: value for name, value in found.items() if value not in ("", {}, None) and name != "commitments"}
    return "" if found == {} else values.words_of(found)


@register.simple_tag
def difference(
    old: str | None, new: str | None, *, is_row: bool = False, whole: bool = False, symbol: str = ""
) -> SafeString:
    """Return the old and the new value (canonical JSON) as HTML, with marks on what was removed and added.

    `is_row` says that a whole row was added, deleted or moved. For an added or deleted row, one of the two values is
    empty. For a moved row, the values are the row's old and new place in the sheet, which aren't compared word by word.
    Unless `whole` is true, long texts are shortened, and a place in the sheet is described in a few words. `symbol` is
    the kind of the column's symbols. If it isn't empty, the symbol of each value is drawn next to the value's word.
    """
    before, after = values.human_pair(old, new)
    if is_row and not whole:
        before, after = values.short_places(old, new) or (before, after)
    if is_row:
        marks = [_mark(kind, text, whole) for kind, text in (("removed", before), ("added", after)) if text]
        return SafeString(_ARROW.join(marks or [_EMPTY]))
    if symbol:
        was, now = (_symbol(symbol, value) for value in (old, new))
        return markup("{}{}{}{}{}", was, _mark("removed", before, whole), _ARROW, now, _mark("added", after, whole))
    if not (before and after):
        return markup("{}{}{}", _mark("removed", before, whole), _ARROW, _mark("added", after, whole))
    pieces = values.differences(before, after)
    if all(piece.kind != "kept" for piece in pieces):
        return SafeString(_ARROW.join(_mark(piece.kind, piece.text, whole) for piece in pieces))
    text = SafeString("".join(_mark(piece.kind, piece.text, whole) for piece in pieces))
    return markup("<bdi>{}</bdi>", text)  # <bdi>, so that the text's direction doesn't affect the text around it


@register.simple_tag
def symbol_styles() -> SafeString:
    """The link to the style sheet that draws symbols; empty if AUDIT_SYMBOL isn't set."""
    address = static("byline/css/symbols.css") if settings.AUDIT_SYMBOL else ""
    return markup('<link rel="stylesheet" href="{}">', address) if address else SafeString("")


def _symbol(symbol: str, value: str | None) -> SafeString:
    """A symbol and a space, as HTML; empty if the value (canonical JSON) has no symbol."""
    if not settings.AUDIT_SYMBOL or value is None:
        return SafeString("")
    drawn = import_string(settings.AUDIT_SYMBOL)(symbol, json.loads(value))
    return SafeString(f"{drawn} ") if drawn else SafeString("")


def _mark(kind: str, text: str, whole: bool) -> SafeString:
    if not text:
        return _EMPTY
    if not whole:
        text = _shortened(text, NEAR if kind == "kept" else LONG)
    body = text.rstrip(" ") or text
    spaces = text[len(body) :]
    start, end = _MARKS[kind]
    lines = escaped(body.replace("\n", " ⏎\n" if whole else " ⏎ "))
    return SafeString(f"{start}{lines}{end}{spaces}")


def _shortened(text: str, side: int) -> str:
    return text if len(text) <= 2 * side else f"{text[:side]} … {text[-side:]}"
