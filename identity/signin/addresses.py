"""Finds the view of an address of this site. The login and the system checks use it."""

from django.urls import Resolver404, ResolverMatch, get_script_prefix, resolve


def match_of(path: str) -> ResolverMatch:
    """Return the view at `path`, the path of a URL of this site. Raises Resolver404 if there is no view.

    A site can be served under a prefix (FORCE_SCRIPT_NAME or SCRIPT_NAME). The URL patterns don't have this prefix, so
    this function removes it from `path`.
    """
    prefix = get_script_prefix()
    if not path.startswith(prefix):
        raise Resolver404({"path": path})
    return resolve(f"/{path.removeprefix(prefix)}")
