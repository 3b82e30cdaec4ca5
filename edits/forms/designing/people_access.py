"""Compares the people who can open a form with the people who can change the form's sheet in Smartsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from edits.forms.definition import Audience, Definition
from edits.gateway.client import Gateway
from edits.gateway.errors import GatewayError
from edits.sheets.sheet import Access, Json
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile

UNKNOWN = "Smartsheet doesn’t tell you who the sheet is shared with, so this app can’t check who can change the sheet."


@dataclass(frozen=True, slots=True)
class Share:
    """A person who has access to the sheet."""

    name: str
    email: str
    access: Access

    @property
    def words(self) -> str:
        is_named = self.name and self.name != self.email
        return f"{self.name} ({self.email})" if is_named and self.email else self.name or self.email


@dataclass(frozen=True, slots=True)
class Shares:
    """Who can open the sheet. If `has_groups` is true, the sheet is also shared with groups, whose members aren't
    known.
    """

    people: tuple[Share, ...] = ()
    has_groups: bool = False
    is_known: bool = True

    def of(self, profile: Profile) -> Share | None:
        """Return the share that has one of this person's addresses; None if there is no such share."""
        return next((one for one in self.people if one.email.lower() in profile.addresses), None)

    def with_address(self, email: str) -> Share | None:
        return next((one for one in self.people if one.email.lower() == email.lower()), None)

    @property
    def owner(self) -> str:
        return next((one.name or one.email for one in self.people if one.access is Access.OWNER), "")


@dataclass(frozen=True, slots=True)
class Lacking:
    """The people who can't save the form. `names` has the people who can open the form but can't change the sheet.
    `owner` is the owner of the sheet. If it is unknown who can change the sheet, `names` is empty, and `why_unknown`
    says why.
    """

    names: tuple[str, ...] = ()
    owner: str = ""
    has_groups: bool = False
    why_unknown: str = ""


def shares_of(gateway: Gateway, sheet_id: int) -> Shares:
    """Return the people who have access to the sheet. If the call to Smartsheet fails, `is_known` is false."""
    try:
        raw = gateway.shares(sheet_id)
    except GatewayError:
        return Shares(is_known=False)
    people = [one for one in raw if one.get("email")]
    return Shares(tuple(map(_share, people)), has_groups=len(people) < len(raw))


def lacking_access(definition: Definition, shares: Shares, *, region: str) -> Lacking:
    """Find the people who can open the form, but whose access to the sheet is lower than Editor."""
    if not shares.is_known:
        return Lacking(why_unknown=UNKNOWN)
    names = tuple(sorted(set(_lacking(definition, shares, region)), key=str.casefold))
    return Lacking(names, shares.owner, shares.has_groups)


def _lacking(definition: Definition, shares: Shares, region: str) -> Iterator[str]:
    listed, domains = set(definition.people), set(definition.domains)
    for share in shares.people:
        is_listed = share.email.lower() in listed or share.email.lower().partition("@")[2] in domains
        if (definition.audience is not Audience.LISTED or is_listed) and not share.access.is_editor:
            yield f"{share.words} {share.access.words}"
    if definition.audience is Audience.SHEET:
        return
    known = [person.as_profile() for person in SmartsheetUser.objects.filter(region=region)]
    for profile in known:
        is_listed = profile.is_among(listed) or bool(profile.addresses & listed) or profile.domain in domains
        if (definition.audience is Audience.EVERYONE or is_listed) and shares.of(profile) is None:
            yield f"{profile.name} ({profile.email}): the sheet isn’t shared with this person"
    addresses = {address for profile in known for address in profile.addresses}
    for email in listed - addresses if definition.audience is Audience.LISTED else ():
        if "@" in email and shares.with_address(email) is None:
            yield f"{email}: the sheet isn’t shared with this person"


def _share(raw: Mapping[str, Json]) -> Share:
    return Share(str(raw.get("name") or ""), str(raw.get("email") or ""), Access.parse(raw.get("accessLevel")))
