"""From a Smartsheet profile to a Django user."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from identity.models import SmartsheetUser
from identity.oauth import Grant
from identity.profiles import Profile


class SmartsheetBackend(BaseBackend):
    """Signs in whoever Smartsheet vouches for; permissions stay with Django's own backend."""

    def authenticate(
        self, request: HttpRequest | None, profile: Profile | None = None, grant: Grant | None = None, **kwargs: Any
    ) -> User | None:
        """The Django user of the profile, made if need be; None for one who has been deactivated here."""
        if profile is None or grant is None:
            return None
        people = SmartsheetUser.objects.filter(region=profile.region, smartsheet_id=profile.id)
        if people.filter(user__is_active=False).exists():
            return None
        return SmartsheetUser.objects.signed_in(profile, grant).user

    def get_user(self, user_id: int) -> User | None:
        """With the Smartsheet side in the same query: every page needs it."""
        return User.objects.select_related("smartsheet").filter(pk=user_id, is_active=True).first()
