"""Erases a person's names, or personal values. The clear text is gone for good, and no hash of the log changes.

Erasing blanks text and salt in PersonalText, and personal fields in the histories of this app's records. Entries have
only commitments, which no one can open without the salt. Pages then show "name erased". The blanked row stays. So a
process that still caches the name (commitments.MEMORY) can't store it again. If the person continues to work here, they
get a new commitment. Other apps receive the signal `erasing`, and blank what they store about the person. The person's
profile and token aren't erased here: disconnect or delete the person first.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.dispatch import Signal

from audit import commitments, histories
from audit.database.triggers import lifted
from audit.histories import mentions
from audit.models import Entry, Names, PersonalText, PersonalTextQuerySet
from audit.proof.commitment_bytes import of_entry
from audit.proof.leaves import COLUMNS
from audit.recording import THIS_APP, Actor, Evidence, nobody, note
from audit.vocabulary import Action, Origin

AT_ONCE = 500
PER_ENTRY = 400  # the most commitments in one entry, so that its evidence fits into a cell of Excel (32,767 characters)

# Sent in the transaction of an erasure. `what` says what is erased (see What), and `addresses` are the person's e-mail
# addresses in the log, in lower case. A receiver blanks what its app stores about the person outside of histories, and
# returns the number of rows.
erasing = Signal()


class NothingToErase(Exception):
    """There is nothing to erase. The message contains no name."""


class ReasonNamesThem(Exception):
    """The reason contains a name or an address that is to be erased. This name or address would stay in the log,
    because reasons can't be erased.
    """


@dataclass(frozen=True, slots=True)
class Person:
    """What to erase: everything about the person with this region and id. Some texts were recorded without a person's
    id. Such a text is erased too if it was recorded with one of this person's e-mail addresses.
    """

    region: str
    number: int

    @property
    def subject(self) -> str:
        return f"audit.person/{self.label}"

    @property
    def label(self) -> str:
        return f"{self.region}:{self.number}"

    def texts(self) -> Q:
        return Q(region=self.region, person_id=self.number) | Q(person_id=None, email__in=self._emails())

    def addresses(self) -> frozenset[str]:
        return frozenset(email.lower() for email in self._emails())

    def _emails(self) -> set[str]:
        is_theirs = Q(region=self.region, person_id=self.number)
        emails = PersonalText.objects.clear().actors().filter(is_theirs).exclude(email="")
        return set(emails.values_list("email", flat=True))

    def blank_histories(self) -> int:
        return histories.blank_person(region=self.region, person_id=self.number)


@dataclass(frozen=True, slots=True)
class Address:
    """What to erase: names and values with this e-mail address. Several people can have had this address, one after the
    other.
    """

    email: str
    subject = "audit.address"
    label = "an e-mail address"

    def texts(self) -> Q:
        found = PersonalText.objects.clear().filter(Q(email__iexact=self.email) | Q(text__icontains=self.email))
        rows = found.values_list("commitment", "text", "email")
        return Q(pk__in=[pk for pk, *texts in rows if any(mentions(text, self.email) for text in texts)])

    def addresses(self) -> frozenset[str]:
        return frozenset({self.email.lower()})

    def blank_histories(self) -> int:
        return histories.blank_address(self.email)


@dataclass(frozen=True, slots=True)
class Values:
    """What to erase: the personal values of one entry, but not its actor's name."""

    entry_id: int

    @property
    def subject(self) -> str:
        return f"audit.entry/{self.entry_id}"

    @property
    def label(self) -> str:
        return f"entry {self.entry_id}"

    def texts(self) -> Q:
        entry = Entry.objects.filter(pk=self.entry_id).values_list(*COLUMNS).first()
        _actor, *values = of_entry(list(entry)) if entry else [""]
        return Q(pk__in=values)

    def addresses(self) -> frozenset[str]:
        return frozenset()

    def blank_histories(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class NameAlone:
    """What to erase: a name that was recorded without an id. Examples are the name of an admin user, and a name that
    was given to a command.
    """

    name: str
    subject = "audit.name"
    label = "a name without a number"

    def texts(self) -> Q:
        is_somebodys = self.name not in {THIS_APP.name, nobody().name}
        rows = PersonalText.objects.clear().actors().filter(person_id=0).values_list("commitment", "text")
        return Q(pk__in=[pk for pk, text in rows if is_somebodys and Names(*json.loads(text)).name == self.name])

    def addresses(self) -> frozenset[str]:
        return frozenset()

    def blank_histories(self) -> int:
        return histories.blank_name(self.name)


What = Person | Address | Values | NameAlone


@dataclass(frozen=True, slots=True)
class Found:
    """The result of look() or erase(). For look(), `names` and `values` say how many names and values can be erased.
    For erase(), they say how many were erased. `histories` and `records` say how many rows of histories and how many
    other records erase() blanked. look() doesn't count these.
    """

    names: int
    values: int
    histories: int = 0
    records: int = 0

    def __str__(self) -> str:
        others = f", other records: {self.records}" if self.records else ""
        return f"names: {self.names}, values: {self.values}, rows of histories: {self.histories}{others}"


def look(what: What) -> Found:
    """Count the names and values that erase() would erase. Rows of histories aren't counted."""
    return _count(what.texts())


def names_of(what: What) -> list[str]:
    """The names that erase() would erase, in alphabetical order. They are shown before erasing, so that people can
    check whose names they are.
    """
    texts = PersonalText.objects.clear().filter(what.texts()).actors().values_list("text", flat=True)
    return sorted({Names(*json.loads(text)).name for text in texts})


def check_reason(what: What, reason: str) -> None:
    """Raise ReasonNamesThem if the reason contains a name or an address that is to be erased."""
    _refuse_to_name(what.texts(), what, reason)


def erase(what: What, *, by: Actor, reason: str, origin: Origin) -> Found:
    """Erase the names or values `what`, and record this in the log, in one transaction. The erasure is committed when
    this function returns, unless another transaction is open.

    Raises:
        NothingToErase: neither the log nor a history has anything to erase.
        ReasonNamesThem: the reason contains a name or an address that is to be erased.
        NotRecorded: the log couldn't be written, so nothing was erased.
    """
    _sweep_what_is_freed()
    try:
        return _erase(what, by=by, reason=reason, origin=origin)
    finally:  # needed even if nothing was erased now, because an earlier process can have been killed after erasing
        _empty_the_journal()


def _erase(what: What, *, by: Actor, reason: str, origin: Origin) -> Found:
    with transaction.atomic():
        texts = what.texts()
        _refuse_to_name(texts, what, reason)
        # Sent now, because the log has the addresses only until they are erased.
        told = erasing.send(type(what), what=what, addresses=what.addresses())
        rows = PersonalText.objects.clear().filter(texts)
        erased = _blank(rows)
        names = sum(kind == PersonalText.Kind.ACTOR for kind in erased.values())
        records = sum(int(count or 0) for _, count in told)
        found = Found(names, len(erased) - names, _blank_histories(what), records)
        if found == Found(0, 0):
            raise NothingToErase("There is nothing to erase.")
        evidence: dict[str, Evidence] = {"names": found.names, "values": found.values, "histories": found.histories}
        evidence |= {"records": found.records} if found.records else {}
        every = sorted(erased)  # audit_verify compares these commitments with the blanked rows
        parts: list[list[Evidence]] = [[*every[start : start + PER_ENTRY]] for start in range(0, len(every), PER_ENTRY)]
        write = partial(
            note, actor=by, action=Action.ERASE, origin=origin, subject=what.subject, label=what.label, reason=reason
        )
        edit_id = write(
            message=f"Erased: {found}.",
            evidence=evidence | ({"commitments": parts[0]} if parts else {}),
            refers_to=what.entry_id if isinstance(what, Values) else None,
        )
        first = Entry.objects.of_edit(edit_id).values_list("pk", flat=True).get()
        for number, part in enumerate(parts[1:], 2):
            rest: dict[str, Evidence] = {"commitments": part}
            message = f"Part {number} of {len(parts)} of the list of erased texts."
            write(message=message, evidence=rest, refers_to=first, is_head=False)
        transaction.on_commit(commitments.forget)
    return found


def _blank(rows: PersonalTextQuerySet) -> dict[str, str]:
    """Blank these rows. Return a dict from each row's commitment to the row's kind. The rows are locked first, because
    another process can erase at the same time.
    """
    found = dict(rows.select_for_update().values_list("commitment", "kind"))
    every = list(found)
    for start in range(0, len(every), AT_ONCE):
        some = every[start : start + AT_ONCE]
        PersonalText.objects.filter(pk__in=some).update(text="", salt="", email="", erased_at=Now())
    return found


def people_with(email: str) -> list[tuple[str, int]]:
    """Return the region and the id of each person who had this address when an entry was written. Erased addresses
    aren't found.
    """
    rows = PersonalText.objects.clear().actors().filter(email__iexact=email).exclude(person_id=0)
    found = rows.values_list("region", "person_id").distinct().order_by("region", "person_id")
    return [(region, number) for region, number in found if number is not None]


def _count(texts: Q) -> Found:
    rows = PersonalText.objects.clear().filter(texts)
    names = rows.actors().count()
    return Found(names, rows.count() - names)


def _blank_histories(what: What) -> int:
    if connection.vendor != "sqlite" or isinstance(what, Values):
        return what.blank_histories()
    with lifted(connection, [table for table, *_ in histories.tables()]):
        return what.blank_histories()


def _refuse_to_name(texts: Q, what: What, reason: str) -> None:
    if any(part.casefold() in reason.casefold() for part in _parts(texts, what)):
        raise ReasonNamesThem(
            "The reason stays in the log: write it without the name or address that you want to erase."
        )


def _parts(texts: Q, what: What) -> Iterator[str]:
    """The names and addresses that are to be erased."""
    if isinstance(what, Address):
        yield what.email
    if isinstance(what, NameAlone) and what.name:  # it is possible that only a history has the name
        yield what.name
    for text in PersonalText.objects.clear().filter(texts).values_list("text", flat=True):
        value = json.loads(text)
        parts = [value] if isinstance(value, str) and "@" in value else value
        yield from (part for part in parts if part and isinstance(part, str)) if isinstance(parts, list) else ()


def _sweep_what_is_freed() -> None:
    """From now on, make SQLite overwrite the bytes of deleted data.
    https://www.sqlite.org/pragma.html#pragma_secure_delete
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _empty_the_journal() -> None:
    """Truncate SQLite's write-ahead log, because this file still has the erased text. It can't be truncated in a
    transaction.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
