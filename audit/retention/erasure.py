"""Erases a person's names, or personal values. The clear text is gone for good, and no hash of the log changes.

It blanks text and salt of PersonalText, and what the histories of our own rows say. Entries only have commitments,
which no one can open without the salt. Pages then say "name erased". A blanked row stays, so that a process that caches
the person (commitments.MEMORY) can't bring the name back. Someone who goes on working gets a new commitment. What this
app knows about a person now isn't erased here: disconnect or delete them first.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from audit import commitments, histories
from audit.database.triggers import lifted
from audit.histories import mentions
from audit.models import Entry, Names, PersonalText
from audit.proof.commitment_bytes import of_entry
from audit.proof.leaves import COLUMNS
from audit.recording import THIS_APP, Actor, Evidence, nobody, note
from audit.vocabulary import Action, Origin


class NothingToErase(Exception):
    """There is nothing to erase. The message names no one."""


class ReasonNamesThem(Exception):
    """The reason, which stays in the log, contains what is to be erased."""


@dataclass(frozen=True, slots=True)
class Person:
    """Everything about the person with this region and Smartsheet id, and what only has their e-mail addresses."""

    region: str
    number: int

    @property
    def subject(self) -> str:
        return f"audit.person/{self.label}"

    @property
    def label(self) -> str:
        return f"{self.region}:{self.number}"

    def texts(self) -> Q:
        is_theirs = Q(region=self.region, person_id=self.number)
        emails = PersonalText.objects.clear().actors().filter(is_theirs).exclude(email="")
        return is_theirs | Q(person_id=None, email__in=set(emails.values_list("email", flat=True)))

    def blank_histories(self) -> int:
        return histories.blank_person(region=self.region, person_id=self.number)


@dataclass(frozen=True, slots=True)
class Address:
    """Names and values with this e-mail address. Several people may have used it, one after the other."""

    email: str
    subject = "audit.address"
    label = "an e-mail address"

    def texts(self) -> Q:
        found = PersonalText.objects.clear().filter(Q(email__iexact=self.email) | Q(text__icontains=self.email))
        rows = found.values_list("commitment", "text", "email")
        return Q(pk__in=[pk for pk, *texts in rows if any(mentions(text, self.email) for text in texts)])

    def blank_histories(self) -> int:
        return histories.blank_address(self.email)


@dataclass(frozen=True, slots=True)
class Values:
    """The personal values of one entry, but not its actor's name."""

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

    def blank_histories(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class NameAlone:
    """A name that was recorded without an id: of a user of the admin, or given to a command."""

    name: str
    subject = "audit.name"
    label = "a name without a number"

    def texts(self) -> Q:
        is_somebodys = self.name not in {THIS_APP.name, nobody().name}
        rows = PersonalText.objects.clear().actors().filter(person_id=0).values_list("commitment", "text")
        return Q(pk__in=[pk for pk, text in rows if is_somebodys and Names(*json.loads(text)).name == self.name])

    def blank_histories(self) -> int:
        return histories.blank_name(self.name)


What = Person | Address | Values | NameAlone


@dataclass(frozen=True, slots=True)
class Found:
    """How many names and values can be erased; after erasing, also how many rows of histories were blanked."""

    names: int
    values: int
    histories: int = 0

    def __str__(self) -> str:
        return f"names: {self.names}, values: {self.values}, rows of histories: {self.histories}"


def look(what: What) -> Found:
    """What erase() would erase from the log. Doesn't count rows of histories."""
    return _count(what.texts())


def names_of(what: What) -> list[str]:
    """The names that erase() would erase, sorted, so that people can check whose they are."""
    texts = PersonalText.objects.clear().filter(what.texts()).actors().values_list("text", flat=True)
    return sorted({Names(*json.loads(text)).name for text in texts})


def check_reason(what: What, reason: str) -> None:
    """Raise ReasonNamesThem if the reason, which stays, contains a name or an address that is to be erased."""
    _refuse_to_name(what.texts(), what, reason)


def erase(what: What, *, by: Actor, reason: str, origin: Origin) -> Found:
    """Erase it and record that in the log, both or neither. Committed when this returns, unless a transaction is open.

    Raises:
        NothingToErase: neither the log nor a history has anything of it.
        ReasonNamesThem: the reason contains a name or an address that is to be erased.
        NotRecorded: the log couldn't be written, so nothing was erased.
    """
    _sweep_what_is_freed()
    try:
        return _erase(what, by=by, reason=reason, origin=origin)
    finally:  # also where somebody who was killed had erased it already
        _empty_the_journal()


def _erase(what: What, *, by: Actor, reason: str, origin: Origin) -> Found:
    with transaction.atomic():
        texts = what.texts()
        _refuse_to_name(texts, what, reason)
        rows = PersonalText.objects.clear().filter(texts)
        # As many as are taken here: somebody else may erase, or write, at the same time.
        kinds = (rows.filter(kind=kind) for kind in (PersonalText.Kind.ACTOR, PersonalText.Kind.VALUE))
        names, values = (some.update(text="", salt="", email="", erased_at=Now()) for some in kinds)
        found = Found(names, values, _blank_histories(what))
        if found == Found(0, 0):
            raise NothingToErase("Nothing was found that could be erased.")
        evidence: dict[str, Evidence] = {"names": found.names, "values": found.values, "histories": found.histories}
        note(
            actor=by,
            action=Action.ERASE,
            origin=origin,
            subject=what.subject,
            label=what.label,
            reason=reason,
            message=f"Erased: {found}.",
            evidence=evidence,
            refers_to=what.entry_id if isinstance(what, Values) else None,
        )
        transaction.on_commit(commitments.forget)
    return found


def people_with(email: str) -> list[tuple[str, int]]:
    """Region and id of the people who had this address when an entry was written, unless it was erased."""
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
        raise ReasonNamesThem("The reason stays in the log: say it without the name or the address that is erased.")


def _parts(texts: Q, what: What) -> Iterator[str]:
    """The names and addresses that are to be erased."""
    if isinstance(what, Address):
        yield what.email
    if isinstance(what, NameAlone) and what.name:  # which perhaps a history alone holds
        yield what.name
    for text in PersonalText.objects.clear().filter(texts).values_list("text", flat=True):
        value = json.loads(text)
        parts = [value] if isinstance(value, str) and "@" in value else value
        yield from (part for part in parts if part and isinstance(part, str)) if isinstance(parts, list) else ()


def _sweep_what_is_freed() -> None:
    """Make SQLite overwrite deleted data from now on. https://www.sqlite.org/pragma.html#pragma_secure_delete"""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _empty_the_journal() -> None:
    """Truncate SQLite's write-ahead log, which still has the old pages. That isn't possible within a transaction."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
