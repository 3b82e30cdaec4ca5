"""What every template knows of the person, and of the ways to sign in."""

from django.http import HttpRequest

from identity import regions
from identity.profiles import Profile
from identity.regions import Region


def smartsheet_user(request: HttpRequest) -> dict[str, Profile | None]:
    """`smartsheet_user`: None before sign-in, the profile after."""
    return {"smartsheet_user": getattr(request, "smartsheet_user", None)}


def sign_in_regions(request: HttpRequest) -> dict[str, list[Region]]:
    """`sign_in_regions`: where a sign-in button can lead. Whoever is signed in can renew that in their own region."""
    person = getattr(request, "smartsheet_user", None)
    everywhere = regions.regions()
    own = [one for one in everywhere if person and one.name == person.region]
    return {"sign_in_regions": own or everywhere}
