"""People and the history of their names, to look at. Tokens are shown to nobody."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from identity.models import SmartsheetUser


@admin.register(SmartsheetUser)
class SmartsheetUserAdmin(SimpleHistoryAdmin):  # type: ignore[misc] # django-simple-history ships no types
    list_display = ["name", "email", "region", "smartsheet_id", "fetched_at"]
    list_filter = ["region"]
    search_fields = ["first_name", "last_name", "email", "=smartsheet_id"]

    readonly_fields = ["user", "region", "smartsheet_id", "email", "first_name", "last_name", "profile", "fetched_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SmartsheetUser | None = None) -> bool:
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Without links to Django users: the actors of the history are Smartsheet's numbers."""
        response: HttpResponse = super().history_view(
            request, object_id, {**(extra_context or {}), "admin_user_view": ""}
        )
        return response

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """To look at only: without its button, the page would still put an old version back when posted to."""
        if request.method != "GET":
            raise PermissionDenied
        response: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return response
