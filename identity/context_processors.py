"""What every template knows of the person."""

from django.http import HttpRequest

from identity.profiles import Profile


def smartsheet_user(request: HttpRequest) -> dict[str, Profile | None]:
    """`smartsheet_user`: None before sign-in, the profile after."""
    return {"smartsheet_user": getattr(request, "smartsheet_user", None)}
