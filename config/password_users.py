"""The admin's own users, who have a password: what is done to them is an entry of the audit log.

People who sign in with Smartsheet are not among them, so that nobody becomes a superuser, or is barred, past the log:
they are in identity.admin, and get their rights by roles. Nor are there groups, or permissions of single users.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from audit.recording import Action, Change, Origin, note
from edits.log_hooks.events import actor_of_user

RIGHTS = ("is_active", "is_staff", "is_superuser")

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class PasswordUserAdmin(UserAdmin):  # type: ignore[type-arg] # only the stubs take it
    """Kept for good, as their names stand in the log: whoever leaves is made inactive."""

    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Personal info", {"fields": ("first_name", "last_name", "email")}),
        ("Permissions", {"fields": RIGHTS}),
        ("Important dates", {"fields": ("last_login", "date_joined")}),
    )
    list_filter = RIGHTS
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(smartsheet=None)

    def has_delete_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """In one transaction with its entry. Raises NotRecorded."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            _note(request, obj, what="changed" if change else "created", changes=_changes_of_rights(obj, form))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """As above."""
        with transaction.atomic():
            answer: HttpResponse = super().user_change_password(request, id, form_url)
            if answer.status_code == 302:
                _note(request, User.objects.get(pk=id), what="password changed", changes=[])
        return answer


def _changes_of_rights(user: User, form: ModelForm[User]) -> list[Change]:
    return [
        Change(None, _subject_of(user), None, name, form.initial.get(name), getattr(user, name))
        for name in RIGHTS
        if name in form.changed_data
    ]


def _note(request: HttpRequest, user: User, *, what: str, changes: list[Change]) -> None:
    by: Any = request.user
    note(
        actor=actor_of_user(by),
        action=Action.RECORD,
        origin=Origin.ADMIN,
        subject=_subject_of(user),
        changes=changes,
        message=what,
    )


def _subject_of(user: User) -> str:
    return f"auth.user/{user.pk}"
