"""What every template can use: the person, the regions to sign in to, the reader's time zone, and notices."""

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
    """`sign_in_regions`: the regions that people can sign in to; for someone who is signed in, only their own."""
    person = getattr(request, "smartsheet_user", None)
    everywhere = regions.regions()
    own = [one for one in everywhere if person and one.name == person.region]
    return {"sign_in_regions": own or everywhere}


def written_for(_request: HttpRequest) -> dict[str, Reader]:
    """`written_for`: the reader, whose time zone and formats the page uses."""
    return {"written_for": readers.current()}


def session_notice(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """`session_notice`: why this browser was signed out. It is shown once."""
    return {"session_notice": partial(notices.take_notice, request)}
