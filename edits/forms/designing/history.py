"""The history of a form: who changed what, and when. An earlier draft can be restored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audit.recording import NotRecorded
from edits.forms.definition import Definition, InvalidDefinition
from edits.forms.designing.access import with_sheet
from edits.forms.designing.differences import differences
from edits.forms.models import ChangedMeanwhile, FormDefinition, FormState
from edits.saving import Baseline
from edits.widgets.pages import actor_of, problem_page
from edits.widgets.problems import Doing, problem_of
from identity.middleware import SmartsheetRequest
from identity.models import SmartsheetUser

MOST = 200  # rows of the history on the page
BY_STATE = {FormState.CLOSED: "closed the form", FormState.DRAFT: "made it a draft"}


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the history. `done` says what the person did, such as "published version 2". `differences` has sentences
    about how the draft changed.
    """

    id: int
    who: str
    at: datetime
    done: str
    differences: tuple[str, ...]
    can_be_restored: bool


@require_safe
@with_sheet
def history(request: SmartsheetRequest, form: FormDefinition, baseline: Baseline) -> HttpResponse:
    """Show who changed the form. The newest change comes first."""
    sheet = baseline.sheet
    titles = {column.id: column.title for column in sheet.columns}
    context = {"form": form, "sheet": sheet, "changes": list(changes_of(form, titles)), "most": MOST}
    return render(request, "edits/forms_designing/history.html", context)


@require_POST
@with_sheet
def restore(request: SmartsheetRequest, form: FormDefinition, _baseline: Baseline, history_id: int) -> HttpResponse:
    """Restore the draft from a row of the history. This doesn't change the published form."""
    then = form.history.filter(history_id=history_id).first()
    try:
        if then is None:
            raise InvalidDefinition("This version is no longer in the history.")
        form.restore(then, seen=form.revision, actor=actor_of(request))
    except InvalidDefinition as error:
        messages.error(request, f"Nothing was restored. {error}")
    except ChangedMeanwhile:
        messages.error(request, "Another designer has just saved this form, so nothing was restored. Try again.")
    except NotRecorded as error:
        return problem_page(request, problem_of(error, doing=Doing.CHANGE))
    else:
        messages.success(request, "The draft is restored. Publish it to let people fill it in.")
        return redirect("forms:design", form.pk)
    return redirect("forms:history", form.pk)


def changes_of(form: FormDefinition, titles: Mapping[int, str]) -> Iterator[Change]:
    """Yield the rows of the history, newest first. `titles` has the titles of the sheet's columns by id."""
    rows = list(form.history.order_by("-history_id")[: MOST + 1])
    for row, before in pairwise([*rows, None]):
        if row is None:
            continue
        now, then = _definition(row), _definition(before)
        told = differences(then, now, titles) if now and then else []
        yield Change(
            id=row.history_id,
            who=row.actor_name or "This app",
            at=row.history_date,
            done=" and ".join(_done(row, before)),
            differences=(*told, *_others(row, before)),
            can_be_restored=bool(now and now.fields) and row.draft != form.draft,
        )


def _done(row: Any, before: Any) -> Iterator[str]:
    if before is None:
        yield "made the form" if row.history_type == "+" else "changed it"
    elif row.version > before.version:
        yield f"published version {row.version}"
    elif row.state != before.state:
        yield BY_STATE.get(row.state, "opened it again")
    elif row.designer_id != before.designer_id:
        yield "took it over" if row.designer_id else "left"
    else:
        yield "saved it"


def _others(row: Any, before: Any) -> Iterator[str]:
    """Yield a sentence for each change that isn't in the form's content, such as a change of the address."""
    if before is None:
        return
    if row.slug != before.slug:
        yield f"The address was {before.slug}, and now is {row.slug}."
    if (row.closes_at, row.time_zone) != (before.closes_at, before.time_zone):
        yield f"The closing date was {_closes(before)}, and now is {_closes(row)}."
    if row.designer_id != before.designer_id:
        designer = SmartsheetUser.objects.filter(pk=row.designer_id).first()
        yield f"The designer is {designer.name if designer else 'nobody'} now."
    if row.sheet_name != before.sheet_name:
        yield f"The sheet was called “{before.sheet_name}”, and is now called “{row.sheet_name}”."


def _closes(row: Any) -> str:
    if row.closes_at is None:
        return "none"
    return f"{row.closes_at.astimezone(ZoneInfo(row.time_zone)):%Y-%m-%d %H:%M} in {row.time_zone}"


def _definition(row: Any) -> Definition | None:
    try:
        return Definition.parse(row.draft) if row else None
    except InvalidDefinition:
        return None
