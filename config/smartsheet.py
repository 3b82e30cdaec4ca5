"""The Smartsheet regions of this deployment, and this app's registration in each region.

`SMARTSHEET_REGIONS=com,eu` names two regions. The first one is the default, and variables without a suffix apply to it.
Each other region has its own variables, such as SMARTSHEET_CLIENT_ID_EU, because people, apps and tokens belong to one
region.
"""

from typing import TypedDict
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.environment import DEBUG, env, names
from identity.regions import HOSTS, LOOPBACK

USE = "use com, eu, au or gov, or leave it out for the sandbox"

_one: str = env.str("SMARTSHEET_REGION", default="sandbox")
names("SMARTSHEET_REGION", default=["sandbox"], among=set(HOSTS), advice=USE)
REGION_NAMES = names("SMARTSHEET_REGIONS", default=[_one], among=set(HOSTS), advice=USE)
IS_DEMO = DEBUG and REGION_NAMES == ["sandbox"]
DEMO_SEAL_KEY = "DrlvkvqW6n3846oD1Sx2ueHLfE3NHIml+dwP1JzucT8="  # this key is public, so its seals prove nothing


class RegionSettings(TypedDict):
    """A region's settings. The keys are fields of identity.regions.Region."""

    api_base: str
    authorize_url: str
    client_id: str
    client_secret: str
    client_auth: str
    scopes: tuple[str, ...]


def secret(name: str, *, demo: str) -> str:
    """Read a secret from the environment. Only the demo has a default, which everyone knows."""
    value: str = env.str(name, default="")
    if not value and not IS_DEMO:
        raise ImproperlyConfigured(f"{name} is not set. It is needed if DEBUG is off or real Smartsheet is used.")
    return value or demo


def regions(scopes: tuple[str, ...]) -> dict[str, RegionSettings]:
    """Return the regions of this deployment by name. The default region comes first."""
    return {name: _region(name, scopes) for name in REGION_NAMES}


def _region(name: str, scopes: tuple[str, ...]) -> RegionSettings:
    api_base, authorize_url = HOSTS[name]
    return {
        "api_base": _address(name, "SMARTSHEET_API_BASE", api_base),
        "authorize_url": _address(name, "SMARTSHEET_AUTHORIZE_URL", authorize_url),
        "client_id": secret(_variable(name, "SMARTSHEET_CLIENT_ID"), demo="byline-demo"),
        "client_secret": secret(_variable(name, "SMARTSHEET_CLIENT_SECRET"), demo="byline-demo-secret"),
        "client_auth": _client_auth(name),
        "scopes": scopes,
    }


def _variable(region: str, name: str) -> str:
    """Return the name of the variable for this region. The name ends with the region, as in SMARTSHEET_CLIENT_ID_EU. If
    the region is the default region and this variable isn't set, return the name without the ending.
    """
    own = f"{name}_{region.upper()}"
    return own if own in env.ENVIRON or region != REGION_NAMES[0] else name


def _client_auth(region: str) -> str:
    variable = _variable(region, "SMARTSHEET_CLIENT_AUTH")
    chosen: str = env.str(variable, default="hash")
    if chosen not in {"hash", "secret"}:
        raise ImproperlyConfigured(f"{variable} is {chosen!r}: use hash or secret.")
    return chosen


def _address(region: str, name: str, usual: str) -> str:
    """Return the region's address: `usual`, or the address that the environment sets. Tokens are sent to this address.
    So it must be on the usual host, on this machine, or on a host in SMARTSHEET_TRUSTED_HOSTS.
    """
    variable = _variable(region, name)
    url: str = env.str(variable, default=usual).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return url
    trusted = LOOPBACK | {urlsplit(usual).hostname, *env.list("SMARTSHEET_TRUSTED_HOSTS", default=[])}
    if parts.scheme != "https" or parts.hostname not in trusted:
        raise ImproperlyConfigured(
            f"{variable} must be an https address of a host in SMARTSHEET_TRUSTED_HOSTS, because tokens are sent"
            f" to it. Only an address on 127.0.0.1 can begin with http. The variable has {url!r}."
        )
    return url
