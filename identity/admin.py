"""People, the history of their names, and their roles. Tokens are shown to nobody."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from identity import roles
from identity.models import SmartsheetUser
from identity.roles import BAR_PEOPLE, Role, RoleName
from identity.signals import CannotRecord, activation_changed


class AdminWithHistory(SimpleHistoryAdmin):  # type: ignore[misc] # django-simple-history ships no types
    """A history that leads to no Django users, as its actors are Smartsheet's numbers, and puts nothing back."""

    def save_model(self, _request: HttpRequest, obj: Model, _form: object, _change: bool) -> None:
        """Without naming the Django user as the one who did it: identity.profiles.history knows the person."""
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
        """Without its button, the page would still put an old version back when posted to."""
        if request.method != "GET":
            raise PermissionDenied
        response: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return response


class HistoryToLookAt(AdminWithHistory):
    """What is there is not changed here, though it may be made and deleted."""

    def has_change_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False


@admin.register(SmartsheetUser)
class SmartsheetUserAdmin(HistoryToLookAt):
    """Everything about a person is Smartsheet's word, but for whether they may use this app."""

    list_display = ["name", "email", "region", "smartsheet_id", "role_names", "may_sign_in", "fetched_at"]
    list_filter = ["region", "user__is_active", "given_roles__name"]
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
        """Whoever may bar people; deleting them instead would lose who they were."""
        return request.user.has_perm(BAR_PEOPLE)

    @admin.display(description="roles")
    def role_names(self, person: SmartsheetUser) -> str:
        """All of them; those by settings are taken away there, not here."""
        fixed = roles.by_settings(person.as_profile())
        return ", ".join(
            f"{RoleName(name).label} (by settings)" if name in fixed else RoleName(name).label
            for name in sorted(person.roles)
        )

    @admin.display(description="may sign in", boolean=True)
    def may_sign_in(self, person: SmartsheetUser) -> bool:
        return person.user.is_active

    @admin.action(description="Bar the selected people from this app", permissions=["bar"])
    def bar(self, request: HttpRequest, people: QuerySet[SmartsheetUser]) -> None:
        others = people.exclude(user=request.user.pk)
        if len(others) < len(people):
            self.message_user(request, "You cannot bar yourself.", messages.WARNING)
        self._set_active(request, others, is_active=False)

    @admin.action(description="Let the selected people in again", permissions=["bar"])
    def let_in_again(self, request: HttpRequest, people: QuerySet[SmartsheetUser]) -> None:
        self._set_active(request, people, is_active=True)

    def _set_active(self, request: HttpRequest, people: QuerySet[SmartsheetUser], *, is_active: bool) -> None:
        """In one transaction with what is recorded of it: both happen, or neither."""
        changed = list(people.filter(user__is_active=not is_active).select_related("user"))
        try:
            with transaction.atomic():
                for person in changed:
                    person.user.is_active = is_active
                    person.user.save(update_fields=["is_active"])
                    activation_changed.send(SmartsheetUser, person=person, is_active=is_active, by=request.user)
        except CannotRecord:
            self.message_user(request, "The audit log could not be written, so nothing was changed.", messages.ERROR)
            return
        what = "may use this app again" if is_active else "barred from this app, from now on"
        self.message_user(request, f"{len(changed)} {'person' if len(changed) == 1 else 'people'} {what}.")


class RoleForm(ModelForm):  # type: ignore[type-arg] # only the stubs take it
    """Who gets which role."""

    def clean(self) -> dict[str, Any]:
        """Refuse a role that the person has by settings: it could not be taken away here."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        person, name = cleaned.get("person"), cleaned.get("name")
        if person and name in roles.by_settings(person.as_profile()):
            self.add_error("name", f"{person.name} has this role by settings already.")
        return cleaned


@admin.register(Role)
class RoleAdmin(HistoryToLookAt):
    """Roles that were given here, to give and to take away. Those by settings stand with the people."""

    form = RoleForm
    list_display = ["name", "person"]
    list_filter = ["name"]
    list_select_related = ["person"]
    search_fields = ["person__first_name", "person__last_name", "person__email"]
    autocomplete_fields = ["person"]
