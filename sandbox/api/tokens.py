"""Tokens. https://developers.smartsheet.com/api/smartsheet/openapi/tokens"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from sandbox.http.routing import Call, operation
from sandbox.model import token_exchange

Json = Any


@operation("tokens-getOrRefresh", "POST", "/token", is_open=True)
def get_or_refresh(call: Call) -> Json:
    """Exchange a code or a refresh token for new tokens. The parameters are in the query or in a form-encoded body."""
    form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    return token_exchange.exchange(
        call.state,
        form | dict(call.query),
        seconds=call.settings.token_seconds,
        allow_hash_and_secret=call.settings.allow_hash_and_secret,
    )


@operation("tokens-delete", "DELETE", "/token")
def delete(call: Call) -> Json:
    """Revoke the token with which the request was sent."""
    token_exchange.revoke(call.state, call.token, all_of_client=call.flag("deleteAllForApiClient"))
    return {"message": "SUCCESS", "resultCode": 0}
