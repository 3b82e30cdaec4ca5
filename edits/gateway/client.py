"""Calls Smartsheet through its SDK. The gateway sends and returns raw JSON. A write that Smartsheet has perhaps made is
never sent again.

This module uses the SDK's headers, URLs and retry loop, and the SDK's hook for the waits between attempts. It replaces
the SDK's connection (transport.py) and its reading of answers (answers.py). It doesn't use the SDK's models, which lose
data silently and are 50 times slower. errors.py defines the errors.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

import smartsheet.smartsheet as sdk
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from requests import PreparedRequest, Response, Session
from smartsheet.util import fresh_operation

from edits import features
from edits.conf import settings
from edits.features import Feature
from edits.gateway import answers
from edits.gateway.budget import Budget, is_in_request, waiting_since
from edits.gateway.errors import Busy, GatewayError, JsonObject, NotGranted, RateLimited, SignInAgain, Unavailable
from edits.gateway.operations import Operations
from edits.gateway.transport import NoAnswer, Room, exchange, new_session
from identity import capacity
from identity.connections import NotSent
from identity.profiles.profile import Profile
from identity.regions import UnknownRegion, region
from identity.tokens import access_tokens

EXTRA_TRIES = 2
PATIENCE = 4.0  # a failed read is sent again only within this many seconds after its first attempt
NOT_KNOWN = {1002, 1003}  # errorCode: the token is not valid; the token has expired
LEVEL = 2  # with a lower level, Smartsheet sends multi-select columns as text

log = logging.getLogger(__name__)


_is_building: ContextVar[bool] = ContextVar("is_building", default=False)
_sdk_session, _sdk_logging = sdk.pinned_session, sdk.setup_logging


def _session(**options: object) -> Session:
    """Return this app's session while this module makes a client. Other code in this process that uses the SDK gets the
    SDK's own session.
    """
    if not _is_building.get():
        sdk_session: Session = _sdk_session(**options)
        return sdk_session
    session = new_session()
    session.headers["smartsheet-integration-source"] = "APPLICATION,Byline,Byline"
    return session


def _logging() -> None:
    if not _is_building.get():
        _sdk_logging()


# The SDK would build a TLS context (25 ms) for every client, repeat requests, and change other loggers.
sdk.pinned_session = _session
sdk.setup_logging = _logging


class Renew(Protocol):
    """A function that returns the next token after Smartsheet has rejected a token. Raises SignInAgain if the person
    has to sign in again, and Unavailable if there is no valid token now.
    """

    def __call__(self, rejected: str, *, error_code: int | None, seconds: float) -> str: ...


def gateway_for(
    user: AbstractBaseUser | AnonymousUser, *, extra_tries: int = EXTRA_TRIES, is_waiting: bool = True
) -> "Gateway":
    """Return the gateway of a signed-in person for one request to this app.

    All gateways of a request share the time that the setting SMARTSHEET_DEADLINE allows. This time includes refreshing
    the token. In commands and in jobs of the worker, each gateway has the whole time for itself.

    If `is_waiting` is False, the gateway doesn't refresh the token, so its calls need no database. If the token has
    expired, this function then raises Unavailable. If Smartsheet rejects the token, the call raises SignInAgain.

    Raises SignInAgain if the person has to sign in again, and Unavailable if there is no valid token now.
    """
    begun = waiting_since()
    try:
        with _errors_of_tokens():
            stored = access_tokens.stored(user)
        where = region(stored.person.region)
    except UnknownRegion:
        raise SignInAgain(answers.SIGN_IN_AGAIN) from None
    with _errors_of_tokens():
        token = access_tokens.in_use(stored, user, seconds=None if is_waiting else 0)

    def renew(rejected: str, *, error_code: int | None, seconds: float) -> str:
        with _errors_of_tokens():
            return access_tokens.token_instead_of(rejected, user, error_code=error_code, seconds=seconds)

    deadline = settings.SMARTSHEET_DEADLINE - (monotonic() - begun)
    scopes = Scopes(asked=frozenset(where.scopes), granted=frozenset(stored.scope.split()))
    return Gateway(
        region_api_base=where.api_base,
        token=token,
        deadline=deadline,
        renew=renew if is_waiting else None,
        scopes=scopes,
        owner=stored.person.as_profile(),
        extra_tries=extra_tries,
    )


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes that the app asks for in a region (`asked`), and the scopes that a token has (`granted`)."""

    asked: frozenset[str]
    granted: frozenset[str]


def _busy(*, is_own: bool) -> Busy:
    return Busy(answers.PERSON_BUSY if is_own else answers.APP_BUSY, retry_after=capacity.RETRY_AFTER)


@contextmanager
def _errors_of_tokens() -> Iterator[None]:
    try:
        yield
    except access_tokens.NotConnected:
        raise SignInAgain(answers.NOT_CONNECTED) from None
    except access_tokens.SignInAgain:
        raise SignInAgain(answers.SIGN_IN_AGAIN) from None
    except access_tokens.TooManyCalls as error:
        raise _busy(is_own=error.is_own) from None
    except access_tokens.TryLater:
        raise Unavailable(answers.NOT_RENEWED) from None


