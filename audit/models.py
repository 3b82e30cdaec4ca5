"""The log's tables. An edit is several entries with the same `edit_id`: first its intents, then its outcomes. An act
without an intent is one entry. The chain and its seals prove that entries weren't changed, and the database refuses to
change them (audit/database/triggers.py). Clear text that must be erasable is stored separately (PersonalText).
"""

import json
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple, NoReturn, Self
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.db.models.lookups import Exact

from audit.directory import Known  # noqa: F401 # Django looks for models here
from audit.page_models import SavedFilter, Tally  # noqa: F401 # as above
from audit.unsettled import Unsettled  # noqa: F401 # as above
from audit.via import KEYS, Part, ViaValue, has_key
from audit.vocabulary import Action, Origin, Phase


class AppendOnlyError(Exception):
    """Code tried to save or delete an entry. Only audit.recording writes entries, and single entries can't be
    deleted.
    """


class Names(NamedTuple):
    """The name and e-mail address that a person had when an entry was written."""

    name: str
    email: str


class EntryQuerySet(models.QuerySet["Entry"]):
    """Queries of the log. Each of them can use an index."""

    def intents(self) -> Self:
        """Intents. There is one for each changed cell, and one for each added, deleted or moved row."""
        return self.filter(phase=Phase.INTENT)

    def heads(self) -> Self:
        """Return the entries that the log page lists: the first intent of each edit, and the first entry of each act
        without an intent. The page doesn't list outcomes, or the acts of reading the log.
        """
        return self.filter(is_head=True)

    def told(self) -> Self:
        """Return all intents, and all acts without an intent, including the acts of reading the log."""
        return self.filter(models.Q(phase=Phase.INTENT) | models.Q(line=None))

    def by_actor(self, actor_id: int, *, region: str | None = None) -> Self:
        """Entries of the person with this Smartsheet id. Pass `region` too, because ids are unique only within a
        region.
        """
        return self.filter(actor_id=actor_id) if region is None else self.filter(actor_id=actor_id, region=region)

    def outcomes(self) -> Self:
        """All entries except intents: outcomes, and acts without an intent. An outcome is about a row, or about a cell
        in which Smartsheet stored another value than the one that was sent.
        """
        return self.exclude(phase=Phase.INTENT)

    def of_edit(self, edit_id: UUID) -> Self:
        """All entries of one edit: its intents and its outcomes."""
        return self.filter(edit_id=edit_id)

    def on_sheet(self, sheet_id: int) -> Self:
        """Entries on this sheet."""
        return self.filter(sheet_id=sheet_id)

    def on_row(self, *, sheet_id: int, row_id: int) -> Self:
        """Entries on this row. The intent to add the row is included, although the row had no id at the time."""
        return self.filter(models.Q(sheet_id=sheet_id, row_id=row_id) | _added(sheet_id, row_id))

    def on_cell(self, *, sheet_id: int, row_id: int, column_id: int) -> Self:
        """Entries on this cell. The intent to add the cell's row is included, because the cell got its first value when
        the row was added.
        """
        on_cell = models.Q(sheet_id=sheet_id, row_id=row_id, column_id=column_id)
        return self.filter(on_cell | _added(sheet_id, row_id) & models.Q(column_id=None, phase=Phase.INTENT))

    def on_column(self, column_id: int) -> Self:
        """Entries on this column. Filter by the column's sheet too, because the index begins with the sheet."""
        return self.filter(column_id=column_id)

    def came_by(self, part: Part) -> Self:
        """Entries that were made by this form, app token, job or client."""
        return self.filter(has_key(part.key), Exact(ViaValue(part.key), str(part.value)))

    def undoings_of(self, entry_id: int) -> Self:
        """Intents to undo this entry, oldest first."""
        return self.intents().filter(refers_to=entry_id, origin=Origin.UNDO).order_by("id")

    def on_lines(self, lines: Mapping[UUID, Collection[int | None]]) -> Self:
        """Entries of these lines (rows) of edits."""
        wanted = models.Q(pk__in=[])
        for edit_id, numbers in lines.items():
            wanted |= models.Q(edit_id=edit_id, line__in=numbers)
        return self.filter(wanted)

    def before(self, entry_id: int) -> Self:
        """Entries with a smaller id, newest first."""
        return self.filter(id__lt=entry_id).order_by("-id")

    def after(self, entry_id: int) -> Self:
        """Entries with a larger id, oldest first."""
        return self.filter(id__gt=entry_id).order_by("id")

    def newest_first(self) -> Self:
        """The entries, newest first, ordered by id. Ids rise with time, unless the database's clock was wrong."""
        return self.order_by("-id")


