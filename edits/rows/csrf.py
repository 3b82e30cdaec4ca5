"""A row form that was open across a sign-in: its token against forgery is good no more, what was typed is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.csrf import csrf_failure

from edits.widgets import drafts

ROW_FORMS = {"edits:edit_row", "edits:add_row"}


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: saves nothing, but opens a row form anew with what its author had typed.

    That is done only for a form whose browser says (Origin) that it stood on a page of this app: what another site
    sends is shown to nobody. Everything else gets the page 403_csrf.html.
    """
    match = request.resolver_match
    if match is None or match.view_name not in ROW_FORMS or not _is_from_here(request):
        return csrf_failure(request, reason)
    drafts.keep(request)
    return HttpResponseRedirect(request.path)


def _is_from_here(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
