"""GET /identity/me describes the signed-in person to a front end. docs/identity-me.md documents it."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from identity.middleware import SmartsheetRequest
from identity.profiles import cross_origin


@csrf_exempt  # it only reads; without this, a POST without a token would be answered 403, not 405
@cross_origin.readable
@never_cache
@require_http_methods(["GET", "HEAD", "OPTIONS"])
def me(request: SmartsheetRequest) -> HttpResponse:
    """Return {"user": {…}} with the stored profile, its `name` and `region`, and each id also as a text. Return
    {"user": null} if no one is connected.
    """
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
    person = request.smartsheet_user
    return JsonResponse({"user": person.as_json() if person else None})
