"""Smartsheet's OAuth 2.0 over HTTP: where to send a person, and what their code, token and profile are.

https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/oauth
"""

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import requests
from django.utils import timezone
from oauthlib.oauth2 import OAuth2Error
from requests_oauthlib import OAuth2Session

from identity.profiles.profile import Profile, ProfileError
from identity.regions import Region
from identity.transport import BoundedAdapter, Deadline

Step = Literal["token", "profile", "revocation"]

# What is read of a token answer, by the type it must have; anything else in it is left out.
TOKEN_TYPES: dict[str, type | tuple[type, ...]] = {
    "access_token": str,
    "token_type": str,
    "refresh_token": str,
    "expires_in": (int, float),
    "scope": str,
}
BEARER = re.compile(r"[\x21-\x7e]+")  # https://datatracker.ietf.org/doc/html/rfc6749#appendix-A.12
PRINTABLE = re.compile(r"[\x20-\x7e]*")  # https://datatracker.ietf.org/doc/html/rfc6749#appendix-A.17
LONGEST_LIFE = 10**9  # seconds; more is no duration but a mistake
SPENT = {1069, 1071, 1132}  # the code or token has expired, is not valid, was revoked
WRONG_HASH = 1072  # also called invalid_grant, but it is the app's secret that is wrong
REF_ID = re.compile(r"[\w-]{1,40}")


class OAuthError(Exception):
    """Smartsheet did not give what signing in needs. Named by what the caller does next:

    OAuthError
      GrantRefused    the code or token is not accepted: begin a new sign-in; a stored token is of no more use
      ClientRefused   this app's registration or request is refused: an administrator must mend it
      Unavailable     Smartsheet cannot be had just now: try again later, nothing is known to be wrong
      BadAnswer       an answer that is not as documented: try again, and tell an administrator if it stays so

    Catch OAuthError to catch them all. None of them holds a code, a token or a secret: not in its text, its
    attributes or its cause. `step` is the request that failed; `status` its HTTP status, None without an answer;
    `error_code` and `ref_id` are Smartsheet's own, None and "" without.
    https://developers.smartsheet.com/api/smartsheet/error-codes
    """

    def __init__(
        self, step: Step, what: str, *, status: int | None = None, error_code: int | None = None, ref_id: str = ""
    ) -> None:
        super().__init__(step, what)
        self.step = step
        self.what = what
        self.status = status
        self.error_code = error_code
        self.ref_id = ref_id

    def __str__(self) -> str:
        facts = {"HTTP": self.status, "error": self.error_code, "refId": self.ref_id}
        return ", ".join(
            [f"{self.step} request: {self.what}", *(f"{key} {fact}" for key, fact in facts.items() if fact)]
        )


class GrantRefused(OAuthError):
    pass


class ClientRefused(OAuthError):
    pass


class Unavailable(OAuthError):
    pass


class BadAnswer(OAuthError):
    pass


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint granted. `expires_at` is aware, None if Smartsheet did not say; `scope` has spaces."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime | None
    scope: str


def authorization_url(region: Region, *, state: str) -> str:
    """Where Smartsheet asks the person for their consent.

    Smartsheet sends them back to the one URL registered for the app; it documents no redirect_uri.
    """
    session = OAuth2Session(region.client_id, scope=region.scopes)
    url, _state = session.authorization_url(region.authorize_url, state=state)
    return str(url)


def exchange_code(region: Region, *, code: str, deadline: Deadline) -> tuple[Profile, Grant]:
    """Who the code speaks for, and their token, within the deadline; raises OAuthError.

    A token whose owner cannot be learned is handed back as far as time allows: nobody would ever use it.
    """
    grant = fetch_token(region, code=code, deadline=deadline)
    try:
        return fetch_profile(region, access_token=grant.access_token, deadline=deadline), grant
    except OAuthError:
        with suppress(OAuthError):
            revoke_token(region, access_token=grant.access_token, deadline=deadline)
        raise


def fetch_token(region: Region, *, code: str, deadline: Deadline) -> Grant:
    """Exchange the code, in exactly one request; raises OAuthError.

    The session knows no scope on purpose: with one, a grant of another scope raises a Warning after the token was
    issued. The scope is kept with the grant instead.
    https://developers.smartsheet.com/api/smartsheet/openapi/tokens/tokens-getorrefresh
    """
    with _session(region, deadline) as session:
        session.register_compliance_hook("access_token_response", _flattened)
        answer = _ask(
            "token",
            lambda: session.fetch_token(region.token_url, code=code, include_client_id=True, **_proof(region, code)),
        )
    return _grant(answer, asked_scope=" ".join(region.scopes))


def refresh_token(region: Region, *, spent: str, scope: str, deadline: Deadline) -> Grant:
    """The pair that takes the place of the one with the refresh token `spent`, which is of no more use afterwards.

    Exactly one request; raises OAuthError. `scope` is what was granted before: it stays.
    https://developers.smartsheet.com/api/smartsheet/openapi/tokens/tokens-getorrefresh
    """
    proof = _proof(region, spent) | {"client_id": region.client_id}
    with _session(region, deadline) as session:
        session.register_compliance_hook("refresh_token_response", _flattened)
        answer = _ask("token", lambda: session.refresh_token(region.token_url, refresh_token=spent, **proof))
    return _grant(answer, asked_scope=scope)


