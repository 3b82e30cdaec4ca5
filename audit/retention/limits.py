"""Finds the boundary up to which the log can be retired, and checks that the entries before this boundary aren't needed
any more.

The log is retired up to the beginning of a month. The boundary is the end of the seal that covers the last entry from
before this month. So the chain that remains begins right after a seal. All entries up to the boundary are removed. If
the log is sealed once a minute, some of these entries can be from the first minute of the month. The seals of removed
entries stay.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Max, Min, OuterRef, Q
from django.utils import timezone

from audit.conf import settings
from audit.models import Cursor, Entry, EntryQuerySet, Leaf, Seal
from audit.vocabulary import CONCLUSIVE

REST = timedelta(hours=1)  # longer than a process caches names (audit.commitments, audit.directory)


class CannotRetire(Exception):
    """Nothing was retired. The message says why, and what to do first."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """What is removed: the links from `first_seq` to the end of `seal`. The entries of these links were written before
    the time `before` (UTC), except for those with the ids in `younger`. `newest_seq` was the chain's last link when the
    boundary was found.
    """

    before: datetime
    first_seq: int
    seal: Seal
    younger: tuple[int, ...]
    newest_seq: int

    @property
    def last_seq(self) -> int:
        return self.seal.last_seq

    @property
    def count(self) -> int:
        """The number of entries that are removed."""
        return self.last_seq - self.first_seq + 1

    def entries(self) -> EntryQuerySet:
        """The entries that are removed."""
        return Entry.objects.filter(Q(at__lt=self.before) | Q(pk__in=self.younger))

    def has_changed(self) -> bool:
        """Whether the log has changed since the boundary was found, so that the boundary is no longer right. This
        happens if another process retires entries, or if an entry from before the time `before` is committed late.
        """
        late = Leaf.objects.filter(seq__gt=self.newest_seq).values("entry_id")
        is_late = Entry.objects.filter(at__lt=self.before, pk__in=late).exists()
        return is_late or Leaf.objects.aggregate(first=Min("seq"))["first"] != self.first_seq


def boundary(before: datetime) -> Boundary:
    """The boundary for retiring the entries that were written before the time `before`. Pass the beginning of a month
    (UTC). Raises CannotRetire.
    """
    if before > timezone.now().astimezone(before.tzinfo):
        raise CannotRetire("Only months that are over can be retired.")
    ends = Leaf.objects.aggregate(first=Min("seq"), newest=Max("seq"))
    old = Entry.objects.filter(at__lt=before)
    links = Leaf.objects.filter(entry_id__in=old.values("pk")).aggregate(last=Max("seq"))
    if links["last"] is None:
        raise CannotRetire(f"The log holds nothing from before {before:%Y-%m}.")
    seal = Seal.objects.filter(first_seq__lte=links["last"], last_seq__gte=links["last"]).order_by("pk").first()
    if seal is None:
        raise CannotRetire(f"Not all entries from before {before:%Y-%m} are sealed: run manage.py audit_seal first.")
    under = Leaf.objects.filter(seq__lte=seal.last_seq).values("entry_id")
    younger = Entry.objects.filter(at__gte=before, pk__in=under).order_by("pk").values_list("pk", flat=True)
    found = Boundary(before, ends["first"], seal, tuple(younger), ends["newest"])
    _check_complete(found, old)
    _check_rest(found)
    _check_followers(found)
    _check_settled(found)
    return found


def _check_complete(found: Boundary, old: EntryQuerySet) -> None:
    is_linked = Exists(Leaf.objects.filter(entry_id=OuterRef("pk")))
    linked = Leaf.objects.filter(seq__lte=found.last_seq).count()
    if linked != found.count or found.entries().count() != found.count or old.exclude(is_linked).exists():
        raise CannotRetire("The chain and the entries don't match: run manage.py audit_verify to find out why.")


def _check_rest(found: Boundary) -> None:
    newest = found.entries().aggregate(at=Max("at"))["at"]
    if newest > timezone.now() - REST:
        raise CannotRetire("Some of the entries to retire were written less than an hour ago: try again later.")


def _check_followers(found: Boundary) -> None:
    anchored = dict(Cursor.objects.filter(name__startswith="anchor ").values_list("name", "seq"))
    late = [f"anchor {name}" for name in settings.AUDIT_ANCHORS if anchored.get(f"anchor {name}", 0) < found.seal.pk]
    followers = Cursor.objects.exclude(name__startswith="anchor ").filter(seq__lt=found.last_seq)
    late += followers.order_by("name").values_list("name", flat=True)
    if late:
        raise CannotRetire(f"These consumers of the log haven't received all entries to retire yet: {', '.join(late)}.")


def _check_settled(found: Boundary) -> None:
    """Raise CannotRetire if an edit among the entries to remove is unsettled. The query has two separate conditions,
    because PostgreSQL can hash each of them. If they were joined with OR, PostgreSQL would compare all rows with all
    rows.
    """
    outcomes = Entry.objects.filter(edit_id=OuterRef("edit_id"), phase__in=CONCLUSIVE)
    of_row, of_all = Exists(outcomes.filter(line=OuterRef("line"))), Exists(outcomes.filter(line=None))
    unsettled = found.entries().intents().filter(~of_row, ~of_all).order_by().values_list("pk", flat=True)[:1]
    for entry_id in unsettled:
        raise CannotRetire(f"The outcome of entry {entry_id} is not certain yet: run manage.py audit_settle first.")
