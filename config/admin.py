"""The admin site, open to administrators who signed in with Smartsheet."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from audit.recording import NotRecorded
from identity import failure_pages, failures
from identity.roles import USE_ADMIN


class ProjectAdminSite(admin.AdminSite):
    """Lets in Django's staff, who have a password, and administrators, by a role that is looked up each time."""

    site_header = site_title = "Byline"
    index_title = "Administration"
    login_template = "admin/sign_in.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) or request.user.has_perm(USE_ADMIN)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With a password; not where the audit log cannot be written, since a 503 leaves the session as it was."""
        try:
            return super().login(request, extra_context)
        except NotRecorded:
            return failure_pages.page(request, failures.NOT_RECORDED)
