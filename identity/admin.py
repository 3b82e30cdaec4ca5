"""The admin's pages for people, for the history of people's names, and for roles. These pages never show a token."""

from typing import Any, Protocol

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from identity import roles
from identity.models import SmartsheetUser
from identity.profiles import account
from identity.roles import BAR_PEOPLE, Role, RoleName
from identity.signals import CannotRecord


class Act(Protocol):
    """The type of the functions account.block and account.unblock."""

    def __call__(self, person: SmartsheetUser, *, by: AbstractBaseUser | AnonymousUser) -> None: ...


class AdminWithHistory(SimpleHistoryAdmin):  # type: ignore[misc] # django-simple-history ships no types
    """An admin page with a read-only history. The history doesn't link to Django users, because it stores the actors'
    Smartsheet ids instead.
    """

    def save_model(self, _request: HttpRequest, obj: Model, _form: object, _change: bool) -> None:
        """Save the row. The inherited method would also pass the Django user to the history, but
        `identity.profiles.history` finds the actor itself.
        """
        obj.save()

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "admin_user_view": ""}
        response: HttpResponse = super().history_view(request, object_id, context)
        return response

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse POST. Without this check, a POST would restore an old version, although the page has no button for
        that.
        """
        if request.method != "GET":
            raise PermissionDenied
        response: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return response


class HistoryToLookAt(AdminWithHistory):
    """An admin page where rows can be added and deleted, but existing rows can't be changed."""

    def has_change_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False


@admin.register(SmartsheetUser)
class SmartsheetUserAdmin(HistoryToLookAt):
    """The admin page for people. Their data comes from Smartsheet, so administrators can only block and unblock
    people.
    """

    list_display = ["name", "email", "region", "smartsheet_id", "role_names", "may_sign_in", "fetched_at"]
    list_filter = ["region", "is_blocked", "given_roles__name"]
    list_select_related = ["user"]
    ordering = ["first_name", "last_name", "email", "pk"]
    search_fields = ["first_name", "last_name", "email", "=smartsheet_id"]
    actions = ["bar", "let_in_again"]
    fields = readonly_fields = [
        "user",
        "region",
        "smartsheet_id",
        "email",
        "first_name",
        "last_name",
        "role_names",
        "may_sign_in",
        "profile",
        "fetched_at",
    ]

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_bar_permission(self, request: HttpRequest) -> bool:
        """Whether the user can block and unblock people in the admin."""
        return request.user.has_perm(BAR_PEOPLE)

    @admin.display(description="roles")
    def role_names(self, person: SmartsheetUser) -> str:
        """The names of all the person's roles. Roles that come from the settings are marked."""
        fixed = roles.by_settings(person.as_profile())
        return ", ".join(
            f"{RoleName(name).label} (from the settings)" if name in fixed else RoleName(name).label
            for name in sorted(person.roles)
        )

    @admin.display(description="may sign in", boolean=True)
    def may_sign_in(self, person: SmartsheetUser) -> bool:
        return person.user.is_active and not person.is_blocked

    @admin.action(description="Block the selected people from using Smartsheet here", permissions=["bar"])
    def bar(self, request: HttpRequest, people: QuerySet[SmartsheetUser]) -> None:
        others = people.exclude(user=request.user.pk)
        if len(others) < len(people):
            self.message_user(request, "You cannot block yourself.", messages.WARNING)
        self._carry_out(request, others.filter(is_blocked=False), account.block)

    @admin.action(description="Unblock the selected people", permissions=["bar"])
    def let_in_again(self, request: HttpRequest, people: QuerySet[SmartsheetUser]) -> None:
        self._carry_out(request, people.filter(is_blocked=True), account.unblock)

    def _carry_out(self, request: HttpRequest, people: QuerySet[SmartsheetUser], act: Act) -> None:
        """Block or unblock these people, in one transaction with the entries in the log."""
        chosen = list(people.select_related("user"))
        try:
            with transaction.atomic():
                for person in chosen:
                    act(person, by=request.user)
        except CannotRecord:
            self.message_user(request, "The audit log could not be written, so nothing was changed.", messages.ERROR)
            return
        what = "blocked from using Smartsheet here" if act is account.block else "may use Smartsheet here again"
        self.message_user(request, f"{len(chosen)} {'person' if len(chosen) == 1 else 'people'} {what}.")


class RoleForm(ModelForm):  # type: ignore[type-arg] # only the stubs accept an argument
    """The form that gives a role to a person."""

    def clean(self) -> dict[str, Any]:
        """Refuse a role that the settings give the person, because the admin couldn't take that role away again."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        person, name = cleaned.get("person"), cleaned.get("name")
        if person and name in roles.by_settings(person.as_profile()):
            self.add_error("name", f"The settings already give {person.name} this role.")
        return cleaned


@admin.register(Role)
class RoleAdmin(HistoryToLookAt):
    """The admin page for the roles that are given in the admin. A person's page also shows the roles from the
    settings.
    """

    form = RoleForm
    list_display = ["name", "person"]
    list_filter = ["name"]
    list_select_related = ["person"]
    search_fields = ["person__first_name", "person__last_name", "person__email"]
    autocomplete_fields = ["person"]
