"""People and their Smartsheet accounts."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Self

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from identity import roles, users
from identity.apptokens.models import AppToken  # noqa: F401 # Django looks for models here
from identity.conf import settings
from identity.profiles.history import HistoryActor, Tracked, TrackedQuerySet, records
from identity.profiles.profile import Profile
from identity.sessions.models import BrowserSession  # noqa: F401 # Django looks for models here
from identity.signals import profile_changed
from identity.signin import ways
from identity.signin.oauth import Grant
from identity.signin.rate_limits import Attempts  # noqa: F401 # Django looks for models here, and finds roles.Role too
from identity.signin.states import SpentState  # noqa: F401 # Django looks for models here
from identity.tokens.models import Token as Token
from identity.tokens.models import TokenToReturn  # noqa: F401 # Django looks for models here

# This field of the profile changes with every sign-in, and nothing uses it. So a change needs no row in the history.
UNREMARKABLE = {"lastLogin"}


class ConnectedElsewhere(Exception):
    """Another user of this site has connected this Smartsheet account, or signs in with it."""


class OtherAccount(Exception):
    """This user has connected another Smartsheet account, and must disconnect that one first."""


class Blocked(Exception):
    """An administrator has blocked this person from using Smartsheet here."""


@dataclass(frozen=True, slots=True)
class NameThen:
    """A name and address that a person had, and the time at which this app first saw them."""

    name: str
    email: str
    since: datetime


class SmartsheetUserQuerySet(TrackedQuerySet["SmartsheetUser"]):
    def signed_in(self, profile: Profile, grant: Grant) -> "SmartsheetUser":
        """Store the profile and the token of a person who signs in, and return the person. The first sign-in creates
        the person.

        Region and id identify a person. The e-mail address doesn't, because someone else can get it later. Raises
        Blocked if the person is blocked.
        """
        try:
            return self._store(profile, grant)
        except IntegrityError:  # the same new person has just signed in with another browser
            return self._store(profile, grant)

    def addresses(self, *, region: str, person_id: int, then: str = "") -> frozenset[str]:
        """Return all known e-mail addresses of a person, in lower case: the current and earlier ones, and `then`, an
        address from another source, such as an entry of the log.

        With these addresses, this app finds a person in Smartsheet's history of a cell. The history has the main
        address that the person had when they wrote the cell, and people can change their address.
        """
        known = (profile.addresses for profile in self._profiles(region, person_id))
        return frozenset({then.strip().lower()} - {""}).union(*known)

    def connected(self, user: AbstractBaseUser, profile: Profile, grant: Grant) -> "SmartsheetUser":
        """Connect the Smartsheet account that has this profile to a user of this site. Return the account's
        SmartsheetUser.

        Raises:
            ConnectedElsewhere: the account belongs to another user.
            OtherAccount: the user has connected another account.
            Blocked: the user or the account is blocked.
        """
        try:
            return self._connect(user, profile, grant)
        except IntegrityError:  # another user has just connected the account, or this user has, in another tab
            return self._connect(user, profile, grant)

    def stale(self, *, before: datetime, not_asked_since: datetime) -> "SmartsheetUserQuerySet":
        """Return people whose profile was fetched before `before` and can be fetched again, the oldest profile first. A
        person is left out if a job began to fetch the profile after `not_asked_since`.
        """
        due = self.not_asked_since(not_asked_since).filter(fetched_at__lt=before, token__isnull=False)
        return due.exclude(users.inactive("user__")).order_by("fetched_at", "pk")

    def deactivated(self) -> "SmartsheetUserQuerySet":
        """Return people who still have a token, although they are blocked or their Django user is deactivated."""
        return self.filter(users.inactive("user__") | Q(is_blocked=True), token__isnull=False)

    def not_asked_since(self, moment: datetime) -> "SmartsheetUserQuerySet":
        """Return people for whom no job has begun to fetch the profile since `moment`."""
        return self.filter(Q(asked_at=None) | Q(asked_at__lt=moment))

    def _profiles(self, region: str, person_id: int) -> list[Profile]:
        """The current profile of a person, and the earlier ones."""
        person = self.filter(region=region, smartsheet_id=person_id).first()
        data = [person.profile, *person.history.values_list("profile", flat=True)] if person else []
        return [Profile(region=region, id=person_id, data=one) for one in data]

    def _connect(self, user: AbstractBaseUser, profile: Profile, grant: Grant) -> "SmartsheetUser":
        with transaction.atomic():
            people = self.select_for_update()
            holder = people.filter(region=profile.region, smartsheet_id=profile.id).exclude(user=user.pk).first()
            own = people.filter(user=user.pk).first()
            if any(known and known.is_blocked for known in (holder, own)):
                raise Blocked
            if holder:
                if holder.is_connected or ways.is_sign_in_offered():
                    raise ConnectedElsewhere
                holder.delete()  # its user has disconnected the account
            if own and (own.region, own.smartsheet_id) != (profile.region, profile.id):
                if own.is_connected:
                    raise OtherAccount
                own.delete()  # otherwise the newly connected account would get the old account's history and roles
                own = None
            person = own or self.model(user_id=user.pk, region=profile.region, smartsheet_id=profile.id, profile={})
            person.remember(profile, at=timezone.now())
            Token.of(person, grant).save()
        return person

    def _store(self, profile: Profile, grant: Grant) -> "SmartsheetUser":
        with transaction.atomic():
            known = self.select_for_update().filter(region=profile.region, smartsheet_id=profile.id).first()
            if known and known.is_blocked:
                raise Blocked
            person = known or self.model.new(profile)
            person.remember(profile, at=timezone.now())
            Token.of(person, grant).save()
        return person


class SmartsheetUser(Tracked):
    """The Smartsheet account of a Django user, with the stored profile and the profile's history."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="smartsheet")
    region = models.CharField(max_length=20)
    smartsheet_id = models.BigIntegerField()
    email = models.TextField(blank=True)
    first_name = models.TextField(blank=True)
    last_name = models.TextField(blank=True)
    profile = models.JSONField(help_text="the whole answer to GET /users/me")
    fetched_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, help_text="when a job last began to fetch the profile")
    is_blocked = models.BooleanField(default=False)

    objects = SmartsheetUserQuerySet.as_manager()
    history = records(excluded_fields=["fetched_at", "asked_at", "is_blocked"])
    # audit/own_records.py reads these three:
    derived_fields = frozenset({"email", "first_name", "last_name"})
    personal_fields = frozenset({"email", "first_name", "last_name", "profile"})
    person_fields = ("region", "smartsheet_id")

    has_given_roles = True  # False only if it's known that no one has given this person a role

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [models.UniqueConstraint(fields=["region", "smartsheet_id"], name="one_row_per_person")]

    def __str__(self) -> str:
        return f"{self.name} ({self.region} {self.smartsheet_id})"

    @classmethod
    def new(cls, profile: Profile) -> Self:
        """Create a Django user without a password, and return an unsaved person for this profile."""
        model = get_user_model()
        user = model(**{model.USERNAME_FIELD: f"{profile.region}-{profile.id}"})
        user.set_unusable_password()
        user.save()
        return cls(user=user, region=profile.region, smartsheet_id=profile.id, profile={})

    @property
    def name(self) -> str:
        return self.as_profile().name

    @property
    def audit_label(self) -> str:
        return f"{self.region}:{self.smartsheet_id}"

    @cached_property
    def is_connected(self) -> bool:
        """Whether this app has the person's token and is allowed to use it. The answer is cached in this instance."""
        return not self.is_blocked and Token.objects.filter(person=self.pk).exists()

    @cached_property
    def roles(self) -> frozenset[str]:
        """The names of all the person's roles. They are cached in this instance."""
        given = self.given_roles.values_list("name", flat=True) if self.has_given_roles else ()
        return roles.by_settings(self.as_profile()).union(given)

    def as_profile(self) -> Profile:
        return Profile(region=self.region, id=self.smartsheet_id, data=self.profile)

    def as_actor(self) -> HistoryActor:
        return HistoryActor(id=self.smartsheet_id, region=self.region, name=self.name)

    def names(self) -> "list[NameThen]":
        """The names and e-mail addresses that the person has had here, newest first."""
        names: list[NameThen] = []
        for then in self.history.order_by("history_id"):
            profile = Profile(region=self.region, id=self.smartsheet_id, data=then.profile)
            if not names or (names[0].name, names[0].email) != (profile.name, profile.email):
                names.insert(0, NameThen(profile.name, profile.email, then.history_date))
        return names

    def take_refresh(self, *, not_asked_since: datetime) -> bool:
        """Reserve the profile for this job, and return True. Return False if another job began to fetch the profile
        after `not_asked_since`.
        """
        free = SmartsheetUser.objects.not_asked_since(not_asked_since)
        return bool(free.filter(pk=self.pk).update(asked_at=timezone.now()))

    def remember(self, profile: Profile, *, at: datetime) -> None:
        """Store the profile that Smartsheet returned at the time `at`. A change adds a row to the history."""
        is_same = _remarkable(self.profile) == _remarkable(profile.data)
        before = None if self._state.adding else self.as_profile()
        self.profile, self.fetched_at = dict(profile.data), at
        self.email, self.first_name, self.last_name = profile.email, profile.first_name, profile.last_name
        self._history_user = self.as_actor()  # the profile was fetched with the person's own token
        if is_same:
            self._keep_unremarkable(at)
            return
        with transaction.atomic():
            self.save()
            transaction.on_commit(partial(profile_changed.send_robust, SmartsheetUser, person=self, before=before))

    def _keep_unremarkable(self, at: datetime) -> None:
        """Store the new profile without a new row in the history. Use this if no field has changed, or only fields in
        UNREMARKABLE, such as the time of the last login.
        """
        SmartsheetUser._base_manager.filter(pk=self.pk).update(profile=self.profile, fetched_at=at)


def _remarkable(profile: Any) -> dict[str, Any]:
    return {key: value for key, value in profile.items() if key not in UNREMARKABLE}
