"""The front page, and the page for errors."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.defaults import server_error as djangos_server_error

from audit.grouping import Edit, edits_of
from audit.models import Entry
from config.middleware import database_away, is_database_away
from edits import features
from edits.sheets import opened_sheets
from edits.sheets.openable_sheets import openable_sheets
from identity.profiles.profile import Profile
from identity.regions import default_region

LATEST = 5  # changes that the home page shows


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Signed out: what this app does, and the button to sign in. Signed in: the person's sheets and latest changes."""
    profile: Profile | None = getattr(request, "smartsheet_user", None)
    if profile is None:
        asks_to_write = features.WRITE in default_region().scopes
        return render(request, "front.html", {"next": request.GET.get("next", ""), "asks_to_write": asks_to_write})
    openable_sheets(request.user)  # a thread asks for them, so that they are known when the log is opened
    return render(request, "home.html", {"sheets": opened_sheets.of(request), "edits": _latest_edits(profile)})


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500. It says so if the cause is that the database is away: pages of other errors need it too."""
    if is_database_away(sys.exc_info()[1]):
        return database_away(request)
    return djangos_server_error(request)


def _latest_edits(profile: Profile) -> list[Edit]:
    """What the person changed last, with the outcomes."""
    own = Entry.objects.intents().heads().by_actor(profile.id, region=profile.region)
    return edits_of(list(own.newest_first()[:LATEST]), is_whole=True)
