"""The authentication backends. RolesBackend gives people the permissions of their roles. SmartsheetBackend does the
same, and also signs people in with Smartsheet.
"""

from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, Model, OuterRef, QuerySet
from django.http import HttpRequest

from identity import roles, users
from identity.models import Blocked, SmartsheetUser
from identity.profiles.profile import Profile
from identity.roles import Role
from identity.signin import admission
from identity.signin.oauth import Grant


class RolesBackend(BaseBackend):
    """Gives connected people the permissions of their roles. It is for sites with a login of their own."""

    def get_user_permissions(self, user_obj: AbstractBaseUser | AnonymousUser, obj: Model | None = None) -> set[str]:
        """Return the permissions of the person's roles. Roles give permissions for all objects, and none for a single
        object. So the set is empty if `obj` is given.
        """
        person: SmartsheetUser | None = getattr(user_obj, "smartsheet", None)
        if person is None or person.is_blocked or obj is not None or not user_obj.is_active:
            return set()
        return roles.permissions_of(person.roles)

    def has_module_perms(self, user_obj: AbstractBaseUser | AnonymousUser, app_label: str) -> bool:
        """Whether the user can see any model of the Django app `app_label` in the admin."""
        return any(name.startswith(f"{app_label}.") for name in self.get_user_permissions(user_obj))


class SmartsheetBackend(RolesBackend):
    """Signs people in with Smartsheet."""

    signs_in_with_smartsheet = True

    def authenticate(  # type: ignore[override] # the stubs only know this project's user model
        self, request: HttpRequest | None, profile: Profile | None = None, grant: Grant | None = None, **kwargs: Any
    ) -> AbstractBaseUser | None:
        """Return the Django user of the profile, or None if the user is deactivated or blocked. If the person is new,
        create a user.
        """
        if profile is None or grant is None:
            return None
        people = SmartsheetUser.objects.filter(region=profile.region, smartsheet_id=profile.id)
        if people.filter(users.inactive("user__")).exists():
            return None
        try:
            return SmartsheetUser.objects.signed_in(profile, grant).user
        except Blocked:
            return None

    def get_user(self, user_id: int) -> AbstractBaseUser | None:  # type: ignore[override] # as above
        """Return the user with their Smartsheet account. Both are read in one query, because every page needs both.

        Return None for a person who can't sign in now: they are deactivated or blocked, they have disconnected, or the
        settings don't admit them.
        """
        user = next(iter(_active_users(get_user_model()).filter(pk=user_id)), None)  # first() would sort too
        person: SmartsheetUser | None = getattr(user, "smartsheet", None)
        if user is None or person is None:
            return user
        person.is_connected = user.byline_token is not None and not person.is_blocked
        person.has_given_roles = user.byline_has_roles
        return user if person.is_connected and admission.is_listed(person.as_profile()) else None


@cache
def _active_users(model: type[Any]) -> QuerySet[Any]:
    """Return a QuerySet of the users who aren't deactivated, with their Smartsheet accounts. Every page needs this
    query, and building the query takes longer than running it. So the QuerySet is cached, but not the users.
    """
    # Hardly any user model has fields with these names. Django would refuse an annotation with the name of a field.
    facts = {
        "byline_token": F("smartsheet__token"),
        "byline_has_roles": Exists(Role.objects.filter(person=OuterRef("smartsheet"))),
    }
    people = model._default_manager.select_related("smartsheet").exclude(users.inactive())
    active: QuerySet[Any] = people.annotate(**facts).order_by()
    return active
