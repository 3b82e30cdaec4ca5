"""What a person typed before they had to sign in (again), kept in their session until the form is open again.

It outlives the end of that session, so each draft says whose it is: `author`, a hidden field of the form. Signing in as
somebody else ends a session that has not ended yet, and the drafts with it; of one that has, nothing is shown to them.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase, QueryDict

from identity.profiles import Profile
from identity.session_store import OUTLIVES

P = ParamSpec("P")

KEY = f"{OUTLIVES}drafts"
MOST = 5  # the oldest goes
NOT_TYPED = ("csrfmiddlewaretoken", "snapshot", "once")


def keep(request: HttpRequest) -> None:
    """Remember the form that was sent to this address."""
    typed = request.POST.copy()
    for name in NOT_TYPED:
        typed.pop(name, None)
    drafts = request.session.get(KEY, {})
    drafts.pop(request.path, None)
    drafts[request.path] = typed.urlencode()
    request.session[KEY] = dict(list(drafts.items())[-MOST:])


def take(request: HttpRequest) -> QueryDict | None:
    """What this very person had typed at this address, which is then forgotten; None if nothing was kept."""
    drafts = request.session.get(KEY, {})
    if request.path not in drafts:
        return None
    typed = QueryDict(drafts.pop(request.path))
    request.session[KEY] = drafts
    return typed if typed.get("author") == author(request) else None


def author(request: HttpRequest) -> str:
    """The person of the request, as the form names them; "" while nobody is signed in."""
    person: Profile | None = getattr(request, "smartsheet_user", None)
    return f"{person.region}:{person.id}" if person else ""


def kept_when_signed_out(
    view: Callable[Concatenate[Any, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Keep a form that arrives from somebody whose session has ended, before the view sends them to sign in."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" and getattr(request, "smartsheet_user", None) is None:
            keep(request)
        return view(request, *args, **kwargs)

    return wrapped
