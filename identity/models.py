"""People as Smartsheet knows them, and their tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, Self
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from identity import roles
from identity.apptokens.models import AppToken  # noqa: F401 # Django looks for models here
from identity.conf import settings
from identity.profiles.history import HistoryActor, Tracked, TrackedQuerySet, records
from identity.profiles.profile import Profile
from identity.sessions.models import BrowserSession  # noqa: F401 # Django looks for models here
from identity.signals import profile_changed
from identity.signin.oauth import Grant
from identity.signin.rate_limits import Attempts  # noqa: F401 # Django looks for models here, and finds roles.Role too
from identity.tokens.encryption import EncryptedTextField

# Changes at every sign-in and tells nobody anything: not worth a row in the history.
UNREMARKABLE = {"lastLogin"}


@dataclass(frozen=True, slots=True)
class NameThen:
    """What somebody was called, since when this app knows of it."""

    name: str
    email: str
    since: datetime


class SmartsheetUserQuerySet(TrackedQuerySet["SmartsheetUser"]):
    def signed_in(self, profile: Profile, grant: Grant) -> "SmartsheetUser":
        """The person of this profile, made on their first sign-in, with profile and token as just given.

        Who somebody is depends on region and id alone, never on the e-mail address, which changes hands.
        """
        try:
            return self._store(profile, grant)
        except IntegrityError:  # the same new person has just signed in elsewhere too
            return self._store(profile, grant)

    def addresses(self, *, region: str, person_id: int, then: str = "") -> frozenset[str]:
        """All e-mail addresses that somebody is known to have had, in small letters: now, before, and `then`.

        Smartsheet's histories name people by the address that is their main one, which they can change.
        """
        person = self.filter(region=region, smartsheet_id=person_id).first()
        profiles = [person.profile, *person.history.values_list("profile", flat=True)] if person else []
        known = (Profile(region=region, id=person_id, data=data).addresses for data in profiles)
        return frozenset({then.strip().casefold()} - {""}).union(*known)

    def stale(self, *, before: datetime, not_asked_since: datetime) -> "SmartsheetUserQuerySet":
        """Those whose profile is from before that moment and can be asked for, the oldest first."""
        due = self.not_asked_since(not_asked_since).filter(fetched_at__lt=before)
        return due.filter(user__is_active=True, token__isnull=False).order_by("fetched_at", "pk")

    def not_asked_since(self, moment: datetime) -> "SmartsheetUserQuerySet":
        """Those whose profile no job has taken on since the moment."""
        return self.filter(Q(asked_at=None) | Q(asked_at__lt=moment))

    def _store(self, profile: Profile, grant: Grant) -> "SmartsheetUser":
        with transaction.atomic():
            known = self.select_for_update().filter(region=profile.region, smartsheet_id=profile.id).first()
            person = known or self.model.new(profile)
            person.remember(profile, at=timezone.now())
            Token.of(person, grant).save()
        return person


class SmartsheetUser(Tracked):
    """A Django user's Smartsheet side: the cached profile, with a history of what it was."""

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
    def roles(self) -> frozenset[str]:
        """The names of all their roles; read once for this instance, and so once per request."""
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
        """Become the one who fetches the profile; False if somebody else has taken that on since the moment."""
        free = SmartsheetUser.objects.not_asked_since(not_asked_since)
        return bool(free.filter(pk=self.pk).update(asked_at=timezone.now()))

    def remember(self, profile: Profile, *, at: datetime) -> None:
        """Keep the profile that Smartsheet gave at `at`; a history row only where something changed."""
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
        """Past the history on purpose, where `remember` found nothing that is worth a row of it."""
        SmartsheetUser._base_manager.filter(pk=self.pk).update(profile=self.profile, fetched_at=at)


def _remarkable(profile: Any) -> dict[str, Any]:
    return {key: value for key, value in profile.items() if key not in UNREMARKABLE}


