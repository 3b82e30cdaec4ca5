"""From a Smartsheet profile to a Django user, and from roles to permissions."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef
from django.http import HttpRequest

from identity import roles, users
from identity.models import SmartsheetUser, Token
from identity.profiles.profile import Profile
from identity.signin import admission
from identity.signin.oauth import Grant


class RolesBackend(BaseBackend):
    """Gives connected people the permissions of their roles. For sites whose users sign in in another way."""

    def get_user_permissions(self, user_obj: AbstractBaseUser | AnonymousUser, obj: Model | None = None) -> set[str]:
        """What the person's roles allow; nothing for a single object."""
        person: SmartsheetUser | None = getattr(user_obj, "smartsheet", None)
        if person is None or obj is not None or not user_obj.is_active:
            return set()
        return roles.permissions_of(person.roles)

    def has_module_perms(self, user_obj: AbstractBaseUser | AnonymousUser, app_label: str) -> bool:
        """Whether the admin shows them something of this app."""
        return any(name.startswith(f"{app_label}.") for name in self.get_user_permissions(user_obj))


class SmartsheetBackend(RolesBackend):
    """Signs people in with Smartsheet."""

    signs_in_with_smartsheet = True

    def authenticate(  # type: ignore[override] # the stubs know this project's user model alone
        self, request: HttpRequest | None, profile: Profile | None = None, grant: Grant | None = None, **kwargs: Any
    ) -> AbstractBaseUser | None:
        """The Django user of the profile, who is made if necessary; None for one who is deactivated."""
        if profile is None or grant is None:
            return None
        people = SmartsheetUser.objects.filter(region=profile.region, smartsheet_id=profile.id)
        if people.filter(users.inactive("user__")).exists():
            return None
        return SmartsheetUser.objects.signed_in(profile, grant).user

    def get_user(self, user_id: int) -> AbstractBaseUser | None:  # type: ignore[override] # as above
        """The user with their Smartsheet account, in one query, since every page needs it.

        None for people who can't sign in now: deactivated, not listed in the settings, or not connected any more.
        """
        found = get_user_model()._default_manager.select_related("smartsheet").exclude(users.inactive())
        is_connected = Exists(Token.objects.filter(person__user=OuterRef("pk")))
        user = found.annotate(is_connected=is_connected).filter(pk=user_id).first()
        person: SmartsheetUser | None = getattr(user, "smartsheet", None)
        if user is None or person is None:
            return user
        person.is_connected = user.is_connected
        return user if person.is_connected and admission.is_listed(person.as_profile()) else None
