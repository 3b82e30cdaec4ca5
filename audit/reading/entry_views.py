"""The page of one entry."""

from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.access import reader_of
from audit.changes import LoggedChange, with_outcomes
from audit.grouping import changes_of
from audit.models import Entry
from audit.read_logging import note_reading
from audit.undoings import ONCE, undone
from audit.vocabulary import Action, Origin, Phase


class Fact(NamedTuple):
    """A title and a value. A value with `is_code` is for machines, so it is shown in a monospaced font."""

    title: str
    value: object
    is_code: bool = False


@require_safe
@login_required
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The page with all facts of one change. The address of an outcome redirects to the page of the outcome's
    intent.
    """
    reader = reader_of(request, is_waiting=True)
    found = Entry.objects.filter(pk=entry_id).first()
    if found is None and (stub := _retired_by(entry_id)):
        return render(request, "audit/retired.html", {"number": entry_id, "stub": stub}, status=404)
    if found is None or not reader.may_read(found):
        raise Http404
    if found.phase != Phase.INTENT and (intent := _intent_of(found)):
        return redirect(f"{reverse('audit:entry', args=[intent.pk])}#entry-{found.pk}")
    note_reading(request, reader, [found])
    (change,) = changes_of(found)
    undos = with_outcomes(Entry.objects.undoings_of(found.pk))
    state = undone([found.pk] if undos else [])
    others = Entry.objects.intents().of_edit(found.edit_id).exclude(pk=found.pk)
    context = {
        "change": change,
        "facts": facts_of(change),
        "form_slug": next((part.value for part in change.came_by if part.key == "form"), ""),
        "has_others": others.exists(),
        "undoings": [undo for undo in undos if reader.may_read(undo.intent)],
        "is_undone": found.pk in state.now or (found.action in ONCE and found.pk in state.not_any_more),
        "undone": found.refers_to if found.origin == Origin.UNDO else None,
    }
    return render(request, "audit/entry.html", context)


def _retired_by(entry_id: int) -> Entry | None:
    """The entry about the last retirement. None if the log still has the entry `entry_id` or an older one: in that
    case, `entry_id` wasn't retired.
    """
    if Entry.objects.filter(pk__lte=entry_id).exists():
        return None
    return Entry.objects.filter(action=Action.RETAIN, phase=Phase.DONE).order_by("-id").first()


def _intent_of(outcome: Entry) -> Entry | None:
    intents = Entry.objects.intents().of_edit(outcome.edit_id).order_by("id")
    if outcome.line is not None:
        intents = intents.filter(line=outcome.line)
    if outcome.column_id is not None:
        intents = intents.on_column(outcome.column_id)
    return intents.first()


def facts_of(change: LoggedChange) -> list[Fact]:
    """Return all columns of the intent, and the evidence for the outcome. The id of an added row comes from the
    outcome.
    """
    entry = change.intent
    # This app's own records have no sheet, and their values don't come from Smartsheet.
    is_own = entry.action == Action.RECORD
    return [
        Fact("Person", entry.actor_name),
        Fact("Smartsheet id", entry.actor_id, is_code=True),
        Fact("E-mail", entry.actor_email),
        Fact("Region", entry.region),
        Fact("Action", entry.get_action_display()),
        Fact("Made in", entry.get_origin_display()),
        Fact("Made with", ", ".join(part.label for part in change.came_by)),
        Fact("Reason given", entry.reason),
        *([Fact("Record", entry.subject, is_code=True)] if entry.subject else []),
        Fact("Sheet", entry.sheet_name),
        Fact("Sheet id", entry.sheet_id, is_code=True),
        Fact("Record's name" if is_own else "About" if entry.sheet_id is None else "Row", change.row_label),
        Fact("Row id", change.row_id, is_code=True),
        Fact("Field" if is_own else "Column", entry.column_title),
        Fact("Column id", entry.column_id, is_code=True),
        Fact("Old value" if is_own else "Old value as Smartsheet writes it", change.old, is_code=True),
        Fact("New value" if is_own else "New value as it was sent", change.sent, is_code=True),
        Fact("Evidence", change.evidence, is_code=True),
        Fact("Edit", entry.edit_id, is_code=True),
        Fact("Row of the edit", None if entry.line is None else entry.line + 1),
        Fact("Request", entry.request_id, is_code=True),
        Fact("IP address", entry.ip, is_code=True),
        Fact("Browser", entry.user_agent),
    ]
