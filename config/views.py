"""The front page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from edits import features
from identity.regions import default_region


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Signed out: what this is and the button to sign in. Signed in: who you are and where to go."""
    asks_to_write = features.WRITE in default_region().scopes
    return render(request, "home.html", {"next": request.GET.get("next", ""), "asks_to_write": asks_to_write})
