"""Tells callers who they are."""

from __future__ import annotations

from django.http import HttpResponse
from django.middleware.csrf import get_token
from ninja import Router
from typing_extensions import TypedDict

from api.callers import ApiRequest, anyone_with
from api.encoding import IdText, respond
from api.operations import failing

router = Router(tags=["me"], auth=anyone_with(None))


class TokenInUse(TypedDict):
    """The app token of the request."""

    number: int
    expires_at: str


class Me(TypedDict):
    """The person in whose name requests are made. `region` and `id` together identify the person.

    `scopes` are the caller's permissions. `token` has the number and expiry of the app token. A browser has no app
    token, and gets a `csrf_token` for the header X-CSRFToken.
    """

    id: IdText
    region: str
    name: str
    email: str
    locale: str | None
    time_zone: str | None
    scopes: list[str]
    token: TokenInUse | None
    csrf_token: str | None


@router.get("/me", response={200: Me, **failing()}, operation_id="readMe", summary="Read Who Calls")
def read_me(request: ApiRequest) -> HttpResponse:
    """Return the caller, from the stored profile. This never calls Smartsheet."""
    profile, token = request.auth.profile, request.auth.token
    answer: Me = {
        "id": str(profile.id),
        "region": profile.region,
        "name": profile.name,
        "email": profile.email,
        "locale": profile.data.get("locale"),
        "time_zone": profile.data.get("timeZone"),
        "scopes": list(request.auth.scopes),
        "token": {"number": token.pk, "expires_at": token.expires_at.isoformat()} if token else None,
        "csrf_token": None if token else get_token(request),
    }
    return respond(answer)
