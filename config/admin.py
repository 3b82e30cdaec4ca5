"""The admin site, open to administrators who signed in with Smartsheet."""

from django.contrib import admin
from django.http import HttpRequest

from identity.roles import USE_ADMIN


class ProjectAdminSite(admin.AdminSite):
    """Lets in Django's staff, who have a password, and administrators, by a role that is looked up each time."""

    site_header = site_title = "Byline"
    index_title = "Administration"
    login_template = "admin/sign_in.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) or request.user.has_perm(USE_ADMIN)
