"""The page that asks before a change is undone, and undoes it."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from audit.access import reader_of
from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry
from audit.read_logging import note_reading
from edits.gateway.errors import GatewayError
from edits.saving import InProgress, KeyReused, NotRecorded
from edits.saving import undo as undoing
from edits.saving.undo import Undo
from edits.widgets.pages import actor_of, doing, earlier_result, one_time_key, problem_page, repeated_page, saved_page
from edits.widgets.problems import ALREADY_SENT, Doing, problem_of
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest


@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def undo(request: SmartsheetRequest, entry_id: int) -> HttpResponse:
    """Shows what the cell holds and would hold again, or why that cannot be; POST puts the old value back."""
    change = _change(request, entry_id)
    sheet_id = change.intent.sheet_id or 0
    if earlier := earlier_result(request):
        return repeated_page(request, earlier, Doing.UNDO, sheet_id=sheet_id)
    if why_not := undoing.why_never(change, region=actor_of(request).region):
        return _page(request, change, why_not=why_not)
    try:
        plan = undoing.plan(request.user, change)
        if request.method != "POST" or plan.why_not or plan.is_overtaken:
            return _page(request, change, plan)
        result = undoing.undo(plan, key=one_time_key(request))
        result.raise_error()
    except (KeyReused, InProgress):
        return problem_page(request, ALREADY_SENT, sheet_id=sheet_id)
    except (GatewayError, NotRecorded) as error:
        what = problem_of(error, doing=doing(request, Doing.UNDO))
        column = change.intent
        what = replace(what, happened=what.happened.replace(str(column.column_id), f"“{column.column_title}”"))
        return problem_page(request, what, sheet_id=sheet_id)
    if conflicts := result.rows[0].conflicts():
        return _page(request, change, undoing.overtaken(plan, conflicts[0]))
    label = plan.baseline.sheet.label(plan.row)
    text = f"Undone: {plan.column.title} of “{label}” is “{plan.words_then}” again"
    return saved_page(request, result, sheet_id=sheet_id, text=text)


def _change(request: SmartsheetRequest, entry_id: int) -> LoggedChange:
    """The change with this entry, as far as the person may read it; that they read it is recorded."""
    reader = reader_of(request, is_waiting=True)
    entry = get_object_or_404(Entry.objects.intents(), pk=entry_id)
    if not reader.may_read(entry):
        raise Http404
    note_reading(request, reader, [entry])
    (change,) = with_outcomes([entry])
    return change


def _page(
    request: SmartsheetRequest, change: LoggedChange, plan: Undo | None = None, *, why_not: str = ""
) -> HttpResponse:
    context = {
        "change": change,
        "entry": change.intent,
        "plan": plan,
        "why_not": why_not or (plan.why_not if plan else ""),
        "once": uuid4(),
    }
    refused = bool(context["why_not"] or (plan and plan.is_overtaken))
    return render(request, "edits/undo.html", context, status=409 if refused and request.method == "POST" else 200)
