"""The rules of the token endpoint. https://developers.smartsheet.com/api/smartsheet/openapi/tokens"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.model.event_bus import Event
from sandbox.model.state import App, State, Token


def exchange(
    state: State, parameters: Mapping[str, str], *, seconds: int, allow_hash_and_secret: bool = False
) -> dict[str, Any]:
    """Return the answer to a token request with a code or a refresh token. The access token is valid for this many
    seconds.

    A request with both a hash and the client's secret is refused, unless `allow_hash_and_secret` is true. If it is
    true, only the secret is checked.

    Raises ApiError (1067-1073, 1132, 1236-1238) if the request isn't valid.
    """
    if allow_hash_and_secret and parameters.get("client_secret"):
        parameters = {name: value for name, value in parameters.items() if name != "hash"}
    grant_type = _required(parameters, "grant_type")
    if grant_type not in ("authorization_code", "refresh_token"):
        raise ApiError(1068)
    app = state.apps.get(_required(parameters, "client_id"))
    if app is None:
        raise ApiError(1067)
    if grant_type == "authorization_code":
        return _answer(_by_code(state, app, parameters, seconds), seconds)
    return _answer(_by_refresh_token(state, app, parameters, seconds), seconds)


def revoke(state: State, token: Token, *, all_of_client: bool) -> None:
    """Revoke a token. With `all_of_client`, revoke all tokens that the same person gave to the same client."""
    for other in [each for each in state.tokens.values() if not each.is_dead]:
        same_client = other.person_id == token.person_id and other.client_id == token.client_id
        if other is token or (all_of_client and same_client and token.client_id is not None):
            other.revoked = True
            _announce(state, other, "revoke", tokenUserId=other.person_id)


def _by_code(state: State, app: App, parameters: Mapping[str, str], seconds: int) -> Token:
    code = _required(parameters, "code")
    _authenticate(app, code, parameters)
    grant = state.grants.get(code)
    if grant is None or grant.used or grant.client_id != app.client_id:
        raise ApiError(1071)
    if grant.expires_at <= now():
        raise ApiError(1069)
    grant.used = True
    token = state.issue(client_id=app.client_id, person_id=grant.person_id, scopes=grant.scopes, seconds=seconds)
    _announce(state, token, "authorize", accessScopes=grant.scopes, appClientId=app.client_id, appName=app.name)
    return token


def _by_refresh_token(state: State, app: App, parameters: Mapping[str, str], seconds: int) -> Token:
    refresh = _required(parameters, "refresh_token")
    _authenticate(app, refresh, parameters)
    old = state.token_by_refresh(refresh)
    if old is None or old.replaced or old.client_id != app.client_id:
        raise ApiError(1071)
    if old.revoked:
        raise ApiError(1132)
    old.replaced = True
    scopes = old.scopes or []
    token = state.issue(client_id=app.client_id, person_id=old.person_id, scopes=scopes, seconds=seconds)
    _announce(state, token, "refresh")
    return token


def _announce(state: State, token: Token, change: str, **details: Any) -> None:
    """Announce a change of a token, for Event Reporting. The id in the event is made from a digest of the token."""
    number = int(hashlib.sha256(token.access.encode()).hexdigest()[:13], 16)
    state.announce(Event("access_token", change, number, token.person_id, details=details))


def _authenticate(app: App, credential: str, parameters: Mapping[str, str]) -> None:
    """Check the client's secret in the request. If the request has a hash instead, check that it was made from the
    secret and the `credential` (the code or the refresh token).

    Raises ApiError 1236 if the request has neither a secret nor a hash, 1237 if it has both, 1238 if the secret is
    wrong, 1072 if the hash is wrong, and 1073 if the redirect URL isn't the app's.
    """
    secret, digest = parameters.get("client_secret"), parameters.get("hash")
    if secret and digest:
        raise ApiError(1237)
    if not secret and not digest:
        raise ApiError(1236)
    if secret and not hmac.compare_digest(secret.encode(), app.client_secret.encode()):
        raise ApiError(1238)
    expected = hashlib.sha256(f"{app.client_secret}|{credential}".encode()).hexdigest()
    if digest and not hmac.compare_digest(digest.encode(), expected.encode()):
        raise ApiError(1072)
    redirect = parameters.get("redirect_url") or parameters.get("redirect_uri")
    if redirect and redirect != app.redirect_url:
        raise ApiError(1073)


def _required(parameters: Mapping[str, str], name: str) -> str:
    if not parameters.get(name):
        raise ApiError(1070, name)
    return parameters[name]


def _answer(token: Token, seconds: int) -> dict[str, Any]:
    return {
        "access_token": token.access,
        "token_type": "bearer",
        "refresh_token": token.refresh,
        "expires_in": seconds,
    }