def fetch_profile(region: Region, *, access_token: str, deadline: Deadline) -> Profile:
    """Whose token this is; any valid token may ask, whatever its scope. Raises OAuthError.

    https://developers.smartsheet.com/api/smartsheet/openapi/users/get-current-user
    """
    with _session(region, deadline) as session:
        headers = {"Authorization": f"Bearer {access_token}"}
        response = _ask("profile", lambda: session.get(region.profile_url, headers=headers))
    try:
        return Profile.parse(region.name, _json_object("profile", response, unauthorized=GrantRefused))
    except ProfileError as error:
        raise BadAnswer("profile", str(error), status=response.status_code) from None


def revoke_token(region: Region, *, access_token: str, deadline: Deadline, is_for_all: bool = False) -> None:
    """End the token at Smartsheet, or all that the person ever gave this app; raises OAuthError.

    https://developers.smartsheet.com/api/smartsheet/openapi/tokens/tokens-delete
    """
    with _session(region, deadline) as session:
        headers = {"Authorization": f"Bearer {access_token}"}
        params = {"deleteAllForApiClient": "true"} if is_for_all else {}
        response = _ask("revocation", lambda: session.delete(region.token_url, headers=headers, params=params))
    _json_object("revocation", response, unauthorized=GrantRefused)


def _session(region: Region, deadline: Deadline) -> OAuth2Session:
    """One that follows no redirect and heeds neither proxies nor certificates of the environment."""
    session = OAuth2Session(region.client_id)
    session.trust_env = False
    session.max_redirects = 0
    for scheme in ("https://", "http://"):
        session.mount(scheme, BoundedAdapter(deadline))
    return session


def _proof(region: Region, code: str) -> dict[str, str]:
    """How the app proves itself: the secret, or a hash that binds it to this code or refresh token."""
    if region.client_auth == "secret":
        return {"client_secret": region.client_secret}
    return {"hash": hashlib.sha256(f"{region.client_secret}|{code}".encode()).hexdigest()}


def _ask(step: Step, request: Callable[[], Any]) -> Any:
    """Its answer; errors of the libraries hold tokens in their frames and texts, so they end here."""
    try:
        return request()
    except requests.Timeout:
        raise Unavailable(step, "no answer in time") from None
    except requests.RequestException as error:
        raise Unavailable(step, type(error).__name__) from None
    except (OAuth2Error, ValueError) as error:
        raise BadAnswer(step, type(error).__name__) from None


def _flattened(response: requests.Response) -> requests.Response:
    """The token answer as oauthlib wants it: it checks neither status nor shape, and older documentation nests it."""
    answer = _json_object("token", response, unauthorized=ClientRefused)
    nested = answer.get("token")
    token = nested if isinstance(nested, dict) else answer
    sound = {key: token[key] for key, kind in TOKEN_TYPES.items() if _is_sound(token.get(key), kind)}
    if not BEARER.fullmatch(sound.get("access_token", "")):
        raise BadAnswer("token", "no access token in the answer", status=response.status_code)
    if not 0 < sound.get("expires_in", 0) <= LONGEST_LIFE:
        sound.pop("expires_in", None)
    response._content = json.dumps(sound).encode()
    return response


def _is_sound(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and (not isinstance(value, str) or bool(PRINTABLE.fullmatch(value)))


def _grant(token: dict[str, Any], *, asked_scope: str) -> Grant:
    seconds = token.get("expires_in")
    return Grant(
        access_token=token["access_token"],
        refresh_token=token.get("refresh_token", ""),
        expires_at=timezone.now() + timedelta(seconds=seconds) if seconds else None,
        scope=" ".join(token.get("scope") or [asked_scope]),
    )


def _json_object(step: Step, response: requests.Response, *, unauthorized: type[OAuthError]) -> dict[str, Any]:
    """The JSON object of an answer that went well; raises OAuthError, `unauthorized` for a 401 or 403."""
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    status = response.status_code
    if not isinstance(answer, dict):
        raise (Unavailable if _is_passing(status) else BadAnswer)(step, "no JSON object", status=status)
    if not response.ok or "error" in answer or "errorCode" in answer:
        code, ref_id = answer.get("errorCode"), REF_ID.fullmatch(str(answer.get("refId")))
        error_code = code if type(code) is int else None
        kind = _kind(status, error_code, answer.get("error"), unauthorized)
        raise kind(step, "refused", status=status, error_code=error_code, ref_id=ref_id.group() if ref_id else "")
    return answer


def _kind(status: int, error_code: int | None, error: object, unauthorized: type[OAuthError]) -> type[OAuthError]:
    if _is_passing(status):
        return Unavailable
    if error_code in SPENT or (error == "invalid_grant" and error_code != WRONG_HASH):
        return GrantRefused
    return unauthorized if status in {401, 403} else ClientRefused


def _is_passing(status: int) -> bool:
    return status == 429 or status >= 500
