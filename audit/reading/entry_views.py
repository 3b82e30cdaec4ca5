"""The page of one entry."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.access import reader_of
from audit.changes import with_outcomes
from audit.models import Action, Entry, Origin, Phase
from audit.read_logging import note_reading
from audit.reading.facts import facts_of
from audit.reading.grouping import changes_of


@require_safe
@login_required
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Every fact of one change. The address of an outcome leads to the intent that it speaks of."""
    reader = reader_of(request)
    found = Entry.objects.filter(pk=entry_id).first()
    if found is None and (stub := _retired_by(entry_id)):
        return render(request, "audit/retired.html", {"number": entry_id, "stub": stub}, status=404)
    if found is None or not reader.may_read(found):
        raise Http404
    if found.phase != Phase.INTENT and (intent := _intent_of(found)):
        return redirect(f"{reverse('audit:entry', args=[intent.pk])}#entry-{found.pk}")
    note_reading(request, reader, [found])
    (change,) = changes_of(found)
    undoings = with_outcomes(reader.narrow(Entry.objects.undoings_of(found.pk)))
    others = Entry.objects.intents().of_edit(found.edit_id).exclude(pk=found.pk)
    context = {
        "change": change,
        "facts": facts_of(change),
        "has_others": others.exists(),
        "undoings": undoings,
        "is_undone": any(undoing.is_applied for undoing in undoings),
        "undone": found.refers_to if found.origin == Origin.UNDO else None,
    }
    return render(request, "audit/entry.html", context)


def _retired_by(entry_id: int) -> Entry | None:
    """The entry of a retirement, where this one's number is below all that are left, so that it may have been taken."""
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
