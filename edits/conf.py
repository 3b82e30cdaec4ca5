"""The settings of this app and their defaults (docs/settings.md), with those of `identity`."""

from typing import Any, Final

from edits.features import Feature
from identity.conf import DEFAULTS as IDENTITY_DEFAULTS
from identity.conf import AppSettings


def settle_after(deadline: float) -> float:
    """Seconds after which no request to Smartsheet is under way, where none takes longer than `deadline`."""
    return max(60.0, 2 * deadline)


DEFAULTS: Final[dict[str, Any]] = {
    "BYLINE_FEATURES": tuple(Feature),  # what people can do here
    "SETTLE_AFTER": lambda settings: settle_after(settings.SMARTSHEET_DEADLINE),
    "SETTLE_PATIENCE": 7 * 24 * 3600.0,  # seconds to wait for a person's next sign-in
    "SMARTSHEET_HISTORY_CALLS": 25,  # per minute and token; Smartsheet allows 30, and people use the rest
    "AUDIT_ANCHOR_SHEET": "",  # the id of the auditor's sheet
    "AUDIT_ANCHOR_PERSON": frozenset(),  # the one person whose token writes to it
    "AUDIT_ANCHOR_SHEET_SECONDS": 3600.0,  # at least, between two rows
}

settings = AppSettings({**IDENTITY_DEFAULTS, **DEFAULTS})