class Gateway(Operations, sdk.Smartsheet):  # type: ignore[misc]  # the SDK ships no types
    """Calls Smartsheet in the name of one person, for one request of this person.

    `deadline` is the number of seconds that all calls of this gateway together can take. Every method raises
    GatewayError. A write that Smartsheet has perhaps made is never sent again. Ids are Smartsheet's 64-bit numbers.
    Rows and sheets are Smartsheet's JSON objects. `scopes` has the scopes of the token. If `scopes` is None, `require`
    allows everything, and only Smartsheet decides what the person can do. If a read fails but is likely to succeed a
    moment later, it is sent again, at most `extra_tries` times.

    If Smartsheet rejects the token, `renew` returns another token. A rejected read is sent once more, with the new
    token. A rejected write is sent again only if Smartsheet says that the token is not valid (1002) or has expired
    (1003). These answers prove that the write was not made.
    https://developers.smartsheet.com/api/smartsheet/error-codes
    """

    _access_token: str  # the SDK's attribute, which it puts into the headers of each request

    def __init__(
        self,
        *,
        region_api_base: str,
        token: str,
        deadline: float | None = None,
        renew: Renew | None = None,
        scopes: Scopes | None = None,
        owner: Profile | None = None,
        extra_tries: int = EXTRA_TRIES,
    ) -> None:
        if not token or not (token.isascii() and token.isprintable()):
            raise SignInAgain(answers.SIGN_IN_AGAIN)
        self._budget = Budget(settings.SMARTSHEET_DEADLINE if deadline is None else deadline)
        self._renew = renew
        self._scopes = scopes
        self._owner = owner
        mark = _is_building.set(True)
        try:
            super().__init__(
                access_token=token,
                api_base=region_api_base,
                user_agent="Byline",
                max_retry_time=_Patience(self._budget, extra_tries),
            )
        finally:
            _is_building.reset(mark)
        self.errors_as_exceptions()

    @property
    def owner(self) -> Profile:
        """The person whose token this gateway uses. Raises LookupError if the gateway was made without an owner."""
        if self._owner is None:
            raise LookupError("This gateway was made without an owner.")
        return self._owner

    @contextmanager
    def in_progress(self) -> Iterator[None]:
        """Count all calls within the block as one call in progress. If too many calls are in progress, the start of the
        block raises Busy. The calls within the block don't raise it.
        """
        person = f"{self._owner.region}:{self._owner.id}" if self._owner else ""
        try:
            with capacity.call_in_progress(person):
                yield
        except capacity.Busy as busy:
            raise _busy(is_own=busy.is_own) from None

    def save_begins(self) -> None:
        """In a command or a job, start to count the deadline again, because a long time can pass there between reading
        a sheet and saving. In a request, do nothing.
        """
        if not is_in_request():
            self._budget.restart()

    def before_write(self) -> AbstractContextManager[None]:
        """Return a context manager for reads before a write. If a read within the block takes too long, it fails, so
        that there is time left for the write. Use it only if the write is possible without the read.
        """
        return self._budget.before_write()

    def seconds_to_begin_write(self) -> float:
        """The seconds left in which a write can start."""
        return self._budget.to_begin_write()

    def seconds_to_end_write(self) -> float:
        """The longest time, in seconds, that a write of this gateway can take."""
        return self._budget.to_end_write()

    def why_not(self, feature: Feature) -> str:
        """Return a sentence that says why the person can't use this feature here; "" if they can."""
        if self._scopes is None:
            return ""
        asked, granted = self._scopes.asked, self._scopes.granted
        return features.why_not(feature, offered=settings.BYLINE_FEATURES, asked=asked, granted=granted)

    def require(self, feature: Feature) -> None:
        """Raise NotGranted if the person's token or this deployment doesn't allow this feature. Nothing is sent."""
        if reason := self.why_not(feature):
            raise NotGranted(reason, can_be_granted=features.can_be_granted(reason))

    def __getattr__(self, name: str) -> Any:
        """Raise AttributeError, because the gateway has nothing with this name. The SDK's own method would import the
        SDK's module with this name.
        """
        raise AttributeError(f"the gateway has no {name}")

    def _read(self, operation: str, path: str, **query: object) -> JsonObject:
        self.with_change_agent(None)
        url = f"{path}?{urlencode({'level': LEVEL} | query, safe=',')}"
        try:
            return self._call(operation, "GET", url)
        except SignInAgain as rejection:
            self._take_next_token(rejection)
        return self._call(operation, "GET", url)

    def _write(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        body: Sequence[Mapping[str, Any]] | None = None,
        edit_id: UUID | None,
    ) -> JsonObject:
        # orjson would write NaN as null, which clears the cell.
        sent = None if body is None else json.dumps(body, allow_nan=False).encode()
        self.with_change_agent("Byline" if edit_id is None else f"Byline {edit_id}")
        try:
            return self._call(operation, method, path, sent)
        except SignInAgain as rejection:
            if rejection.error_code not in NOT_KNOWN:
                raise
            self._take_next_token(rejection)
        return self._call(operation, method, path, sent)

    def _take_next_token(self, rejection: SignInAgain) -> None:
        """Replace the rejected token with the next one. If there is no `renew`, raise `rejection` instead."""
        if self._renew is None:
            raise rejection
        seconds = self._budget.for_read() / 2
        self._access_token = self._renew(self._access_token, error_code=rejection.error_code, seconds=seconds)

    def _call(self, name: str, method: str, path: str, body: bytes | None = None) -> JsonObject:
        headers = {} if body is None else {"Content-Type": "application/json"}
        operation = fresh_operation(name) | {"method": method, "path": path, "headers": headers, "form_data": body}
        with self.in_progress():
            result = self.request_with_retry(self.prepare_request(operation), operation)
        if isinstance(result, _Failure):
            # Raised outside of any except clause, so that the error doesn't refer to the request and its token.
            raise result.error
        content: JsonObject = result
        return content

    def _request(self, prepped_request: PreparedRequest, operation: JsonObject) -> "JsonObject | _Failure":
        """Send one request for the SDK's retry loop. Return the answer's JSON object or the failure. Never raises."""
        is_write = prepped_request.method != "GET"
        seconds = self._budget.for_write() if is_write else self._budget.for_read()
        if not seconds:
            return _Failure(Unavailable(answers.TOO_LATE if is_write else answers.NO_ANSWER), should_retry=False)
        begun = monotonic()
        with Room(operation["id"]) as room:
            try:
                answer = exchange(self._session, prepped_request, seconds=seconds, room=room)
            except (NotSent, NoAnswer) as error:
                log.warning("%s %s: %r", prepped_request.method, operation["id"], error)
                return _Failure(answers.no_answer(error, is_write=is_write), should_retry=not is_write)
            self._log_request(operation, SimpleNamespace(status=answer.status, seconds=monotonic() - begun))
            content = answers.read(answer, is_write=is_write)
        if isinstance(content, GatewayError):
            return _Failure(content, should_retry=not is_write and answers.may_pass(content))
        return content

    def _log_request(self, operation: JsonObject, response: SimpleNamespace) -> None:
        """Log a request without bodies and headers. The SDK's own method would log bodies, which can contain tokens and
        what people wrote.
        """
        log.info("%s %s: %d in %.3f s", operation["method"], operation["id"], response.status, response.seconds)