class Entry(models.Model):
    """One entry of the log.

    It stores the ids and names that people, sheets, rows and columns had when the entry was written. It has no foreign
    keys to them. So an entry stays the same when a sheet, for example, is renamed or deleted. The ids are Smartsheet's.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("at (UTC)", db_default=Now(), editable=False)  # only the database sets it
    edit_id = models.UUIDField()
    line = models.PositiveIntegerField(null=True)  # the row's number in the edit; links an outcome to its intents
    is_head = models.BooleanField(default=True)  # whether the log page lists this entry
    request_id = models.CharField(max_length=64, blank=True)
    phase = models.CharField(max_length=16, choices=Phase.choices)
    actor_id = models.BigIntegerField()
    region = models.CharField(max_length=16)
    actor = models.CharField(max_length=64)  # the commitment to the actor's names, which are in PersonalText
    action = models.CharField(max_length=32, choices=Action.choices)
    subject = models.TextField(blank=True)  # the record that the entry is about, if any: "identity.smartsheetuser/5"
    sheet_id = models.BigIntegerField(null=True)
    sheet_name = models.TextField(blank=True)
    row_id = models.BigIntegerField(null=True)
    row_label = models.TextField(blank=True)
    column_id = models.BigIntegerField(null=True)
    column_title = models.TextField(blank=True)
    old = models.TextField(null=True)  # canonical JSON; null is an empty cell
    new = models.TextField(null=True)
    reason = models.TextField(blank=True)
    origin = models.CharField(max_length=16, choices=Origin.choices)
    ip = models.CharField("IP address", max_length=45, null=True)
    user_agent = models.TextField(blank=True)
    error_code = models.BigIntegerField(null=True)
    ref_id = models.TextField(blank=True)
    message = models.TextField(blank=True)
    evidence = models.TextField(null=True)  # canonical JSON: facts about the act, such as why it was settled like this
    refers_to = models.BigIntegerField(null=True)  # the entry that this one is about
    via = models.TextField(null=True)  # canonical JSON: the form, token, job or client that made the entry (via.py)
    leaf = models.BinaryField(max_length=32)  # leaf() in proof/leaves.py, over all columns above except id and at

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["actor_id", "id"], name="audit_entry_actor"),
            models.Index(fields=["sheet_id", "id"], name="audit_entry_sheet"),
            models.Index(fields=["sheet_id", "row_id", "column_id", "id"], name="audit_entry_cell"),
            models.Index(
                fields=["sheet_id", "column_id", "id"],
                name="audit_entry_column",
                condition=models.Q(column_id__isnull=False),
            ),
            models.Index(fields=["edit_id", "line"], name="audit_entry_edit"),
            models.Index(fields=["at"], name="audit_entry_at"),
            models.Index(fields=["id"], name="audit_entry_head", condition=models.Q(is_head=True)),
            # Without the next two indexes, the pages of a person and of a sheet would read all entries of an import to
            # list one of them.
            models.Index(fields=["actor_id", "id"], name="audit_entry_actor_head", condition=models.Q(is_head=True)),
            models.Index(fields=["sheet_id", "id"], name="audit_entry_sheet_head", condition=models.Q(is_head=True)),
            models.Index(fields=["subject", "id"], name="audit_entry_subject", condition=~models.Q(subject="")),
            models.Index(fields=["refers_to"], name="audit_entry_refers", condition=models.Q(refers_to__isnull=False)),
            models.Index(
                fields=["phase", "id"], name="audit_entry_notable", condition=~models.Q(phase__in=["intent", "applied"])
            ),
            models.Index(fields=["action", "id"], name="audit_entry_action", condition=~models.Q(action="change")),
            *(models.Index(ViaValue(key), "id", name=f"audit_entry_via_{key}", condition=has_key(key)) for key in KEYS),
        ]
        permissions = [
            ("view_all", "Can read everybody's entries"),
            ("export", "Can export the log"),
            ("erase", "Can erase a person's name from the log"),
        ]

    def __str__(self) -> str:
        return f"{self.get_phase_display()}: {self.actor_name} {self.get_action_display()} (entry {self.pk})"

    def save(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raises AppendOnlyError, because only audit.recording writes entries."""
        raise AppendOnlyError("Only audit.recording writes entries of the audit log.")

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raises AppendOnlyError, because entries can't be deleted."""
        raise AppendOnlyError("An entry of the audit log cannot be deleted.")

    @cached_property
    def names(self) -> Names:
        """The actor's name and e-mail address when the entry was written. To read the names of several entries in one
        query, use `with_names()`.
        """
        return PersonalText.objects.names([self.actor]).get(self.actor) or erased(self)

    @property
    def person(self) -> str:
        """The actor's region and id, written as in the log page's addresses, such as eu:5. An id alone is
        unique only within a region.
        """
        return f"{self.region}:{self.actor_id}"

    @property
    def actor_name(self) -> str:
        return self.names.name

    @property
    def actor_email(self) -> str:
        return self.names.email


