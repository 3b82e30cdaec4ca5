"""What the templates of these apps use, and what those of the site can use: the connected person, and who reads."""

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
from identity.signin import ways


def smartsheet(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """Functions that a template calls by their names. So a page that uses none of them reads no session.

    `smartsheet_user`: the profile of the connected person, None for everyone else.
    `smartsheet_way`: how this person comes to be connected, "connect", "sign in", or "log in" to the site first.
    `smartsheet_regions`: the regions to choose from; for someone who is connected, only their own.
    `written_for`: the reader, whose time zone and formats the page uses.
    `session_notice`: why this browser was signed out. It is shown once.
    """
    return {
        "smartsheet_user": partial(_person, request),
        "smartsheet_way": partial(_way, request),
        "smartsheet_regions": partial(_regions, request),
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
