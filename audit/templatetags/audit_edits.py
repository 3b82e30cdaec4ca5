"""Template tags for whole edits on the log's pages: the lines of the log, and an edit's list of changes, which can be
folded.

These tags are Python functions because templates would be slow (see audit_lines). They use the tags of audit_lines for
the parts of a line.
"""

from collections.abc import Iterable, Iterator

from django import template
from django.template import Engine
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from audit.changes import LoggedChange
from audit.grouping import Edit
from audit.templatetags.audit_lines import (
    all_of,
    details,
    link,
    log_start,
    marks,
    old_and_new,
    outcome_of,
    outcomes_of,
    person,
    phase_in_words,
    sentence,
    strong,
)
from audit.templatetags.audit_log import escaped, evidence_in_words, in_words, markup, thousands
from audit.vocabulary import Action

register = template.Library()

SHOWN = 3  # changes of an edit that are shown without unfolding, so that people see old and new values immediately
EVIDENCE = 200  # the most characters of evidence that the log page shows


@register.simple_tag
def lines_of(edits: Iterable[Edit], start_of_person: str, start_of_sheet: str, start_of_edit: str) -> SafeString:
    """Return the table rows of the log. Each parameter `start_…` is the beginning of an address, made by log_start(). A
    link adds its own filter to this beginning.
    """
    when = Engine.get_default().template_libraries["reader_times"].filters["when"]  # as {% load reader_times %} does
    return SafeString(
        "".join(
            f'<tr><td class="text-nowrap">{when(edit.first.intent.at)}</td>'
            f"{_cells_of(edit, start_of_person, start_of_sheet, start_of_edit)}</tr>\n"
            for edit in edits
        )
    )


def _cells_of(edit: Edit, start_of_person: str, start_of_sheet: str, start_of_edit: str) -> str:
    """The cells of a table row, except for the time: who, what, the outcome, and a link to the entry or to all changes
    of the edit.
    """
    change = edit.first
    if edit.is_grouped:
        what, outcome = changes_of(edit, start_of_edit, start_of_sheet), outcomes_of(edit)
        more = all_of(edit, start_of_edit)
    else:
        what, outcome, more = _one_change(change, start_of_sheet), outcome_of(change), details(change.intent)
    who = person(change.intent, start_of_person)
    return f'<td>{who}</td><td>{what}</td><td>{outcome}</td><td class="text-end d-print-none">{more}</td>'


@register.simple_tag
def changes_of(edit: Edit, start_of_edit: str = "", start_of_sheet: str = "") -> SafeString:
    """The first changes of an edit, below a sentence that says how many changes the edit has. If the edit has more than
    SHOWN changes, the list is folded.
    """
    changes = [f'<li class="mb-2">{_part(edit, change, start_of_sheet)}</li>' for change in edit.changes]
    if edit.is_shortened or not edit.is_counted:
        changes.append(f'<li class="d-print-none">{all_of(edit, start_of_edit)}</li>')
        changes.append('<li class="d-none d-print-block text-secondary">… and more.</li>')
    is_open = " open" if edit.is_counted and edit.count <= SHOWN else ""
    summary = " ".join(map(escaped, _summary(edit)))
    return SafeString(
        f'<details class="fold"{is_open}><summary>{summary}</summary>'
        f'<ul class="list-unstyled mt-2 mb-0">{"".join(changes)}</ul></details>'
    )


def _summary(edit: Edit) -> Iterator[str]:
    """The parts of a sentence such as “changed 12 cells in 3 rows of Site plan”."""
    change = edit.first
    yield change.verb
    if not edit.is_counted:
        yield "more than"
    yield thousands(edit.count)
    yield "rows" if edit.is_row else "cells" if change.is_on_sheet else "records"
    if not change.is_on_sheet:
        return
    if edit.is_one_row:
        yield "in row"
        yield strong(change.row_label or "without a name")
    elif not edit.is_row:
        yield f"in {thousands(edit.rows)} row{'' if edit.rows == 1 else 's'}"
    yield "of"
    yield strong(change.intent.sheet_name or "without a name")


def _part(edit: Edit, change: LoggedChange, start: str) -> SafeString:
    """One change of an edit. If all changes of the edit are in one row, only the change's column is named."""
    entry = change.intent
    if edit.is_one_row and entry.column_id is not None:
        where = {"sheet": entry.sheet_id or 0, "row": change.row_id or "", "column": entry.column_id}
        what = link(where, start or log_start(), entry.column_title or "a column without a name")
    else:
        what = sentence(change, start)
    phase = ""
    if len(edit.phases) > 1:
        phase = f'<div class="small">{phase_in_words(change.phase)}</div>'
    more = details(entry, "small ms-1 d-print-none")
    return SafeString(f"{what} {more}<div>{old_and_new(change)}</div>{phase}{marks(change)}")


def _one_change(change: LoggedChange, start: str) -> SafeString:
    """An edit of one change: its sentence, its values and its marks."""
    evidence, stored = change.evidence, change.stored
    parts = [sentence(change, start), f'<div class="mt-1">{old_and_new(change)}</div>']
    if evidence and not change.is_on_sheet:
        said = evidence_in_words(evidence)
        if len(said) > EVIDENCE:  # Truncator is slow, even if there is nothing to cut
            said = Truncator(said).chars(EVIDENCE)
        parts.append(markup('<div class="small text-secondary text-break">{}</div>', said))
    if stored and change.intent.action != Action.MOVE:  # the answer to a move says where the row is now
        made = "Smartsheet changed the value that was sent, which was"
        parts.append(markup('<div class="small text-secondary mt-1">{} {}.</div>', made, in_words(change.sent)))
    return SafeString("".join([*parts, marks(change)]))
