"""Smartsheet's regions: islands with people, sheets, app registrations and tokens of their own."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from identity.conf import settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PLACES = {"com": "United States", "eu": "Europe", "au": "Australia", "gov": "US government"}
DOMAINS = {"com": "smartsheet.com", "eu": "smartsheet.eu", "au": "smartsheet.au", "gov": "smartsheetgov.com"}


class UnknownRegion(LookupError):
    """The deployment is not configured for this region."""


class WrongCallback(Exception):
    """Somebody came back from one region to the callback address of another: its app registration is wrong."""


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
    def label(self) -> str:
        """What people know it by: the address that they open in the browser, and where it is."""
        return f"{DOMAINS[self.name]} ({PLACES[self.name]})" if self.name in DOMAINS else self.name

    @property
    def token_url(self) -> str:
        return f"{self.api_base}/token"

    @property
    def profile_url(self) -> str:
        return f"{self.api_base}/users/me"


def region(name: str) -> Region:
    """The region of this name; raises UnknownRegion."""
    configured: Mapping[str, Any] = settings.SMARTSHEET_REGIONS
    if name not in configured:
        raise UnknownRegion(name)
    return Region(name=name, **configured[name])


def regions() -> list[Region]:
    """All regions that people can sign in to here, the default first."""
    configured: Mapping[str, Any] = settings.SMARTSHEET_REGIONS
    return sorted(map(region, configured), key=lambda one: one.name != settings.SMARTSHEET_DEFAULT_REGION)


def default_region() -> Region:
    """The region that signing in goes to when nobody chose another."""
    return region(settings.SMARTSHEET_DEFAULT_REGION)


def allow_loopback() -> None:
    """Let requests-oauthlib call regions on this machine without https, such as the sandbox: it refuses http."""
    try:
        configured: Mapping[str, Any] = settings.SMARTSHEET_REGIONS
    except ImproperlyConfigured:  # identity.E002 says so
        return
    bases = [urlsplit(str(one.get("api_base", ""))) for one in configured.values() if isinstance(one, Mapping)]
    if any(base.scheme == "http" for base in bases) and all(
        base.scheme == "https" or base.hostname in LOOPBACK for base in bases
    ):
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def require_own_callback(where: Region, *, came_to: str) -> None:
    """Raise WrongCallback unless the region's people may come back to …/callback/<came_to>/ ("": …/callback/)."""
    expected = {where.name, ""} if where == default_region() else {where.name}
    if came_to not in expected:
        raise WrongCallback(
            f"the redirect URL registered in {where.name} must end with /identity/callback/{where.name}/"
        )
