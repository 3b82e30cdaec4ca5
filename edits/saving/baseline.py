"""Reads the baseline of a save: the sheet as the person can see it now. The sheet is read with the person's token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError

from audit.origins import origin_of
from audit.recording import Actor, Change, note
from audit.vocabulary import Action, Origin, Phase
from edits.features import Feature
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import NotFound
from edits.saving import concurrent_saves
from edits.saving.argument_checks import require_int
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
    """A sheet with its columns and the requested rows. `position` is the id of the log's newest entry just before the
    rows were read. Changes that were saved after that entry can be missing from the rows.
    """

    gateway: Gateway
    sheet: Sheet
    position: int
    has_descendants: bool = False  # whether all child rows of the requested rows were read too

    @property
    def actor(self) -> Actor:
        """The owner of the token that the sheet was read with. Changes are sent with the same token."""
        return owner_of(self.gateway)

    @property
    def addresses(self) -> frozenset[str]:
        """All known e-mail addresses of the token's owner. If the database can't be read, only the current address."""
        actor = self.actor
        try:
            return SmartsheetUser.objects.addresses(region=actor.region, person_id=actor.id, then=actor.email)
        except DatabaseError:
            return frozenset({actor.email.lower()})

    @property
    def personal(self) -> frozenset[int]:
        """The ids of the sheet's personal columns."""
        return personal_columns(region=self.gateway.owner.region, sheet_id=self.sheet.id)

    def row(self, row_id: int) -> Row:
        """Return a requested row. Raises NotFound if the sheet no longer has the row."""
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
    with_outline: bool = False,
    about_to: Action | None = None,
    origin: Origin | None = None,
    via: Mapping[str, str | int] | None = None,
    filter_id: int | None = None,
) -> Baseline:
    """Read a sheet's columns and these rows with the person's token, as the baseline of a `save`. Rows that don't exist
    are left out. Without `row_ids`, the baseline has the columns but no rows. This is enough for adding rows.

    With `with_descendants`, all child rows of these rows are read too, at every level. A save that deletes rows needs
    them. With `with_outline`, all rows of the sheet are read, but only their primary cells. Undo needs these rows to
    find old places. `about_to` is the action that the caller is going to save. If this deployment or the person's token
    doesn't allow the action, the attempt is logged and nothing is read. `origin` and `via` are as in `save`, and
    `filter_id` as in Gateway.sheet.

    Raises:
        NotGranted: this deployment or the person's token does not allow the action.
        GatewayError: Smartsheet did not return the sheet.
        NotRecorded: an attempt that isn't allowed could not be recorded.
        TypeError: an id isn't a whole number. (The size of an id isn't checked.)
    """
    require_int(sheet_id, "sheet_id")
    for row_id in row_ids:
        require_int(row_id, "row_ids")
    gateway = gateway_for(user)
    feature = FEATURES.get(about_to, Feature.VIEW) if about_to else Feature.VIEW
    if about_to and (reason := gateway.why_not(feature)):
        only_row = row_ids[0] if len(row_ids) == 1 else None
        note(
            actor=owner_of(gateway),
            action=about_to,
            phase=Phase.FORBIDDEN,
            origin=origin_of(origin),
            sheet_id=sheet_id,
            changes=[Change(only_row, "", None, "", None, None)],
            message=reason,
            via=via,
        )
    gateway.require(feature)
    position = concurrent_saves.position()
    if with_outline:
        sheet = reading.read_outline(gateway, sheet_id)
    else:
        sheet = reading.read_rows(gateway, sheet_id, row_ids, with_descendants=with_descendants, filter_id=filter_id)
    return Baseline(gateway, sheet, position, with_descendants)


def owner_of(gateway: Gateway) -> Actor:
    """Return the owner of the gateway's token, as an actor for the log."""
    owner = gateway.owner
    return Actor(id=owner.id, region=owner.region, name=owner.name, email=owner.email)
