"""What a save is compared with: the sheet as the person can see it now, read with their own token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError

from audit.recording import Actor, Change, note
from audit.vocabulary import Action, Origin, Phase
from edits.features import Feature
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import NotFound
from edits.saving import concurrent_saves
from edits.sheets import reading
from edits.sheets.personal_columns import personal_columns
from edits.sheets.sheet import Row, Sheet
from identity.models import SmartsheetUser

FEATURES = {
    Action.CHANGE: Feature.CHANGE,
    Action.MOVE: Feature.CHANGE,
    Action.ADD: Feature.ADD,
    Action.ANCHOR: Feature.ADD,
    Action.DELETE: Feature.DELETE,
}


@dataclass(frozen=True, slots=True)
class Baseline:
    """A sheet with its columns and the rows that were asked for; `position` is the newest entry that the log had before
    they were read: saves that came after it may not be in them."""

    gateway: Gateway
    sheet: Sheet
    position: int
    has_descendants: bool = False  # whether all rows beneath those that were asked for are there too

    @property
    def actor(self) -> Actor:
        """The owner of the token that the sheet was read with, and that changes are sent with."""
        return owner_of(self.gateway)

    @property
    def addresses(self) -> frozenset[str]:
        """All e-mail addresses that the owner is known by; where the database doesn't answer, the one of now."""
        actor = self.actor
        try:
            return SmartsheetUser.objects.addresses(region=actor.region, person_id=actor.id, then=actor.email)
        except DatabaseError:
            return frozenset({actor.email.casefold()})

    @property
    def personal(self) -> frozenset[int]:
        """The ids of the sheet's personal columns."""
        return personal_columns(region=self.gateway.owner.region, sheet_id=self.sheet.id)

    def row(self, row_id: int) -> Row:
        """A row that was asked for. Raises NotFound where the sheet no longer has it."""
        row = self.sheet.row(row_id)
        if row is None:
            raise NotFound(reading.NO_ROW)
        return row


def read(
    user: AbstractBaseUser | AnonymousUser,
    sheet_id: int,
    *,
    row_ids: Sequence[int] = (),
    with_descendants: bool = False,
    about_to: Action | None = None,
) -> Baseline:
    """Read a sheet's columns and these rows of it, as this person: what `save` takes. Rows that are gone are left out.

    `with_descendants` reads all rows beneath them too, as deleting needs them. `about_to` is what the caller is going
    to save: where this deployment or the person's token doesn't allow that, the log records the attempt, and nothing is
    read.

    Raises:
        NotGranted: this deployment or the person's token does not allow it.
        GatewayError: Smartsheet did not give them.
        NotRecorded: an attempt could not be recorded.
    """
    gateway = gateway_for(user)
    feature = FEATURES.get(about_to, Feature.VIEW) if about_to else Feature.VIEW
    if about_to and (reason := gateway.why_not(feature)):
        row_id = row_ids[0] if len(row_ids) == 1 else None
        note(
            actor=owner_of(gateway),
            action=about_to,
            phase=Phase.FORBIDDEN,
            origin=Origin.FORM,
            sheet_id=sheet_id,
            changes=[Change(row_id, "", None, "", None, None)],
            message=reason,
        )
    gateway.require(feature)
    position = concurrent_saves.position()
    sheet = reading.read_rows(gateway, sheet_id, row_ids, with_descendants=with_descendants)
    return Baseline(gateway, sheet, position, with_descendants)


def owner_of(gateway: Gateway) -> Actor:
    """The person whose token the gateway sends, as the log is to remember them."""
    owner = gateway.owner
    return Actor(id=owner.id, region=owner.region, name=owner.name, email=owner.email)
