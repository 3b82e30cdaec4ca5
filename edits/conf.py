"""The settings of this app with their defaults. docs/settings.md documents them.

The object `settings` also gives the settings of the app `identity`.
"""

from typing import Any, Final

from edits.features import Feature
from identity.conf import DEFAULTS as IDENTITY_DEFAULTS
from identity.conf import AppSettings


def settle_after(deadline: float) -> float:
    """Return the default of SETTLE_AFTER: the seconds after which a request to Smartsheet has certainly ended.

    `deadline` is the largest number of seconds that one request can take.
    """
    return max(60.0, 2 * deadline)


DEFAULTS: Final[dict[str, Any]] = {
    "BYLINE_FEATURES": tuple(Feature),  # features that people can use
    "SETTLE_AFTER": lambda settings: settle_after(settings.SMARTSHEET_DEADLINE),
    "SETTLE_PATIENCE": 7 * 24 * 3600.0,  # seconds to wait for a person's next sign-in
    "SMARTSHEET_HISTORY_CALLS": 25,  # cell histories per minute and token; Smartsheet allows 30, and pages use the rest
    "BASE_URL": "",  # the site's public address, for links in mails; without it no one can ask for updates
    "ASK_MAILS_PER_DAY": 200,  # mails in 24 hours for one person's requests; with 0, no one can ask for updates
    "ASK_ANYONE": False,  # whether people can also ask addresses that this app doesn't know
    "FORM_PROBLEM_MAILS": True,  # whether designers get mails about problems of their forms
    "AUDIT_ANCHOR_SHEET": "",  # the id of the auditor's sheet
    "AUDIT_ANCHOR_PERSON": frozenset(),  # the person whose token writes to this sheet
    "AUDIT_ANCHOR_SHEET_SECONDS": 3600.0,  # the least time between two rows
}

settings = AppSettings({**IDENTITY_DEFAULTS, **DEFAULTS})
