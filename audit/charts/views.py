"""The charts page."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.access import Reader, reader_of
from audit.charts.figures import Figures, figures
from audit.directory import Known
from audit.filtering.fields import DayField
from audit.models import PersonalText
from audit.read_logging import note_reading_of

USUAL = timedelta(days=29)
MOST_DAYS = 366
DATE = {"class": "form-control", "type": "date"}


class Preset(NamedTuple):
    """A link that shows the charts of a range of days, such as the last 30 days. `title` is the link's text."""

    title: str
    since: date
    until: date


class RangeForm(forms.Form):
    """The first and the last day (UTC) to show. The default is the last thirty days."""

    since = DayField(required=False, label="From", widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    until = DayField(required=False, label="To", widget=forms.DateInput(DATE, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        until = self.cleaned_data.get("until") or datetime.now(UTC).date()
        since = self.cleaned_data.get("since") or until - USUAL
        if since > until:
            raise forms.ValidationError("The first day must not be later than the last day.")
        if (until - since).days >= MOST_DAYS:
            raise forms.ValidationError(f"At most {MOST_DAYS} days are drawn at a time.")
        return {"since": since, "until": until}


@require_safe
@login_required
def charts(request: HttpRequest) -> HttpResponse:
    """Show the page with edits by day and person, outcomes, and the busiest sheets. Each bar links to its entries."""
    reader = reader_of(request)
    form = RangeForm(request.GET)
    if not form.is_valid():
        return render(
            request, "audit/charts.html", {"form": form, "log_reader": reader, "presets": _presets()}, status=400
        )
    asked = form.cleaned_data
    found = _figures(reader, asked["since"], asked["until"])
    note_reading_of(request, reader, found.of_others)
    form = RangeForm({"since": asked["since"], "until": asked["until"]})
    context = {
        "form": form,
        "figures": found,
        "charts": [
            ("days", "Edits by day and person", found.by_day()),
            ("outcomes", "Outcomes, row by row", found.by_outcome()),
            ("sheets", "Busiest sheets", found.by_sheet()),
        ],
        "log_reader": reader,
        "presets": _presets(),
    }
    return render(request, "audit/charts.html", context)


def _figures(reader: Reader, first: date, last: date) -> Figures:
    there = Known.objects.all() if reader.sees_all else Known.objects.filter(region=reader.actor.region)
    known = list(there.values_list("kind", "region", "number", "name"))
    names = PersonalText.objects.names(name for kind, _, _, name in known if kind == Known.Kind.PERSON)
    people = {
        (region, number): names[name].name
        for kind, region, number, name in known
        if kind == Known.Kind.PERSON and name in names
    }
    sheets = {number: name for kind, _, number, name in known if kind == Known.Kind.SHEET}
    return figures(reader, first, last, people=people, sheets=sheets)


def _presets() -> list[Preset]:
    today = datetime.now(UTC).date()
    return [Preset(f"{days} days", today - timedelta(days=days - 1), today) for days in (7, 30, 90, 365)]
