"""Smartsheet's OAuth 2.0: the consent page, exchanging codes, refreshing and revoking tokens, and reading profiles.

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

# The fields of a token answer that are read, with their types. Other fields are ignored.
TOKEN_TYPES: dict[str, type | tuple[type, ...]] = {
    "access_token": str,
    "token_type": str,
    "refresh_token": str,
    "expires_in": (int, float),
    "scope": str,
}
BEARER = re.compile(r"[\x21-\x7e]+")  # https://datatracker.ietf.org/doc/html/rfc6749#appendix-A.12
PRINTABLE = re.compile(r"[\x20-\x7e]*")  # https://datatracker.ietf.org/doc/html/rfc6749#appendix-A.17
LONGEST_LIFE = 10**9  # seconds; a longer lifetime must be a mistake
SPENT = {1069, 1071, 1132}  # Smartsheet's errorCodes for a code or token that has expired, is invalid, or was revoked
WRONG_HASH = 1072  # errorCode if this app's secret is wrong; Smartsheet misleadingly calls the error invalid_grant
REF_ID = re.compile(r"[\w-]{1,40}")


class OAuthError(Exception):
    """A request to Smartsheet failed. The subclasses say what the caller should do:

    OAuthError
      GrantRefused    the code or token isn't accepted: start a new sign-in; a stored token can't be used any more
      ClientRefused   this app's registration or request isn't accepted: an administrator must correct it
      Unavailable     Smartsheet can't be reached, or doesn't work: try again later
      BadAnswer       the answer isn't as documented: try again; if it happens again, tell an administrator

    The text, the attributes and the cause of an error contain no code, no token and no secret. `step` names the request
    that failed. `status` is the HTTP status, or None if there was no answer. `error_code` and `ref_id` are from
    Smartsheet's answer. If the answer has no such values, `error_code` is None and `ref_id` is "".
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
    """The answer of the token endpoint. `expires_at` is None if Smartsheet didn't say when the token expires. `scope`
    has the scopes, separated by spaces.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime | None
    scope: str


def authorization_url(region: Region, *, state: str) -> str:
    """Return the address of the consent page.

    The address has no `redirect_uri`, because Smartsheet doesn't document this parameter. Smartsheet redirects to the
    one URL that is registered for the app.
    """
    session = OAuth2Session(region.client_id, scope=region.scopes)
    url, _state = session.authorization_url(region.authorize_url, state=state)
    return str(url)


def exchange_code(region: Region, *, code: str, deadline: Deadline) -> tuple[Profile, Grant]:
    """Exchange the code for a token, and read the profile of the token's person, before the deadline.

    Raises OAuthError if one of these steps fails. If Smartsheet has issued the token, but the profile can't be read,
    the token is revoked first, provided that the deadline hasn't passed.
    """
    grant = fetch_token(region, code=code, deadline=deadline)
    try:
        return fetch_profile(region, access_token=grant.access_token, deadline=deadline), grant
    except OAuthError:
        with suppress(OAuthError):
            revoke_token(region, access_token=grant.access_token, deadline=deadline)
        raise


def fetch_token(region: Region, *, code: str, deadline: Deadline) -> Grant:
    """Exchange the code, with exactly one request. Raises OAuthError if that fails.

    No scope is passed to the session. If a scope were passed and Smartsheet granted another scope, the library would
    raise a Warning, although Smartsheet has already issued the token. The returned Grant has the scope of the answer.
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
    """Exchange the refresh token `spent` for a new pair. After this, the old pair doesn't work any more.

    This sends exactly one request, and raises OAuthError if it fails. `scope` is the granted scope, which stays the
    same. https://developers.smartsheet.com/api/smartsheet/openapi/tokens/tokens-getorrefresh
    """
    proof = _proof(region, spent) | {"client_id": region.client_id}
    with _session(region, deadline) as session:
        session.register_compliance_hook("refresh_token_response", _flattened)
        answer = _ask("token", lambda: session.refresh_token(region.token_url, refresh_token=spent, **proof))
    return _grant(answer, asked_scope=scope)


def fetch_profile(region: Region, *, access_token: str, deadline: Deadline) -> Profile:
    """Read the profile of the token's person. Any valid token is enough, whatever its scope is. Raises OAuthError if
    the profile can't be read.

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
    """Revoke the token at Smartsheet. If `is_for_all` is True, revoke all tokens that the person ever gave this app.

    Raises OAuthError if Smartsheet doesn't confirm that the token is revoked.

    https://developers.smartsheet.com/api/smartsheet/openapi/tokens/tokens-delete
    """
    with _session(region, deadline) as session:
        headers = {"Authorization": f"Bearer {access_token}"}
        params = {"deleteAllForApiClient": "true"} if is_for_all else {}
        response = _ask("revocation", lambda: session.delete(region.token_url, headers=headers, params=params))
    _json_object("revocation", response, unauthorized=GrantRefused)


def _session(region: Region, deadline: Deadline) -> OAuth2Session:
    """Return an HTTP session. It follows no redirects, and ignores environment variables that name proxies or
    certificates.
    """
    session = OAuth2Session(region.client_id)
    session.trust_env = False
    session.max_redirects = 0
    for scheme in ("https://", "http://"):
        session.mount(scheme, BoundedAdapter(deadline))
    return session


def _proof(region: Region, code: str) -> dict[str, str]:
    """Return the parameter that authenticates the app: the secret, or a hash of the secret and of `code`. `code` is an
    authorization code or a refresh token.
    """
    if region.client_auth == "secret":
        return {"client_secret": region.client_secret}
    return {"hash": hashlib.sha256(f"{region.client_secret}|{code}".encode()).hexdigest()}


def _ask(step: Step, request: Callable[[], Any]) -> Any:
    """Send a request and return its answer. If a library raises an error, raise an OAuthError instead, because the
    library's error contains tokens.
    """
    try:
        return request()
    except requests.Timeout:
        raise Unavailable(step, "no answer in time") from None
    except requests.RequestException as error:
        raise Unavailable(step, type(error).__name__) from None
    except (OAuth2Error, ValueError) as error:
        raise BadAnswer(step, type(error).__name__) from None


def _flattened(response: requests.Response) -> requests.Response:
    """Check the answer of the token endpoint, and convert the answer to the format that oauthlib expects. oauthlib
    checks neither the status nor the types. In Smartsheet's older documentation, the answer is nested.
    """
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
    """Return the JSON object of a successful answer. For other answers, raise a subclass of OAuthError. `unauthorized`
    is the subclass for 401 and 403.
    """
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
