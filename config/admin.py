"""The admin site. Administrators who signed in with Smartsheet can open it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import unquote

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from audit.recording import NotRecorded
from identity.roles import USE_ADMIN
from identity.signin import failure_pages, failures

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class ProjectAdminSite(admin.AdminSite):
    """Admits Django's staff users, who have a password, and people with the role administrator. A person's roles are
    looked up at each request.
    """

    site_header = site_title = "Byline"
    index_title = "Administration"
    login_template = "admin/sign_in.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) or request.user.has_perm(USE_ADMIN)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Return the view with a check that runs first. If the query string has a NUL character, which PostgreSQL
        doesn't accept, the check redirects to the page without the query string.
        """
        shown = super().admin_view(view, cacheable)

        @wraps(shown)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if "\0" in unquote(request.META["QUERY_STRING"]):
                return HttpResponseRedirect(request.path)
            return shown(request, *args, **kwargs)

        return cast("View", answer)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the page for signing in with a password, or sign the user in. If the log can't be written, answer 503,
        and don't change the session.
        """
        try:
            return super().login(request, extra_context)
        except NotRecorded:
            return failure_pages.page(request, failures.NOT_RECORDED)
