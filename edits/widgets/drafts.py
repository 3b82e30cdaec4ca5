"""Stores drafts: forms that were sent when the sender wasn't signed in any more. A draft is kept in the browser's
session until the person has signed in and opens the form again.

Someone else can sign in with the same browser. So each draft has its author, from a hidden field of the form, and is
shown to no one else.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase, QueryDict

from edits.sheets.held_values import text_of
from edits.widgets.posted import LINK, ORDER, OTHER, is_same, remembered
from identity.profiles.profile import Profile
from identity.sessions.store import OUTLIVES

P = ParamSpec("P")

KEY = f"{OUTLIVES}drafts"
MOST = 5  # drafts per session; the oldest is dropped
LARGEST = 5 * 2**19  # the most characters of a draft, because anyone can send a form
INITIAL = "initial-"  # Django's prefix for the hidden field with a field's initial value
SHOWN = "shown-"  # prefix of the hidden field with the cell's JSON
CHOICE = "choice-"  # prefix of the field with the value that the person chose after a conflict
MARK = "keeps_drafts"  # the attribute of decorated views
NOT_TYPED = ("csrfmiddlewaretoken", "snapshot", "once", "keep_draft")


def keep(request: HttpRequest) -> None:
    """Store the form that this request sent, as the draft for the request's address."""
    drafts = request.session.get(KEY, {})
    drafts.pop(request.path, None)
    draft = changed(typed(request.POST)).urlencode()
    if len(draft) <= LARGEST:
        drafts[request.path] = draft
    request.session[KEY] = dict(list(drafts.items())[-MOST:])


def take(request: HttpRequest) -> QueryDict | None:
    """Return and delete this person's draft for this address. Return None if there is none."""
    drafts = request.session.get(KEY, {})
    if request.path not in drafts:
        return None
    draft = QueryDict(drafts.pop(request.path))
    request.session[KEY] = drafts
    return draft if draft.get("author") == author(request) else None


def put_back(request: HttpRequest, draft: QueryDict) -> None:
    """Put a draft that `take` returned back into the session, because the page couldn't show the draft."""
    request.session[KEY] = {**request.session.get(KEY, {}), request.path: draft.urlencode()}


def typed(data: QueryDict) -> QueryDict:
    """Return the form's data without the fields that this app added to it, such as its one-time key."""
    rest = data.copy()
    for name in NOT_TYPED:
        rest.pop(name, None)
    return rest


def changed(data: QueryDict) -> QueryDict:
    """Return the data of a form without the fields whose texts weren't changed. When the form is opened again, these
    unchanged texts come from the row. If the person has chosen a value for a conflict, the data always includes the
    field, even if its text wasn't changed: perhaps the person chose the text that the form showed first.
    """
    for initial in [name for name in data if name.startswith(INITIAL)]:
        name = initial.removeprefix(INITIAL)
        if f"{CHOICE}{name}" in data:
            continue
        texts = remembered(str(data[initial]))
        beside = [f"{OTHER}{name}", f"{LINK}{name}"]
        typed = [text_of(text) for one in (name, *beside) for text in data.getlist(one)]
        if is_same(typed, texts):
            for one in (name, initial, f"{SHOWN}{name}", f"{ORDER}{name}", *beside):
                data.pop(one, None)
        elif data.get(f"{SHOWN}{name}") == json.dumps("".join(texts), ensure_ascii=False):  # same as the initial text
            del data[f"{SHOWN}{name}"]
    return data


def author(request: HttpRequest) -> str:
    """Return the signed-in person as the value of the form's hidden field `author`; "" if no one is signed in."""
    person: Profile | None = getattr(request, "smartsheet_user", None)
    return f"{person.region}:{person.id}" if person else ""


def kept_when_signed_out(
    view: Callable[Concatenate[Any, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Decorate a view that saves a form. If the sender isn't signed in any more, the decorator stores the form as a
    draft. The view then redirects the sender to the sign-in. The view edits.rows.csrf.too_old calls `is_keeping` to
    find out whether another view has this decorator.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" and getattr(request, "smartsheet_user", None) is None:
            keep(request)
        return view(request, *args, **kwargs)

    setattr(wrapped, MARK, True)
    return wrapped


def is_keeping(view: Callable[..., Any]) -> bool:
    """Whether the view has the decorator `kept_when_signed_out`. Decorators around this decorator must use
    functools.wraps.
    """
    return getattr(view, MARK, False)