class Token(models.Model):
    """What a person's requests to Smartsheet go out with. Shows itself to nobody.

    The last two columns are a lease: whoever holds it, in whatever process, is the only one to refresh the token
    (identity.tokens.access_tokens). Without a holder it is a pause: Smartsheet could not be had, ask again after it.
    """

    person = models.OneToOneField(SmartsheetUser, on_delete=models.CASCADE, related_name="token", primary_key=True)
    access_token = EncryptedTextField()
    refresh_token = EncryptedTextField()
    issued_at = models.DateTimeField(null=True, help_text="tells one pair from the next")
    expires_at = models.DateTimeField(null=True)
    scope = models.TextField(help_text="what was granted, separated by spaces")
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token of person {self.person_id}"

    def __repr__(self) -> str:
        return f"<Token: person {self.person_id}, expires {self.expires_at}>"

    def __getstate__(self) -> dict[str, Any]:
        """Without the secrets: a pickle in a cache or a queue is not encrypted. Unpickled, they are read anew."""
        secrets = {"access_token", "refresh_token"}
        return {key: value for key, value in super().__getstate__().items() if key not in secrets}

    @classmethod
    def of(cls, person: SmartsheetUser, grant: Grant) -> Self:
        """The person's token, not saved yet.

        Saving replaces the old one unread, so that a lost key locks nobody out; and ends a lease on it.
        """
        return cls(person=person, **_columns(grant))

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_due(self) -> bool:
        """Whether to refresh it now: TOKEN_REFRESH_AHEAD before its end, or halfway if it does not live so long."""
        if self.expires_at is None:
            return False
        ahead = timedelta(seconds=settings.TOKEN_REFRESH_AHEAD)
        if self.issued_at is not None:
            ahead = min(ahead, (self.expires_at - self.issued_at) / 2)
        return self.expires_at - ahead <= timezone.now()

    @property
    def is_being_refreshed(self) -> bool:
        return self.lease is not None and self._is_leased

    @property
    def is_put_off(self) -> bool:
        return self.lease is None and self._is_leased

    @property
    def _is_leased(self) -> bool:
        return self.leased_until is not None and self.leased_until > timezone.now()

    def take_lease(self, *, seconds: float) -> bool:
        """Become the one who refreshes this pair; False if somebody else is, or has done so meanwhile.

        One UPDATE on the row's own columns: a second one waits for it and then finds the condition untrue, on
        PostgreSQL as on SQLite. (A condition over a join would go into a subquery, which is not looked at again.)
        """
        now, lease = timezone.now(), uuid4()
        is_free = Q(leased_until=None) | Q(leased_until__lte=now)
        free = Token.objects.filter(is_free, pk=self.pk, issued_at=self.issued_at)
        with transaction.atomic(durable=True):
            taken = free.update(lease=lease, leased_until=now + timedelta(seconds=seconds))
        if taken:
            self.lease = lease
        return bool(taken)

    def renew(self, grant: Grant) -> bool:
        """Replace the pair, durably; False if the lease was lost, to a new sign-in or a disconnect."""
        with transaction.atomic(durable=True):
            return bool(self._leased().update(**_columns(grant), lease=None, leased_until=None))

    def put_off(self, *, seconds: float) -> None:
        """Give the lease back, to nobody until these seconds are over."""
        self._leased().update(lease=None, leased_until=timezone.now() + timedelta(seconds=seconds))

    def drop(self) -> bool:
        """Delete the pair that is of no more use; False if the lease was lost, and with it the pair."""
        deleted, _by_model = self._leased().delete()
        return bool(deleted)

    def _leased(self) -> "models.QuerySet[Token]":
        return Token.objects.filter(pk=self.pk, lease=self._held_lease)

    @property
    def _held_lease(self) -> UUID:
        if self.lease is None:
            raise RuntimeError("take_lease() comes first")
        return self.lease


def _columns(grant: Grant) -> dict[str, Any]:
    return {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "issued_at": timezone.now(),
        "expires_at": grant.expires_at,
        "scope": grant.scope,
    }
