"""Handles forms that were open while the person signed in again. The CSRF token of such a form is no longer valid, but
the typed values are kept.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.csrf import csrf_failure

from edits.rows import in_page
from edits.widgets import drafts

IN_PAGE = "edits:save_in_page"


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show the form again with the typed values, and save nothing. Use this view as CSRF_FAILURE_VIEW.

    This works for all views with the decorator drafts.kept_when_signed_out. The form is shown only if the browser's
    Origin header says that the form was on a page of this app. Forms from other sites must not be shown. All other
    requests get the page 403_csrf.html.
    """
    match = request.resolver_match
    if match is None or not _is_from_here(request):
        return csrf_failure(request, reason)
    if match.view_name == IN_PAGE and in_page.keep_typed(request, **match.kwargs):
        return HttpResponseRedirect(in_page.page_of(request, **match.kwargs))
    if drafts.is_keeping(match.func):
        drafts.keep(request)
        return HttpResponseRedirect(request.get_full_path())
    return csrf_failure(request, reason)


def _is_from_here(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
