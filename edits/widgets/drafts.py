"""What a person typed before they had to sign in (again), kept in their session until the form is open again.

It outlives the end of that session, so each draft says whose it is: `author`, a hidden field of the form. Signing in as
somebody else ends a session that has not ended yet, and the drafts with it; of one that has, nothing is shown to them.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase, QueryDict

from edits.sheets.held_values import text_of
from edits.widgets.posted import LINK, OTHER, is_same, remembered
from identity.profiles.profile import Profile
from identity.sessions.store import OUTLIVES

P = ParamSpec("P")

KEY = f"{OUTLIVES}drafts"
MOST = 5  # the oldest goes
LARGEST = 5 * 2**19  # characters: anybody at all can send a form
INITIAL = "initial-"  # how Django calls the hidden field that remembers what a field showed
SHOWN = "shown-"  # the hidden field with the cell's JSON
NOT_TYPED = ("csrfmiddlewaretoken", "snapshot", "once")


def keep(request: HttpRequest) -> None:
    """Remember the form that was sent to this address."""
    drafts = request.session.get(KEY, {})
    drafts.pop(request.path, None)
    draft = _changed(typed(request.POST)).urlencode()
    if len(draft) <= LARGEST:
        drafts[request.path] = draft
    request.session[KEY] = dict(list(drafts.items())[-MOST:])


def take(request: HttpRequest) -> QueryDict | None:
    """What this very person had typed at this address, which is then forgotten; None if nothing was kept."""
    drafts = request.session.get(KEY, {})
    if request.path not in drafts:
        return None
    draft = QueryDict(drafts.pop(request.path))
    request.session[KEY] = drafts
    return draft if draft.get("author") == author(request) else None


def typed(data: QueryDict) -> QueryDict:
    """What a form says beside the keys that were made for it."""
    rest = data.copy()
    for name in NOT_TYPED:
        rest.pop(name, None)
    return rest


def _changed(data: QueryDict) -> QueryDict:
    """The same without the texts that are as they were shown: opened anew, the form has them from the row."""
    for initial in [name for name in data if name.startswith(INITIAL)]:
        name = initial.removeprefix(INITIAL)
        texts = remembered(str(data[initial]))
        beside = [f"{OTHER}{name}", f"{LINK}{name}"]
        typed = [text_of(text) for one in (name, *beside) for text in data.getlist(one)]
        if is_same(typed, texts):
            for one in (name, initial, f"{SHOWN}{name}", *beside):
                data.pop(one, None)
        elif data.get(f"{SHOWN}{name}") == json.dumps("".join(texts), ensure_ascii=False):  # the same text twice
            del data[f"{SHOWN}{name}"]
    return data


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
