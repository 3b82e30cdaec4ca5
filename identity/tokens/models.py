"""A person's encrypted tokens, and the lease that lets only one process refresh them."""

from datetime import timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from identity.conf import settings
from identity.signin.oauth import Grant
from identity.tokens.encryption import EncryptedTextField


class Token(models.Model):
    """The access token and the refresh token for a person's calls to Smartsheet. No page, log line or repr shows them.

    The columns `lease` and `leased_until` are a lease: only the process that holds it is allowed to refresh the token
    (identity.tokens.access_tokens). After a refresh that failed for the moment, `lease` is None, and no process
    refreshes the token until `leased_until`.
    """

    person = models.OneToOneField(
        "identity.SmartsheetUser", on_delete=models.CASCADE, related_name="token", primary_key=True
    )
    access_token = EncryptedTextField()
    refresh_token = EncryptedTextField()
    issued_at = models.DateTimeField(null=True, help_text="distinguishes this token pair from the next one")
    expires_at = models.DateTimeField(null=True)
    scope = models.TextField(help_text="the granted scopes, separated by spaces")
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token of person {self.person_id}"

    def __repr__(self) -> str:
        return f"<Token: person {self.person_id}, expires {self.expires_at}>"

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a pickle, without the two tokens, because a cache or a queue would store them
        unencrypted. An unpickled object reads the tokens from the database when they are needed.
        """
        secrets = {"access_token", "refresh_token"}
        return {key: value for key, value in super().__getstate__().items() if key not in secrets}

    @classmethod
    def of(cls, person: models.Model, grant: Grant) -> Self:
        """Return an unsaved token for the person.

        Saving it replaces the old token and ends the lease. The old token isn't read, so people can sign in again even
        if the key that encrypted it was lost.
        """
        return cls(person=person, **_columns(grant))

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_due(self) -> bool:
        """Whether to refresh the token now.

        A token is refreshed TOKEN_REFRESH_AHEAD seconds before it expires. If its whole lifetime is less than twice
        that many seconds, it is refreshed after half of its lifetime.
        """
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
        """Take the lease, so that this process can refresh the pair of tokens. Return False if another process holds
        the lease, or has already refreshed the pair.

        This is one UPDATE with conditions on the row's own columns. On both databases, a second process waits for this
        UPDATE, and then finds the conditions false. (If a condition were on another table, PostgreSQL would not check
        it again after the wait.)
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
        """Store the new pair. Return False if a new sign-in or a disconnection has replaced or deleted the row."""
        with transaction.atomic(durable=True):
            return bool(self._leased().update(**_columns(grant), lease=None, leased_until=None))

    def put_off(self, *, seconds: float) -> None:
        """Give the lease back, and let no process take it for `seconds`."""
        self._leased().update(lease=None, leased_until=timezone.now() + timedelta(seconds=seconds))

    def drop(self) -> bool:
        """Delete a pair that doesn't work any more. Return False if the pair was replaced in the meantime."""
        deleted, _by_model = self._leased().delete()
        return bool(deleted)

    def _leased(self) -> "models.QuerySet[Token]":
        return Token.objects.filter(pk=self.pk, lease=self._held_lease)

    @property
    def _held_lease(self) -> UUID:
        if self.lease is None:
            raise RuntimeError("Call take_lease() first.")
        return self.lease


def _columns(grant: Grant) -> dict[str, Any]:
    return {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "issued_at": timezone.now(),
        "expires_at": grant.expires_at,
        "scope": grant.scope,
    }


class TokenToReturnQuerySet(models.QuerySet["TokenToReturn"]):
    def due(self) -> "TokenToReturnQuerySet":
        """Return the rows for which it is time to ask Smartsheet to end the token, oldest first. The tokens themselves
        are read later, one by one, because decrypting a token can fail.
        """
        due = self.filter(next_try_at__lte=timezone.now()).order_by("since", "pk")
        return due.defer("access_token", "refresh_token")


class TokenToReturn(models.Model):
    """A token that this app doesn't use any more. The row is kept until Smartsheet confirms that the token has ended,
    or until this app stops trying.

    `profile` has the name of the token's owner for the log, because the person can be deleted before the token has
    ended. `tries` is the number of times that Smartsheet was asked to end the token, without success.
    """

    region = models.CharField(max_length=20)
    smartsheet_id = models.BigIntegerField()
    profile = models.JSONField()
    access_token = EncryptedTextField()
    refresh_token = EncryptedTextField()
    expires_at = models.DateTimeField(null=True)
    scope = models.TextField()
    why = models.TextField(help_text="a sentence for the log")
    since = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now, db_index=True)
    tries = models.PositiveIntegerField(default=0)

    objects = TokenToReturnQuerySet.as_manager()

    class Meta:
        app_label = "identity"

    def __str__(self) -> str:
        return f"token of {self.region}:{self.smartsheet_id} to return"

    def take(self, *, seconds: float) -> bool:
        """Reserve the token for this process for some seconds, so that only this process asks Smartsheet to end the
        token. Return False if another process has reserved the token or has finished with it.
        """
        due = TokenToReturn.objects.due().filter(pk=self.pk)
        return bool(due.order_by().update(next_try_at=timezone.now() + timedelta(seconds=seconds)))
