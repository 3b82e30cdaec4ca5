"""The front page and the home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.grouping import Edit, edits_of
from audit.models import Entry
from edits import features
from edits.grid import opened_sheets
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
    return render(request, "home.html", {"sheets": opened_sheets.of(request), "edits": _latest_edits(profile)})


def _latest_edits(profile: Profile) -> list[Edit]:
    """What the person changed last, with the outcomes."""
    own = Entry.objects.intents().heads().by_actor(profile.id, region=profile.region)
    return edits_of(list(own.newest_first()[:LATEST]), is_whole=True)
