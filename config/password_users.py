"""This project's users who sign in to the admin with a password. The log records their sign-ins, and changes of these
users.

The admin's page for these users doesn't list people who sign in with Smartsheet. Otherwise an administrator could make
such a person a superuser, or deactivate them, without an entry in the log. identity.admin lists these people, and roles
give them their rights. In the admin, no one can edit groups or permissions of single users.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.dispatch import receiver
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from audit.recording import Change, NotRecorded, nobody, note
from audit.vocabulary import Action, Origin, Phase
from edits.log_hooks.actors import actor_of_user, subject_of
from edits.log_hooks.refusals import Counted, note_or_count

logger = logging.getLogger(__name__)

RIGHTS = ("is_active", "is_staff", "is_superuser")

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class PasswordUserAdmin(UserAdmin):  # type: ignore[type-arg] # only the stubs accept an argument
    """The admin page for users with a password. Users can't be deleted, because the log has their names. Deactivate
    users who leave.
    """

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
        """Save the user and write an entry, in one transaction. Raises NotRecorded if the log can't be written."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            _note(request, obj, what="changed" if change else "created", changes=_changes_of_rights(obj, form))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Change the password and write an entry, in one transaction. Raises NotRecorded if the log can't be
        written.
        """
        with transaction.atomic():
            answer: HttpResponse = super().user_change_password(request, id, form_url)
            if answer.status_code == 302:
                _note(request, User.objects.get(pk=id), what="password changed", changes=[])
        return answer


@receiver(user_logged_in)
def note_sign_in(user: User, **_more: object) -> None:
    """Record a sign-in with a password. If the log can't be written, NotRecorded is raised and prevents the sign-in.
    config.admin then shows the reason.
    """
    if not hasattr(user, "smartsheet"):
        note(actor=actor_of_user(user), action=Action.SIGN_IN, origin=Origin.ADMIN, subject=subject_of(user))


@receiver(user_login_failed)
def note_wrong_password(credentials: Mapping[str, Any], **_more: object) -> None:
    """Record a wrong password. The user name isn't recorded, because people sometimes type their password as the
    name.
    """
    if "username" in credentials:
        with _logging_errors():
            refusal = "The user name or the password is wrong."
            note_or_count(Counted.PASSWORD, actor=nobody(), phase=Phase.REFUSED, reason=refusal)


@receiver(user_logged_out)
def note_sign_out(user: User | None, **_more: object) -> None:
    if user is not None and not hasattr(user, "smartsheet"):
        with _logging_errors():
            note(actor=actor_of_user(user), action=Action.SIGN_OUT, origin=Origin.ADMIN, subject=subject_of(user))


@contextmanager
def _logging_errors() -> Iterator[None]:
    """Log the errors of the block instead of raising them. Use this to record what has already happened or was already
    refused, because raising an error couldn't change that.
    """
    try:
        yield
    except (NotRecorded, DatabaseError):
        logger.exception("An event could not be recorded in the audit log.")


def _changes_of_rights(user: User, form: ModelForm[User]) -> list[Change]:
    return [
        Change(None, subject_of(user), None, name, form.initial.get(name), getattr(user, name))
        for name in RIGHTS
        if name in form.changed_data
    ]


def _note(request: HttpRequest, user: User, *, what: str, changes: list[Change]) -> None:
    by: Any = request.user
    note(
        actor=actor_of_user(by),
        action=Action.RECORD,
        origin=Origin.ADMIN,
        subject=subject_of(user),
        changes=changes,
        message=what,
    )
