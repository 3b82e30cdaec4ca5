"""People as Smartsheet knows them."""

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

# Smartsheet changes it at every sign-in, and nobody needs it: it is no reason for a row in the history.
UNREMARKABLE = {"lastLogin"}


class ConnectedElsewhere(Exception):
    """Another user of this site has connected this Smartsheet account, or signs in with it."""


class OtherAccount(Exception):
    """This user has connected another Smartsheet account, and has to disconnect that one first."""


@dataclass(frozen=True, slots=True)
class NameThen:
    """A name that a person had, and since when this app knows it."""

    name: str
    email: str
    since: datetime


class SmartsheetUserQuerySet(TrackedQuerySet["SmartsheetUser"]):
    def signed_in(self, profile: Profile, grant: Grant) -> "SmartsheetUser":
        """The person of this profile, who is made on their first sign-in, with profile and token as just given.

        A person is known by region and id alone, never by the e-mail address, which can be given to someone else.
        """
        try:
            return self._store(profile, grant)
        except IntegrityError:  # the same new person has just signed in in another browser
            return self._store(profile, grant)

    def addresses(self, *, region: str, person_id: int, then: str = "") -> frozenset[str]:
        """All e-mail addresses that somebody is known to have had, in small letters: now, before, and `then`.

        Smartsheet's histories name people by the address that is their main one, which they can change.
        """
        person = self.filter(region=region, smartsheet_id=person_id).first()
        profiles = [person.profile, *person.history.values_list("profile", flat=True)] if person else []
        known = (Profile(region=region, id=person_id, data=data).addresses for data in profiles)
        return frozenset({then.strip().casefold()} - {""}).union(*known)

    def connected(self, user: AbstractBaseUser, profile: Profile, grant: Grant) -> "SmartsheetUser":
        """The person of this profile, connected with a user of this site.

        Raises:
            ConnectedElsewhere: the account is another user's.
            OtherAccount: the user has connected another account.
        """
        try:
            return self._connect(user, profile, grant)
        except IntegrityError:  # another user, or this one in another tab, has just connected it
            return self._connect(user, profile, grant)

    def stale(self, *, before: datetime, not_asked_since: datetime) -> "SmartsheetUserQuerySet":
        """Those whose profile is older than `before` and can be fetched, the oldest first."""
        due = self.not_asked_since(not_asked_since).filter(fetched_at__lt=before, token__isnull=False)
        return due.exclude(users.inactive("user__")).order_by("fetched_at", "pk")

    def deactivated(self) -> "SmartsheetUserQuerySet":
        """Those who are connected, and whose Django user is deactivated."""
        return self.filter(users.inactive("user__"), token__isnull=False)

    def not_asked_since(self, moment: datetime) -> "SmartsheetUserQuerySet":
        """Those whose profile no job has begun to fetch since the moment."""
        return self.filter(Q(asked_at=None) | Q(asked_at__lt=moment))

    def _connect(self, user: AbstractBaseUser, profile: Profile, grant: Grant) -> "SmartsheetUser":
        with transaction.atomic():
            people = self.select_for_update()
            holder = people.filter(region=profile.region, smartsheet_id=profile.id).exclude(user=user.pk).first()
            if holder:
                if holder.is_connected or ways.is_sign_in_offered():
                    raise ConnectedElsewhere
                holder.delete()  # its user has disconnected the account
            own = people.filter(user=user.pk).first()
            if own and (own.region, own.smartsheet_id) != (profile.region, profile.id):
                if own.is_connected:
                    raise OtherAccount
                own.delete()  # so that its history and roles don't become those of another account
                own = None
            person = own or self.model(user_id=user.pk, region=profile.region, smartsheet_id=profile.id, profile={})
            person.remember(profile, at=timezone.now())
            Token.of(person, grant).save()
        return person

    def _store(self, profile: Profile, grant: Grant) -> "SmartsheetUser":
        with transaction.atomic():
            known = self.select_for_update().filter(region=profile.region, smartsheet_id=profile.id).first()
            person = known or self.model.new(profile)
            person.remember(profile, at=timezone.now())
            Token.of(person, grant).save()
        return person


class SmartsheetUser(Tracked):
    """The Smartsheet account of a Django user: the stored profile, with its history."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="smartsheet")
    region = models.CharField(max_length=20)
    smartsheet_id = models.BigIntegerField()
    email = models.TextField(blank=True)
    first_name = models.TextField(blank=True)
    last_name = models.TextField(blank=True)
    profile = models.JSONField(help_text="GET /users/me, whole")
    fetched_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, help_text="when a job last took it on itself to fetch the profile")

    objects = SmartsheetUserQuerySet.as_manager()
    history = records(excluded_fields=["fetched_at", "asked_at"])
    # What audit/own_records.py asks for:
    derived_fields = frozenset({"email", "first_name", "last_name"})
    personal_fields = frozenset({"email", "first_name", "last_name", "profile"})
    person_fields = ("region", "smartsheet_id")

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [models.UniqueConstraint(fields=["region", "smartsheet_id"], name="one_row_per_person")]

    def __str__(self) -> str:
        return f"{self.name} ({self.region} {self.smartsheet_id})"

    @classmethod
    def new(cls, profile: Profile) -> Self:
        """A person who signs in for the first time, with a new Django user that has no password."""
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
        """Whether this app has a token of theirs; read once for this instance, and so once per request."""
        return Token.objects.filter(person=self.pk).exists()

    @cached_property
    def roles(self) -> frozenset[str]:
        """The names of all their roles, read once as above."""
        given = self.given_roles.values_list("name", flat=True)
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
        """Become the job that fetches the profile; False if another one has begun to since the moment."""
        free = SmartsheetUser.objects.not_asked_since(not_asked_since)
        return bool(free.filter(pk=self.pk).update(asked_at=timezone.now()))

    def remember(self, profile: Profile, *, at: datetime) -> None:
        """Store the profile that Smartsheet gave at `at`, with a row in the history if something changed."""
        is_same = _remarkable(self.profile) == _remarkable(profile.data)
        before = None if self._state.adding else self.as_profile()
        self.profile, self.fetched_at = dict(profile.data), at
        self.email, self.first_name, self.last_name = profile.email, profile.first_name, profile.last_name
        self._history_user = self.as_actor()  # it was fetched with their own token
        if is_same:
            self._keep_unremarkable(at)
            return
        with transaction.atomic():
            self.save()
            transaction.on_commit(partial(profile_changed.send_robust, SmartsheetUser, person=self, before=before))

    def _keep_unremarkable(self, at: datetime) -> None:
        """Without a row in the history, as `remember` found nothing that needs one."""
        SmartsheetUser._base_manager.filter(pk=self.pk).update(profile=self.profile, fetched_at=at)


def _remarkable(profile: Any) -> dict[str, Any]:
    return {key: value for key, value in profile.items() if key not in UNREMARKABLE}
