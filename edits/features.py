"""What people can do here, the scopes that each of it needs, and why somebody cannot.

https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/oauth (Access Scopes)
"""

from collections.abc import Iterable, Set
from enum import StrEnum


class Feature(StrEnum):
    """One thing that a deployment may offer, by BYLINE_FEATURES, or leave out."""

    VIEW = "view"
    CHANGE = "change"
    ADD = "add"
    DELETE = "delete"


READ, WRITE = "READ_SHEETS", "WRITE_SHEETS"
# Rows are sheet data: Smartsheet asks for WRITE_SHEETS to delete them; DELETE_SHEETS is for whole sheets.
SCOPES: dict[Feature, frozenset[str]] = {
    Feature.VIEW: frozenset({READ}),
    Feature.CHANGE: frozenset({READ, WRITE}),
    Feature.ADD: frozenset({READ, WRITE}),
    Feature.DELETE: frozenset({READ, WRITE}),
}
NAMES = {
    Feature.CHANGE: "Changing cells",
    Feature.ADD: "Adding rows",
    Feature.DELETE: "Deleting rows",
}
NOT_ASKED = "This app asks Smartsheet for no more than a look at your sheets, so nothing can be changed here."
NOT_GRANTED = "You have not allowed this app to change your sheets, so you can only look: sign in again to allow it."
NO_LOOK_ASKED = "This app does not ask Smartsheet for a look at your sheets, so none can be shown."
NO_LOOK_GRANTED = "You have not allowed this app to look at your sheets: sign in again to allow it."


def scopes_of(features: Iterable[str]) -> tuple[str, ...]:
    """The least that these features need, in alphabetical order."""
    return tuple(sorted(set().union(*(SCOPES[Feature(feature)] for feature in features))))


def why_not(feature: Feature, *, offered: Iterable[str], asked: Iterable[str], granted: Set[str]) -> str:
    """Why a person cannot do this here, as a sentence; "" if they can.

    `offered` are the deployment's features, `asked` the scopes that it asks for, `granted` those of the person's token.
    """
    if feature is not Feature.VIEW and feature not in set(offered):
        return f"{NAMES[feature]} is switched off in this app."
    missing = SCOPES[feature] - granted
    if not missing:
        return ""
    is_asked = missing <= set(asked)
    if READ in missing:
        return NO_LOOK_GRANTED if is_asked else NO_LOOK_ASKED
    return NOT_GRANTED if is_asked else NOT_ASKED


def can_be_granted(reason: str) -> bool:
    """Whether what `why_not` said is put right by signing in again."""
    return reason in {NOT_GRANTED, NO_LOOK_GRANTED}