class PlainClient(sdk.Smartsheet):  # type: ignore[misc]  # the SDK ships no types
    """The SDK's own client, with the SDK's models. It uses this app's session, and never sends a failed call again."""

    def __init__(self, *, region_api_base: str, token: str, session: Session) -> None:
        mark = _is_building.set(True)
        try:
            super().__init__(access_token=token, api_base=region_api_base, user_agent="Byline", max_retry_time=0)
        finally:
            _is_building.reset(mark)
        self._session = session
        self.errors_as_exceptions()

    def _log_request(self, operation: JsonObject, response: Response) -> None:
        """Log a request without the answer. The SDK's own method would also log answers that report errors. Such
        answers can quote what people wrote.
        """
        log.info("%s %s: %d", operation["method"], operation["path"], response.status_code)


class _Failure(sdk.OperationErrorResult):  # type: ignore[misc]  # the SDK ships no types
    """A failed request, as the SDK's retry loop expects it."""

    def __init__(self, error: GatewayError, *, should_retry: bool) -> None:
        self.error = error
        self.should_retry = should_retry
        self.status_code = error.error_code

    def native(self, _expected: str) -> SimpleNamespace:
        return SimpleNamespace(result=self)


class _Patience(sdk.AbstractUserCalcBackoff):  # type: ignore[misc]  # the SDK ships no types
    """Tells the SDK's retry loop how long to wait before it sends a failed read again. A negative number stops the
    loop.
    """

    def __init__(self, budget: Budget, extra_tries: int) -> None:
        self._budget = budget
        self._extra_tries = extra_tries

    def calc_backoff(self, previous_attempts: int, total_elapsed_time: float, error_result: _Failure) -> float:
        """Return the seconds to wait before the read is sent again; -1 if it shouldn't be sent again. If Smartsheet
        says how long to wait, return that time. Otherwise the first wait is half a second, and the second wait is one
        second.
        """
        asked = error_result.error.retry_after if isinstance(error_result.error, RateLimited) else None
        wait = 2.0 ** (previous_attempts - 2) if asked is None else asked
        is_worth_it = total_elapsed_time + wait <= PATIENCE and wait < self._budget.for_read()
        return wait if previous_attempts <= self._extra_tries and is_worth_it else -1.0
