"""Who calls."""

from __future__ import annotations

from django.http import HttpResponse
from django.middleware.csrf import get_token
from ninja import Router
from typing_extensions import TypedDict

from api.callers import ApiRequest, BrowserSession
from api.encoding import IdText, respond
from api.operations import failing

router = Router(tags=["me"], auth=[BrowserSession()])


class Me(TypedDict):
    """The person in whose name requests are made. `region` and `id` together identify them.

    `csrf_token` is for the header X-CSRFToken.
    """

    id: IdText
    region: str
    name: str
    email: str
    locale: str | None
    time_zone: str | None
    csrf_token: str | None


@router.get("/me", response={200: Me, **failing()}, operation_id="readMe", summary="Read Who Calls")
def read_me(request: ApiRequest) -> HttpResponse:
    """Say who calls, from the stored profile. It never asks Smartsheet."""
    profile = request.auth.profile
    answer: Me = {
        "id": str(profile.id),
        "region": profile.region,
        "name": profile.name,
        "email": profile.email,
        "locale": profile.data.get("locale"),
        "time_zone": profile.data.get("timeZone"),
        "csrf_token": get_token(request),
    }
    return respond(answer)
