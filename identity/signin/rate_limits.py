"""Counts sign-in attempts by address. The counts are in the database, which all processes share.

The settings SIGN_IN_RATE_LIMIT and PASSWORD_RATE_LIMIT are the highest numbers of requests that an address can send in
a minute. identity.decorators refuses requests above these limits. This module also counts calls with app tokens, but by
token.
"""

import ipaddress
from datetime import datetime, timedelta
from math import ceil

from django.db import models, transaction
from django.utils import timezone

WINDOW = timedelta(minutes=1)
OWN_NETWORK = 64  # a provider assigns these first bits of an IPv6 address; its customer chooses the other bits


class AttemptsQuerySet(models.QuerySet["Attempts"]):
    def count_one(self, *, what: str, address: str) -> "Attempts":
        """Count an attempt from this address. Return the row that has the number of the address's attempts in the
        current minute.
        """
        now = timezone.now()
        with transaction.atomic():
            window, is_new = self.select_for_update().get_or_create(
                what=what, address=address, defaults={"began_at": now}
            )
            if is_new:
                self.filter(what=what)._forget(before=now - WINDOW)
            elif window.is_over:
                window.began_at, window.count = now, 0
            window.count += 1
            window.save()
        return window

    def _forget(self, *, before: datetime) -> None:
        """Delete rows whose minute began before the time `before`. Rows that another process is using are skipped."""
        over = self.select_for_update(skip_locked=True).filter(began_at__lt=before)
        self.filter(pk__in=list(over.values_list("pk", flat=True))).delete()


class Attempts(models.Model):
    """The number of attempts from an address in a minute. The minute (the *window*) begins with the first attempt, at
    `began_at`. After it is over, the next attempt begins a new minute.
    """

    what = models.CharField(max_length=20)
    address = models.CharField(max_length=50)
    began_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    objects = AttemptsQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "address"], name="one_row_per_address")]

    def __str__(self) -> str:
        return f"{self.what} from {self.address}: {self.count}"

    @property
    def is_over(self) -> bool:
        return self.began_at + WINDOW <= timezone.now()

    @property
    def seconds_left(self) -> int:
        return max(1, ceil((self.began_at + WINDOW - timezone.now()).total_seconds()))


def window_of(client_ip: str, *, what: str) -> Attempts:
    """Count an attempt from a client's address. Return the row with the number of attempts in the current minute."""
    return Attempts.objects.count_one(what=what, address=network_of(client_ip))


def network_of(client_ip: str) -> str:
    """Return the address by which attempts are counted. An IPv4 address is counted as it is. For an IPv6 address, this
    is the network that a provider assigns to one customer.
    """
    address = ipaddress.ip_address(client_ip)
    if address.version == 4:
        return client_ip
    return str(ipaddress.ip_network((address, OWN_NETWORK), strict=False))
