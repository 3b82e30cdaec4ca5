"""From a Smartsheet profile to a Django user."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.http import HttpRequest

from identity import roles
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.signin import admission
from identity.signin.oauth import Grant


class SmartsheetBackend(BaseBackend):
    """Signs in whoever Smartsheet vouches for; their permissions are those of their roles."""

    def authenticate(  # type: ignore[override] # the stubs know this project's user model alone
        self, request: HttpRequest | None, profile: Profile | None = None, grant: Grant | None = None, **kwargs: Any
    ) -> AbstractBaseUser | None:
        """The Django user of the profile, made if need be; None for one who has been deactivated here."""
        if profile is None or grant is None:
            return None
        people = SmartsheetUser.objects.filter(region=profile.region, smartsheet_id=profile.id)
        if people.filter(user__is_active=False).exists():
            return None
        return SmartsheetUser.objects.signed_in(profile, grant).user

    def get_user(self, user_id: int) -> AbstractBaseUser | None:  # type: ignore[override] # as above
        """With the Smartsheet side in the same query: every page needs it. None for who may not come in any more."""
        user = get_user_model()._default_manager.select_related("smartsheet").filter(pk=user_id, is_active=True).first()
        person: SmartsheetUser | None = getattr(user, "smartsheet", None)
        return user if person is None or admission.is_listed(person.as_profile()) else None

    def get_user_permissions(self, user_obj: AbstractBaseUser | AnonymousUser, obj: Model | None = None) -> set[str]:
        """What the person's roles allow; nothing that is about one object."""
        person: SmartsheetUser | None = getattr(user_obj, "smartsheet", None)
        if person is None or obj is not None or not user_obj.is_active:
            return set()
        return roles.permissions_of(person.roles)

    def has_module_perms(self, user_obj: AbstractBaseUser | AnonymousUser, app_label: str) -> bool:
        """Whether the admin has something of this app to show them."""
        return any(name.startswith(f"{app_label}.") for name in self.get_user_permissions(user_obj))
