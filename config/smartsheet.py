"""Which of Smartsheet's regions this deployment signs people in to, and with which registration of the app in each.

`SMARTSHEET_REGIONS=com,eu` names several; the first is the default, to which variables without a suffix apply.
Each of the others has its own, such as SMARTSHEET_CLIENT_ID_EU: regions share no people, apps or tokens.
"""

from typing import TypedDict
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.environment import DEBUG, env, names

# https://developers.smartsheet.com/api/smartsheet/introduction
REGION_HOSTS = {
    "com": ("https://api.smartsheet.com/2.0", "https://app.smartsheet.com/b/authorize"),
    "eu": ("https://api.smartsheet.eu/2.0", "https://app.smartsheet.eu/b/authorize"),
    "au": ("https://api.smartsheet.au/2.0", "https://app.smartsheet.au/b/authorize"),
    "gov": ("https://api.smartsheetgov.com/2.0", "https://app.smartsheetgov.com/b/authorize"),
    "sandbox": ("http://127.0.0.1:8001/2.0", "http://127.0.0.1:8001/b/authorize"),
}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
USE = "use com, eu, au or gov, or leave it out for the sandbox"

_one: str = env.str("SMARTSHEET_REGION", default="sandbox")
names("SMARTSHEET_REGION", default=["sandbox"], among=set(REGION_HOSTS), advice=USE)
REGION_NAMES = names("SMARTSHEET_REGIONS", default=[_one], among=set(REGION_HOSTS), advice=USE)
IS_DEMO = DEBUG and REGION_NAMES == ["sandbox"]
DEMO_SEAL_KEY = "DrlvkvqW6n3846oD1Sx2ueHLfE3NHIml+dwP1JzucT8="  # known to everybody, so it proves nothing


class RegionSettings(TypedDict):
    """One region, as identity.regions.Region takes it."""

    api_base: str
    authorize_url: str
    client_id: str
    client_secret: str
    client_auth: str
    scopes: tuple[str, ...]


def secret(name: str, *, demo: str) -> str:
    """The secret from the environment; the demo's well-known one only while this is the demo."""
    value: str = env.str(name, default="")
    if not value and not IS_DEMO:
        raise ImproperlyConfigured(f"{name} is not set: it is needed outside the demo (DEBUG off or real Smartsheet).")
    return value or demo


def regions(scopes: tuple[str, ...]) -> dict[str, RegionSettings]:
    """Every region of this deployment by name, the default first."""
    return {name: _region(name, scopes) for name in REGION_NAMES}


def _region(name: str, scopes: tuple[str, ...]) -> RegionSettings:
    api_base, authorize_url = REGION_HOSTS[name]
    return {
        "api_base": _address(name, "SMARTSHEET_API_BASE", api_base),
        "authorize_url": _address(name, "SMARTSHEET_AUTHORIZE_URL", authorize_url),
        "client_id": secret(_variable(name, "SMARTSHEET_CLIENT_ID"), demo="byline-demo"),
        "client_secret": secret(_variable(name, "SMARTSHEET_CLIENT_SECRET"), demo="byline-demo-secret"),
        "client_auth": _client_auth(name),
        "scopes": scopes,
    }


def _variable(region: str, name: str) -> str:
    """The variable that speaks of this region: with its name behind, or without for the default region."""
    own = f"{name}_{region.upper()}"
    return own if own in env.ENVIRON or region != REGION_NAMES[0] else name


def _client_auth(region: str) -> str:
    variable = _variable(region, "SMARTSHEET_CLIENT_AUTH")
    chosen: str = env.str(variable, default="hash")
    if chosen not in {"hash", "secret"}:
        raise ImproperlyConfigured(f"{variable} is {chosen!r}: use hash or secret.")
    return chosen


def _address(region: str, name: str, usual: str) -> str:
    """The region's address or another one: on this machine, or on a host that is expressly trusted with tokens."""
    variable = _variable(region, name)
    url: str = env.str(variable, default=usual).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return url
    trusted = LOOPBACK | {urlsplit(usual).hostname, *env.list("SMARTSHEET_TRUSTED_HOSTS", default=[])}
    if parts.scheme != "https" or parts.hostname not in trusted:
        raise ImproperlyConfigured(
            f"{variable} must be an https address of a host in SMARTSHEET_TRUSTED_HOSTS, since tokens go there"
            f" (http only on 127.0.0.1), not {url!r}."
        )
    return url
