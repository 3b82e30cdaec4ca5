"""The front page and the error page."""

import sys
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.defaults import server_error as djangos_server_error

from audit.grouping import edits_of
from audit.models import Entry
from config.home import home_of
from config.middleware import database_away, is_database_away
from config.models import DismissedEdit
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


@require_POST
def dismiss(request: HttpRequest, edit_id: UUID) -> HttpResponse:
    """Remove one of the person's own edits from the list of edits that need attention."""
    profile: Profile | None = getattr(request, "smartsheet_user", None)
    if profile is None:
        return redirect("home")
    own = Entry.objects.by_actor(profile.id, region=profile.region)
    found = edits_of(list(own.of_edit(edit_id)[:1]), is_whole=True)
    if not found:
        raise Http404
    if found[0].is_certain:
        DismissedEdit.objects.dismiss(profile, edit_id)
        messages.success(request, "The edit is no longer on the list. It stays in the audit log.")
    else:
        messages.warning(request, "The outcome of this edit is not certain yet, so the edit stays on the list.")
    return redirect("home")


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for an error in a view. If the database doesn't answer, this is the 503 page."""
    if is_database_away(sys.exc_info()[1]):
        return database_away(request)
    return djangos_server_error(request)
