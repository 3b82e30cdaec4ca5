"""Who is signed in, for a front end. docs/identity-me.md is its documentation."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from identity.middleware import SmartsheetRequest
from identity.profiles import cross_origin


@cross_origin.readable
@never_cache
@require_http_methods(["GET", "HEAD", "OPTIONS"])
def me(request: SmartsheetRequest) -> HttpResponse:
    """{"user": null}, or {"user": {…}}: the cached profile with name, region and ids as text too (id_str)."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
    person = request.smartsheet_user
    return JsonResponse({"user": person.as_json() if person else None})