def _added(sheet_id: int, row_id: int) -> models.Q:
    """A condition for the entries of the edit that added this row. No entry matches if the row wasn't added with this
    app.
    """
    outcomes = Entry.objects.filter(sheet_id=sheet_id, row_id=row_id, phase=Phase.APPLIED, action=Action.ADD)
    added = list(outcomes.order_by().values("edit_id", "line")[:1])
    return models.Q(**added[0]) if added else models.Q(pk__in=[])


def erased(entry: Entry) -> Names:
    """The names to show for an actor whose names were erased."""
    return Names(f"person {entry.actor_id} (name erased)", "")


def with_names(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries with their actors' names. One query reads all the names."""
    entries = list(entries)
    known = PersonalText.objects.names({entry.actor for entry in entries})
    for entry in entries:
        entry.names = known.get(entry.actor) or erased(entry)
    return entries


class Leaf(models.Model):
    """A link of the chain. Each entry has one link. The database writes the links in the order of the commits, and
    numbers them without gaps.
    """

    seq = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)  # link() in proof/leaves.py

    class Meta:
        verbose_name_plural = "leaves"

    def __str__(self) -> str:
        return f"link {self.seq} of the chain: entry {self.entry_id}"


class Seal(models.Model):
    """A signed statement about the links from `first_seq` to `last_seq`. An empty seal proves that nothing was written;
    its `last_seq` is one less than its `first_seq`. Each seal has the hash of the seal before it.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("at (UTC)")
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    root = models.BinaryField(max_length=32)  # root() in proof/merkle.py, over the records
    head = models.BinaryField(max_length=32)  # the hash of the link at `last_seq`
    previous = models.BinaryField(max_length=32)  # the hash of the seal before this one; zeros in the first seal
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)  # Ed25519

    class Meta:
        indexes = [models.Index(fields=["last_seq", "id"], name="audit_seal_over")]

    def __str__(self) -> str:
        return f"seal {self.pk} over the links {self.first_seq} to {self.last_seq}"


class PersonalTextQuerySet(models.QuerySet["PersonalText"]):
    def actors(self) -> Self:
        """Names and e-mail addresses of people."""
        return self.filter(kind=PersonalText.Kind.ACTOR)

    def clear(self) -> Self:
        """Texts that weren't erased."""
        return self.filter(erased_at=None)

    def names(self, commitments: Iterable[str]) -> dict[str, Names]:
        """The names behind these commitments. Erased names are left out."""
        found = self.clear().filter(commitment__in=set(commitments)).values_list("commitment", "text")
        return {commitment: Names(*json.loads(text)) for commitment, text in found}


class PersonalText(models.Model):
    """The clear text behind a commitment. Entries have only HMAC-SHA256(salt, text). So blanking text and salt here
    erases the text for good, and changes no hash.
    """

    class Kind(models.TextChoices):
        ACTOR = "actor", "name and e-mail address"
        VALUE = "value", "value"

    commitment = models.CharField(max_length=64, primary_key=True)
    salt = models.CharField(max_length=64, blank=True)
    text = models.TextField(blank=True)  # canonical JSON; for an actor [name, e-mail address]
    kind = models.CharField(max_length=8, choices=Kind.choices)
    region = models.CharField(max_length=16, blank=True)
    person_id = models.BigIntegerField(null=True)  # the person in the text, if known
    email = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True)

    objects = PersonalTextQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "region", "kind"], name="audit_personal_person"),
            models.Index(fields=["email"], name="audit_personal_email", condition=~models.Q(email="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.commitment[:8]}"


class Cursor(models.Model):
    """How far a reader of the chain (a stream, an anchor, …) has read. It is working data, not evidence."""

    name = models.CharField(max_length=100, primary_key=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"
