"""Finds the token and the person of a request, and checks what the token allows.

https://developers.smartsheet.com/api/smartsheet/guides/basics/authentication
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from sandbox.clock import elapsed, now
from sandbox.errors import ApiError
from sandbox.http.routing import JSON_TYPE, Operation
from sandbox.model.state import Person, State, Token


def token_in(state: State, headers: Mapping[str, str]) -> Token | None:
    """Return the token in the headers, even if it has expired.

    Return None if the headers have no known token, or if the token was replaced or revoked.
    """
    scheme, _, credential = headers.get("Authorization", "").partition(" ")
    token = state.tokens.get(credential.strip()) if scheme.lower() == "bearer" else None
    return token if token and not token.is_dead else None


def authenticate(state: State, headers: Mapping[str, str]) -> Token:
    """Return the token in the headers. Raises ApiError 1002 if the token isn't valid, and 1003 if it has expired. If
    the header `Authorization` is missing, the error is 1004, as in the live API.
    """
    if "Authorization" not in headers:
        raise ApiError(1004)
    token = token_in(state, headers)
    if token is None:
        raise ApiError(1002)
    if token.expires_at and token.expires_at <= now():
        raise ApiError(1003)
    return token


def authorize(operation: Operation, token: Token) -> None:
    """Raise ApiError 1004 if the token doesn't have the operation's scope."""
    if operation.scope and token.scopes is not None and operation.scope not in token.scopes:
        raise ApiError(1004)


def media_type(operation: Operation, headers: Mapping[str, str]) -> str:
    """Return the media type of the answer. If the header `Accept` allows JSON, the type is JSON.

    If `Accept` doesn't allow JSON, the type is one that `Accept` allows and that the operation can produce. Raises
    ApiError 1052 if there is no such type.
    """
    accept = headers.get("Accept", "*/*")
    if operation.is_open or any(kind in accept for kind in ("*/*", "application/*", JSON_TYPE)):
        return JSON_TYPE
    wanted = next((kind for kind in operation.media_types if kind in accept), None)
    if wanted is None:
        raise ApiError(1052)
    return wanted


def acting_person(state: State, token: Token, headers: Mapping[str, str]) -> Person:
    """Return the person who makes the request. This is the token's owner, or the person that a system admin names in
    the header `Assume-User`.

    Raises ApiError 1030 if the request has the header, but its token isn't a system admin's personal token. Also raises
    ApiError 1030 if the named person doesn't exist, isn't active, or is a system admin. Raises ApiError 1002 if the
    token's owner is deactivated. We don't know which error Smartsheet sends in this case.
    """
    person = state.people[token.person_id]
    if not person.is_active:
        raise ApiError(1002)
    if "Assume-User" not in headers:
        return person
    assumed = state.person_by_email(unquote(headers["Assume-User"]))
    if not person.is_admin or token.client_id or assumed is None or assumed.is_admin or not assumed.is_active:
        raise ApiError(1030)
    return assumed


WINDOW_SECONDS = 60.0


class RateLimit:
    """Counts each token's requests per minute. A heavy request counts as `heavy_cost` requests.

    If `per_minute` is 0, there is no limit.
    """

    def __init__(self, per_minute: int, heavy_cost: int) -> None:
        self.per_minute, self.heavy_cost = per_minute, max(1, heavy_cost)
        self._windows: dict[str, tuple[float, int]] = {}

    def spend(self, token: str, *, is_heavy: bool) -> None:
        """Count a request. Raises ApiError 4003 if the token has reached its limit of requests per minute."""
        if not self.per_minute:
            return
        cost = self.heavy_cost if is_heavy else 1
        started, used = self._windows.get(token, (0.0, 0))
        if not 0 <= elapsed() - started < WINDOW_SECONDS or not used:
            started, used = elapsed(), 0
        if used + cost > self.per_minute:
            raise ApiError(4003)
        self._windows[token] = (started, used + cost)

    def reset(self) -> None:
        """Clear all counts."""
        self._windows.clear()
