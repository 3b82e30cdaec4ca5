"""People as Smartsheet knows them, and their tokens."""

from datetime import datetime
from typing import Any, Self

from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from identity.fields import EncryptedTextField
from identity.history import Actor, records
from identity.oauth import Grant
from identity.profiles import Profile

# Changes at every sign-in and tells nobody anything: not worth a row in the history.
UNREMARKABLE = {"lastLogin"}


class SmartsheetUserQuerySet(models.QuerySet["SmartsheetUser"]):
    def signed_in(self, profile: Profile, grant: Grant) -> "SmartsheetUser":
        """The person of this profile, made on their first sign-in, with profile and token as just given.

        Who somebody is depends on region and id alone, never on the e-mail address, which changes hands.
        """
        try:
            return self._store(profile, grant)
        except IntegrityError:  # the same new person has just signed in elsewhere too
            return self._store(profile, grant)

    def _store(self, profile: Profile, grant: Grant) -> "SmartsheetUser":
        with transaction.atomic():
            known = self.select_for_update().filter(region=profile.region, smartsheet_id=profile.id).first()
            person = known or self.model.new(profile)
            person.remember(profile, at=timezone.now())
            Token.of(person, grant).save()
        return person


class SmartsheetUser(models.Model):
    """A Django user's Smartsheet side: the cached profile, with a history of what it was."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="smartsheet")
    region = models.CharField(max_length=20)
    smartsheet_id = models.BigIntegerField()
    email = models.TextField(blank=True)
    first_name = models.TextField(blank=True)
    last_name = models.TextField(blank=True)
    profile = models.JSONField(help_text="GET /users/me, whole")
    fetched_at = models.DateTimeField()

    objects = SmartsheetUserQuerySet.as_manager()
    history = records(excluded_fields=["fetched_at"])

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [models.UniqueConstraint(fields=["region", "smartsheet_id"], name="one_row_per_person")]

    def __str__(self) -> str:
        return f"{self.name} ({self.region} {self.smartsheet_id})"

    @classmethod
    def new(cls, profile: Profile) -> Self:
        """A person never seen before, with a Django user that has no password."""
        user = User.objects.create_user(username=f"{profile.region}-{profile.id}")
        return cls(user=user, region=profile.region, smartsheet_id=profile.id, profile={})

    @property
    def name(self) -> str:
        return self.as_profile().name

    def as_profile(self) -> Profile:
        return Profile(region=self.region, id=self.smartsheet_id, data=self.profile)

    def as_actor(self) -> Actor:
        return Actor(id=self.smartsheet_id, region=self.region, name=self.name)

    def remember(self, profile: Profile, *, at: datetime) -> None:
        """Keep the profile that Smartsheet gave at `at`; a history row only where something changed."""
        is_same = _remarkable(self.profile) == _remarkable(profile.data)
        self.profile, self.fetched_at = dict(profile.data), at
        self.email, self.first_name, self.last_name = profile.email, profile.first_name, profile.last_name
        self._history_user = self.as_actor()  # it was fetched with their own token
        if is_same:
            SmartsheetUser.objects.filter(pk=self.pk).update(profile=self.profile, fetched_at=at)
            return
        with transaction.atomic():
            self.save()


def _remarkable(profile: Any) -> dict[str, Any]:
    return {key: value for key, value in profile.items() if key not in UNREMARKABLE}


class Token(models.Model):
    """What a person's requests to Smartsheet go out with. Shows itself to nobody."""

    person = models.OneToOneField(SmartsheetUser, on_delete=models.CASCADE, related_name="token", primary_key=True)
    access_token = EncryptedTextField()
    refresh_token = EncryptedTextField()
    expires_at = models.DateTimeField(null=True)
    scope = models.TextField(help_text="what was granted, separated by spaces")

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

        Saving replaces the old one unread, so that a lost key locks nobody out.
        """
        return cls(
            person=person,
            access_token=grant.access_token,
            refresh_token=grant.refresh_token,
            expires_at=grant.expires_at,
            scope=grant.scope,
        )

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()
