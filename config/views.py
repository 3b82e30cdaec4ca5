"""The front page and the error page."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.defaults import server_error as djangos_server_error

from config.home import home_of
from config.middleware import database_away, is_database_away
from edits import features
from identity.profiles.profile import Profile
from identity.regions import default_region


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page. People who aren't signed in see what this app does, and the button to sign in. A signed-in person
    sees their sheets, edits that need attention, and the latest changes.
    """
    profile: Profile | None = getattr(request, "smartsheet_user", None)
    if profile is None:
        asks_to_write = features.WRITE in default_region().scopes
        return render(request, "front.html", {"next": request.GET.get("next", ""), "asks_to_write": asks_to_write})
    return render(request, "home.html", {"home": home_of(request, profile)})


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for an error in a view. If the database doesn't answer, this is the 503 page."""
    if is_database_away(sys.exc_info()[1]):
        return database_away(request)
    return djangos_server_error(request)
