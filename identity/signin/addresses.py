"""Finds the view of an address of this site. The login and the system checks use it."""

from django.urls import Resolver404, ResolverMatch, get_script_prefix, resolve


def match_of(path: str) -> ResolverMatch:
    """Return the view at `path`, which is the path of a whole address. Raises Resolver404 if there is none.

    Patterns don't have the prefix under which a site can be served (FORCE_SCRIPT_NAME or SCRIPT_NAME).
    """
    prefix = get_script_prefix()
    if not path.startswith(prefix):
        raise Resolver404({"path": path})
    return resolve(f"/{path.removeprefix(prefix)}")
