"""The Content-Security-Policy that Byline's pages need.

The directive `form-action` matters most. Browsers also apply it to redirects after a form is sent. The Connect button
sends a form, and the answer redirects to Smartsheet. So if `form-action` allows only 'self', the button does nothing.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from identity import regions

Policy = Mapping[str, Sequence[str]]
NEEDED = {
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self'",
}


def policy_of_settings() -> Policy:
    """Return the directives of the Content-Security-Policy in the settings of Django 6, django-csp 4 or django-csp 3.
    If the settings have no policy, return an empty dict.
    """
    of_version_4: dict[str, Any] = getattr(settings, "CONTENT_SECURITY_POLICY", None) or {}
    found: dict[str, Any] = getattr(settings, "SECURE_CSP", None) or of_version_4.get("DIRECTIVES", {})
    if found:
        return {name: _sources(value) for name, value in found.items()}
    names = ("default-src", "form-action", *NEEDED)
    old = {name: getattr(settings, f"CSP_{name.upper().replace('-', '_')}", None) for name in names}
    return {name: _sources(value) for name, value in old.items() if value is not None}


def policy_of_header(header: str) -> Policy:
    """Return the directives of a Content-Security-Policy header."""
    parts = [part.split() for part in header.split(";")]
    return {part[0].lower(): part[1:] for part in parts if part}


def missing(policy: Policy) -> Iterator[str]:
    """Yield the directives and sources that the policy lacks, such as "form-action https://app.smartsheet.com"."""
    for origin in blocked_origins(policy):
        yield f"form-action {origin}"
    for directive, source in NEEDED.items():
        sources = policy.get(directive, policy.get("default-src"))
        if sources is not None and not _allows(sources, source) and not _serves_static_files(sources, source):
            yield f"{directive} {source}"


def origins() -> list[str]:
    """Return the origins to which the Connect buttons redirect browsers, such as "https://app.smartsheet.com"."""
    return sorted({_origin(region.authorize_url) for region in regions.regions()})


def blocked_origins(policy: Policy) -> list[str]:
    """Return the items of origins() to which browsers refuse to redirect, because of this policy."""
    allowed = policy.get("form-action")  # if it is missing, browsers don't use default-src instead
    return [] if allowed is None else [one for one in origins() if not _allows(allowed, one)]


def _allows(sources: Iterable[str], wanted: str) -> bool:
    """Whether one of the sources allows `wanted`, which is an origin or the keyword 'self'."""
    parts = urlsplit(wanted)
    for source in sources:
        host = source.removeprefix(f"{parts.scheme}://")
        is_subdomain = host.startswith("*.") and parts.netloc.endswith(host[1:])
        if source == wanted or (parts.netloc and (source in {"*", f"{parts.scheme}:"} or host == parts.netloc)):
            return True
        if parts.netloc and is_subdomain:
            return True
    return wanted == "'self'" and "*" in sources


def _serves_static_files(sources: Iterable[str], wanted: str) -> bool:
    """Whether `wanted` is 'self', but the site's static files come from another origin, and the sources allow that
    origin.
    """
    origin = _origin(settings.STATIC_URL or "")
    return wanted == "'self'" and origin != "://" and _allows(sources, origin)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _sources(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [str(one) for one in value] if isinstance(value, list | tuple | set | frozenset) else []
