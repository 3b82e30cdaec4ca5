"""An entry spelled out for its own page."""

from typing import NamedTuple

from audit.changes import LoggedChange
from audit.vocabulary import Action


class Fact(NamedTuple):
    """A titled value; `is_code` marks what is for machines, to be set in a mono face."""

    title: str
    value: object
    is_code: bool = False


def facts_of(change: LoggedChange) -> list[Fact]:
    """Every column of the intent, with the id that an added row got and what the outcome rests on."""
    entry = change.intent
    is_own = entry.action == Action.RECORD  # of a record of this app, which has neither sheet nor Smartsheet's writing
    return [
        Fact("Person", entry.actor_name),
        Fact("Smartsheet id", entry.actor_id, is_code=True),
        Fact("E-mail", entry.actor_email),
        Fact("Region", entry.region),
        Fact("Action", entry.get_action_display()),
        Fact("Made in", entry.get_origin_display()),
        Fact("Reason given", entry.reason),
        *([Fact("Record", entry.subject, is_code=True)] if is_own else []),
        Fact("Sheet", entry.sheet_name),
        Fact("Sheet id", entry.sheet_id, is_code=True),
        Fact("Record's name" if is_own else "Row", change.row_label),
        Fact("Row id", change.row_id, is_code=True),
        Fact("Field" if is_own else "Column", entry.column_title),
        Fact("Column id", entry.column_id, is_code=True),
        Fact("Old value" if is_own else "Old value as Smartsheet writes it", change.old, is_code=True),
        Fact("New value" if is_own else "New value as it was sent", change.sent, is_code=True),
        Fact("Evidence", change.evidence, is_code=True),
        Fact("Edit", entry.edit_id, is_code=True),
        Fact("Row of the edit", None if entry.line is None else entry.line + 1),
        Fact("Request", entry.request_id, is_code=True),
        Fact("IP address", entry.ip, is_code=True),
        Fact("Browser", entry.user_agent),
    ]
