"""What every template knows of the person, and of the ways to sign in."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest

from identity import regions
from identity.profiles import readers
from identity.profiles.profile import Profile
from identity.profiles.readers import Reader
from identity.regions import Region
from identity.sessions import notices


def smartsheet_user(request: HttpRequest) -> dict[str, Profile | None]:
    """`smartsheet_user`: None before sign-in, the profile after."""
    return {"smartsheet_user": getattr(request, "smartsheet_user", None)}


def sign_in_regions(request: HttpRequest) -> dict[str, list[Region]]:
    """`sign_in_regions`: where a sign-in button can lead. Whoever is signed in can renew that in their own region."""
    person = getattr(request, "smartsheet_user", None)
    everywhere = regions.regions()
    own = [one for one in everywhere if person and one.name == person.region]
    return {"sign_in_regions": own or everywhere}


def written_for(_request: HttpRequest) -> dict[str, Reader]:
    """`written_for`: in whose time zone and format the page is written."""
    return {"written_for": readers.current()}


def session_notice(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """`session_notice`: why this browser was signed out. Only the page that shows it uses it up."""
    return {"session_notice": partial(notices.take_notice, request)}
