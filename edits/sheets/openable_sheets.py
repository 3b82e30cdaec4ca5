"""Finds the sheets that a person can open in Smartsheet. A thread asks Smartsheet, so that pages don't wait.

Smartsheet's answer stays in Django's cache for a few minutes. The answer is used for all browsers of the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from threading import Thread

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from edits.conf import settings
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import GatewayError, SignInAgain
from edits.sheets.optional_cache import cache

FRESH = 60  # seconds until Smartsheet is asked again
KNOWN = 300  # seconds that an answer is used, even after FRESH, when Smartsheet is asked for a newer answer
AWAY = 10  # seconds until Smartsheet is asked again after it gave no answer
ANSWERED = "answered"


class Unknown(StrEnum):
    """The reason why it isn't known which sheets a person can open."""

    BEING_ASKED = "being asked"
    NO_ANSWER = "no answer"
    SIGN_IN_AGAIN = "sign in again"


def openable_sheets(user: AbstractBaseUser | AnonymousUser, *, is_waiting: bool = False) -> frozenset[int] | Unknown:
    """Return the ids of the sheets that the user can open, or the reason why these sheets aren't known. If Smartsheet's
    last answer is more than a minute old, a thread asks again.

    If the sheets aren't known and `is_waiting` is true, this function asks Smartsheet without a thread, and waits at
    most SMARTSHEET_DEADLINE seconds for the answer. It doesn't ask if Smartsheet failed to answer less than AWAY
    seconds ago.
    """
    store = _Store(user)
    is_due = store.begin()
    if is_waiting and store.known() is None and (is_due or store.why_unknown() is Unknown.BEING_ASKED):
        return _ask(store, user)
    if is_due:
        _ask_in_thread(store, user)
    known = store.known()
    return store.why_unknown() if known is None else known


def note(user: AbstractBaseUser | AnonymousUser, sheet_ids: Iterable[int]) -> None:
    """Store the ids of the sheets that Smartsheet has just listed for this person."""
    _Store(user).keep(frozenset(sheet_ids))


class _Store:
    """The cache's two entries for one person. The first has the known sheets. The second has the result of the last
    request, and expires when the next request is due.
    """

    def __init__(self, user: AbstractBaseUser | AnonymousUser) -> None:
        self._sheets = f"openable_sheets:{user.pk}"
        self._question = f"openable_sheets:{user.pk}:question"

    def known(self) -> frozenset[int] | None:
        sheet_ids: frozenset[int] | None = cache.get(self._sheets)
        return sheet_ids

    def why_unknown(self) -> Unknown:
        found = cache.get(self._question)
        return found if isinstance(found, Unknown) else Unknown.BEING_ASKED

    def begin(self) -> bool:
        """Return True if the caller must ask Smartsheet now. Other callers then get False until the next request is
        due.
        """
        if cache.get(self._question) == ANSWERED and self.known() is None:  # the cache was full and dropped the sheets
            cache.delete(self._question)
        return cache.add(self._question, Unknown.BEING_ASKED, settings.SMARTSHEET_DEADLINE)

    def keep(self, sheet_ids: frozenset[int]) -> None:
        cache.set(self._sheets, sheet_ids, KNOWN)
        cache.set(self._question, ANSWERED, FRESH)

    def keep_error(self, error: GatewayError) -> Unknown:
        why = Unknown.SIGN_IN_AGAIN if isinstance(error, SignInAgain) else Unknown.NO_ANSWER
        if why is Unknown.SIGN_IN_AGAIN:
            cache.delete(self._sheets)
        cache.set(self._question, why, AWAY)
        return why


def _ask(
    store: _Store, user: AbstractBaseUser | AnonymousUser, gateway: Gateway | None = None
) -> frozenset[int] | Unknown:
    """Ask Smartsheet, and store its answer.
    https://developers.smartsheet.com/api/smartsheet/openapi/sheets/list-sheets
    """
    try:
        sheet_ids = frozenset(sheet["id"] for sheet in (gateway or gateway_for(user)).sheets())
    except GatewayError as error:
        return store.keep_error(error)
    store.keep(sheet_ids)
    return sheet_ids


def _ask_in_thread(store: _Store, user: AbstractBaseUser | AnonymousUser) -> None:
    """Ask Smartsheet in a thread. The token is read before the thread starts, so that the thread needs no database
    connection.
    """
    try:
        gateway = gateway_for(user, is_waiting=False)
    except GatewayError as error:
        store.keep_error(error)
    else:
        Thread(target=_ask, args=(store, user, gateway), name="openable sheets", daemon=True).start()
