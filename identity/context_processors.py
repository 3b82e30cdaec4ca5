"""The template variables for the pages of Byline's apps. A site's own templates can use them too."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest

from identity import regions
from identity.conf import settings
from identity.profiles import readers
from identity.profiles.profile import Profile
from identity.regions import Region
from identity.sessions import notices
from identity.signin import csp, ways


def smartsheet(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """Return functions that templates call by name. A page that calls none of them doesn't read the session.

    - `smartsheet_user`: the profile of the connected person, or None for everyone else.
    - `smartsheet_way`: what a person who isn't connected has to do: "connect", "sign in", or "log in" to the site.
    - `smartsheet_regions`: the regions to choose from. A connected person can choose only their own region.
    - `smartsheet_origins`: the origins to which the Connect buttons redirect browsers.
    - `smartsheet_blocked`: those of `smartsheet_origins` that are blocked by the settings' Content-Security-Policy.
    - `written_for`: the reader of the page. The page uses the reader's time zone and formats.
    - `session_notice`: a sentence that says why this browser was signed out. Only the first call returns the sentence.
      Later calls return "". All calls return "" if the browser wasn't signed out.
    """
    return {
        "smartsheet_user": partial(_person, request),
        "smartsheet_way": partial(_way, request),
        "smartsheet_regions": partial(_regions, request),
        "smartsheet_origins": csp.origins,
        "smartsheet_blocked": _blocked,
        "written_for": readers.current,
        "session_notice": partial(notices.take_notice, request),
    }


def _person(request: HttpRequest) -> Profile | None:
    person: Profile | None = getattr(request, "smartsheet_user", None)
    return person


def _way(request: HttpRequest) -> str:
    is_of_the_site = request.user.is_authenticated and not ways.is_signed_in_with_smartsheet(request.session)
    if is_of_the_site and settings.BYLINE_CONNECT:
        return "connect"
    return "sign in" if ways.is_sign_in_offered() else "log in"


def _regions(request: HttpRequest) -> list[Region]:
    person = _person(request)
    everywhere = regions.regions()
    return [one for one in everywhere if person and one.name == person.region] or everywhere


def _blocked() -> list[str]:
    return csp.blocked_origins(csp.policy_of_settings())
