"""Smartsheet's regions. Each has its own people, sheets, app registrations and tokens."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from identity.conf import settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PLACES = {"com": "United States", "eu": "Europe", "au": "Australia", "gov": "US government"}
# https://developers.smartsheet.com/api/smartsheet/introduction
HOSTS = {
    "com": ("https://api.smartsheet.com/2.0", "https://app.smartsheet.com/b/authorize"),
    "eu": ("https://api.smartsheet.eu/2.0", "https://app.smartsheet.eu/b/authorize"),
    "au": ("https://api.smartsheet.au/2.0", "https://app.smartsheet.au/b/authorize"),
    "gov": ("https://api.smartsheetgov.com/2.0", "https://app.smartsheetgov.com/b/authorize"),
    "sandbox": ("http://127.0.0.1:8001/2.0", "http://127.0.0.1:8001/b/authorize"),
}
DOMAINS = {"com": "smartsheet.com", "eu": "smartsheet.eu", "au": "smartsheet.au", "gov": "smartsheetgov.com"}


class UnknownRegion(LookupError):
    """The settings don't have a region with this name."""


class WrongCallback(Exception):
    """Smartsheet redirected a person to the callback address of another region. The reason is a wrong redirect URL in
    this app's registration at Smartsheet.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region, and this app's registration in the region.

    `api_base` has no slash at its end. `client_auth` says how the app authenticates at the token endpoint: with "hash"
    it sends a SHA-256 over the secret and the code, and with "secret" it sends the secret itself.
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
        """The name that people see. For Smartsheet's own regions, this is the domain and the place, such as
        "smartsheet.eu (Europe)". For other regions, it is the region's name.
        """
        return f"{DOMAINS[self.name]} ({PLACES[self.name]})" if self.name in DOMAINS else self.name

    @property
    def token_url(self) -> str:
        return f"{self.api_base}/token"

    @property
    def profile_url(self) -> str:
        return f"{self.api_base}/users/me"


def region(name: str) -> Region:
    """Return the region with this name. Raises UnknownRegion if there is none, and TypeError if its settings are
    incomplete.
    """
    configured: Mapping[str, Any] = settings.SMARTSHEET_REGIONS
    if name not in configured:
        raise UnknownRegion(name)
    return Region(name=name, **{**_usual(name), **configured[name]})


def _usual(name: str) -> dict[str, Any]:
    """Return a region's defaults. The defaults include addresses only for Smartsheet's own regions and for the
    sandbox.
    """
    usual: dict[str, Any] = {"client_auth": "hash", "scopes": tuple(settings.SMARTSHEET_SCOPES)}
    if name in HOSTS:
        usual["api_base"], usual["authorize_url"] = HOSTS[name]
    return usual


def regions() -> list[Region]:
    """Return all regions in which people can sign in to this app. The default region comes first."""
    configured: Mapping[str, Any] = settings.SMARTSHEET_REGIONS
    return sorted(map(region, configured), key=lambda one: one.name != settings.SMARTSHEET_DEFAULT_REGION)


def default_region() -> Region:
    """Return the region that is used if the person doesn't choose one."""
    return region(settings.SMARTSHEET_DEFAULT_REGION)


def allow_loopback() -> None:
    """Let requests-oauthlib use http for regions on this machine, such as the sandbox. Normally it requires https."""
    try:
        configured: Mapping[str, Any] = settings.SMARTSHEET_REGIONS
    except ImproperlyConfigured:  # identity.E002 reports it
        return
    bases = [
        urlsplit(str({**_usual(name), **one}.get("api_base", "")))
        for name, one in configured.items()
        if isinstance(one, Mapping)
    ]
    if any(base.scheme == "http" for base in bases) and all(
        base.scheme == "https" or base.hostname in LOOPBACK for base in bases
    ):
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def require_own_callback(where: Region, *, came_to: str) -> None:
    """Raise WrongCallback if the region `where` redirected a person to the address of another region. A region's
    address is …/callback/<region>/. The default region can also use …/callback/. `came_to` is the last part of the
    address that the person came to, or "" for …/callback/.
    """
    expected = {where.name, ""} if where == default_region() else {where.name}
    if came_to not in expected:
        raise WrongCallback(
            f"the redirect URL registered in {where.name} must end with /identity/callback/{where.name}/"
        )
