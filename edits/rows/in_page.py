"""Handles a row form on a page of a site. The form is sent to this app, which saves it and redirects to the site's
page.

The result (the typed values, a problem, or what was saved) stays in the session until the tag `smartsheet_row_form`
shows it once. So the site's page needs no code for the result, and reloading the page sends nothing again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from edits.rows.pages import row_page
from edits.saving import Result
from edits.widgets import drafts
from edits.widgets.pages import ALREADY_DONE, problem_page
from edits.widgets.problems import NOT_NOTED, Problem
from edits.widgets.row_form import ConflictInWords, RowForm
from identity.middleware import SmartsheetRequest
from identity.signin.views import own_url

logger = logging.getLogger(__name__)

KEY = "edits.in_page"  # under this key, a session has the results of forms, by sheet and row
MOST = 5  # the most results in a session; the oldest is dropped
LARGEST = 5 * 2**19  # the most characters of a result
LARGEST_IN_COOKIE = 2_000  # the most characters if a cookie (up to 4,096 bytes) has the whole session
LEFT_OUT = ("csrfmiddlewaretoken", "once", "next")


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent, and its result. If something was saved, `edit` is the id of the edit in the log."""

    author: str
    data: str = ""
    problem: Problem | None = None
    errors: Mapping[str, list[str]] | None = None
    conflicts: Mapping[str, ConflictInWords] | None = None
    text: str = ""
    edit: str = ""

    @classmethod
    def of(cls, form: RowForm, problem: Problem | None, *, author: str) -> Self:
        """Return the result of a form that was not saved."""
        found = {name: [error["message"] for error in errors] for name, errors in form.errors.get_json_data().items()}
        return cls(author, _typed(form.data), problem, found, form.conflicts())

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        problem = Problem(**stored["problem"]) if stored["problem"] else None
        conflicts = {name: _conflict(one) for name, one in (stored["conflicts"] or {}).items()}
        return cls(**{**stored, "problem": problem, "conflicts": conflicts})

    def to_json(self) -> dict[str, Any]:
        stored = asdict(self)
        for conflict in (stored["conflicts"] or {}).values():
            conflict["at"] = conflict["at"].isoformat() if conflict["at"] else None
        return stored

    @property
    def query(self) -> QueryDict | None:
        """Return the typed values. After a save, return None, because the form then shows the current row."""
        return QueryDict(self.data) if self.data else None


@dataclass(frozen=True, slots=True)
class BackToPage:
    """Answers a form with a redirect to the page that the form is on."""

    request: SmartsheetRequest
    next_url: str
    sheet_id: int
    row_id: int

    def again(self, form: RowForm, problem: Problem | None = None, *, status: int = 200) -> HttpResponse:
        """Redirect to the site's page, which shows the problem. If the session can't store what was typed, answer with
        this app's page of the form.
        """
        sent = Sent.of(form, problem, author=drafts.author(self.request))
        return self._back(sent) or row_page(self.request, form, problem, status=status)

    def unread(self, problem: Problem) -> HttpResponse | None:
        """Redirect to the site's page, which shows why the sheet couldn't be read. If the session can't store what was
        typed, return None instead.
        """
        return self._back(Sent(drafts.author(self.request), _typed(self.request.POST), problem))

    def saved(self, result: Result, *, text: str) -> HttpResponse:
        """Redirect to the site's page, which shows a message about what was done."""
        if not result.is_logged:  # without the database, the session can't store a message
            return problem_page(self.request, NOT_NOTED, sheet_id=self.sheet_id)
        edit = "" if result.is_repeat or not result.edit_ids else str(result.edit_ids[0])
        text = ALREADY_DONE if result.is_repeat else text
        self._back(Sent(drafts.author(self.request), text=text, edit=edit))
        return HttpResponseRedirect(self.next_url)

    def _back(self, sent: Sent) -> HttpResponse | None:
        is_kept = keep(self.request, sent, sheet_id=self.sheet_id, row_id=self.row_id)
        return HttpResponseRedirect(self.next_url) if is_kept else None


def page_of(request: HttpRequest, sheet_id: int, row_id: int) -> str:
    """Return the address of the page that the form is on. If that page doesn't belong to this site, return the address
    of this app's page of the row.
    """
    own_page = reverse("edits:edit_row", args=[sheet_id, row_id])
    return own_url(request, request.POST.get("next", ""), otherwise=own_page)


def keep_typed(request: HttpRequest, sheet_id: int, row_id: int) -> bool:
    """Store the sent form of a person who must log in, or connect their Smartsheet account, before the form can be
    saved. If the whole form is too large, store only what the person changed. Return False if the session can't store
    that either.
    """
    author, changed = request.POST.get("author", ""), drafts.changed(drafts.typed(request.POST))
    forms = (Sent(author, _typed(data)) for data in (request.POST, changed))
    return any(keep(request, sent, sheet_id=sheet_id, row_id=row_id) for sent in forms)


def keep(request: HttpRequest, sent: Sent, *, sheet_id: int, row_id: int) -> bool:
    """Store the form and its result in the session, for the next page that shows this row. Return False if the session
    can't store it.
    """
    is_cookie = settings.SESSION_ENGINE.endswith(".signed_cookies")
    stored = sent.to_json()
    if len(str(stored)) > (LARGEST_IN_COOKIE if is_cookie else LARGEST):
        return False
    others = {} if is_cookie else request.session.get(KEY, {})
    others.pop(_place(sheet_id, row_id), None)
    request.session[KEY] = dict([*others.items(), (_place(sheet_id, row_id), stored)][-MOST:])
    try:
        request.session.save()  # saved now, because the redirect depends on whether this succeeds
    except (DatabaseError, UpdateError) as error:
        logger.warning("A session couldn't be stored: %s", type(error).__name__)
        request.session.modified = False
        return False
    return True


def take(request: HttpRequest, *, sheet_id: int, row_id: int) -> Sent | None:
    """Return the stored result of a form for this row, and delete it from the session. Return None if there is none, or
    if another person sent the form.
    """
    kept = request.session.get(KEY, {})
    if _place(sheet_id, row_id) not in kept:
        return None
    sent = Sent.from_json(kept.pop(_place(sheet_id, row_id)))
    request.session[KEY] = kept
    return sent if sent.author == drafts.author(request) else None


def _typed(data: QueryDict) -> str:
    rest = data.copy()
    for name in LEFT_OUT:
        rest.pop(name, None)
    return rest.urlencode()


def _place(sheet_id: int, row_id: int) -> str:
    return f"{sheet_id}:{row_id}"


def _conflict(stored: Mapping[str, Any]) -> ConflictInWords:
    at = datetime.fromisoformat(stored["at"]) if stored["at"] else None
    return ConflictInWords(**{**stored, "at": at})
