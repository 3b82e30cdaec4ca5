"""Lists the features that a deployment can offer, with their scopes. Says why a person can't use a feature.

https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/oauth (Access Scopes)
"""

from collections.abc import Iterable, Set
from enum import StrEnum


class Feature(StrEnum):
    """A feature that BYLINE_FEATURES can switch on or off."""

    VIEW = "view"
    CHANGE = "change"
    ADD = "add"
    DELETE = "delete"


READ, WRITE = "READ_SHEETS", "WRITE_SHEETS"
# Rows are sheet data, so deleting them needs WRITE_SHEETS; DELETE_SHEETS is for whole sheets.
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
NOT_ASKED = "This app asks Smartsheet only for permission to view your sheets, so you can't change anything here."
NOT_GRANTED = "You haven't allowed this app to change your sheets. Sign in again to allow it."
NO_LOOK_ASKED = "This app doesn't ask Smartsheet for permission to view your sheets, so this app can't show them."
NO_LOOK_GRANTED = "You haven't allowed this app to view your sheets. Sign in again to allow it."


def scopes_of(features: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes that these features need, in alphabetical order."""
    return tuple(sorted(set().union(*(SCOPES[Feature(feature)] for feature in features))))


def why_not(feature: Feature, *, offered: Iterable[str], asked: Iterable[str], granted: Set[str]) -> str:
    """Return a sentence that says why a person can't use the feature here; "" if they can.

    `offered` has the deployment's features. `asked` has the scopes that the deployment asks Smartsheet for. `granted`
    has the scopes of the person's token.
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
    """Whether the person can use the feature after signing in again. `reason` is the sentence that why_not returned."""
    return reason in {NOT_GRANTED, NO_LOOK_GRANTED}
