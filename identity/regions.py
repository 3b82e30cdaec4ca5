"""Smartsheet's regions: islands with people, sheets, app registrations and tokens of their own."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings


class UnknownRegion(LookupError):
    """The deployment is not configured for this region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One region and this app's registration there.

    `api_base` has no trailing slash. `client_auth` says how the app proves itself to the token endpoint:
    "hash" (SHA-256 over the secret and the code) or "secret" (the secret itself).
    https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/oauth
    """

    name: str
    api_base: str
    authorize_url: str
    client_id: str
    client_secret: str = field(repr=False)
    client_auth: str
    scopes: tuple[str, ...]

    @property
    def token_url(self) -> str:
        return f"{self.api_base}/token"

    @property
    def profile_url(self) -> str:
        return f"{self.api_base}/users/me"


def region(name: str) -> Region:
    """The region of this name; raises UnknownRegion."""
    configured: dict[str, dict[str, Any]] = settings.SMARTSHEET_REGIONS
    if name not in configured:
        raise UnknownRegion(name)
    return Region(name=name, **configured[name])


def default_region() -> Region:
    """The region that signing in goes to when nobody chose another."""
    return region(settings.SMARTSHEET_DEFAULT_REGION)
