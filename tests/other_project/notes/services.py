"""What people can do with notes: pin, rename and print them. Each act is recorded before it is done, or together with
it.
"""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from audit.recording import Change, Outcome, intend, note, settle
from audit.vocabulary import Origin, Phase

from .actors import actor_of
from .models import Note

BOARD = 1  # the notice board's id, in place of a sheet's
TEXT = 1  # the id of the text on the board, in place of a column's


class NotPinned(Exception):
    """The board refused the note, or gave no clear answer. The message says which of the two."""


def pin(pinned: Note, *, by: User, shown_before: str | None) -> None:
    """Put the note's text on the board, where it replaces the text that was there. `shown_before` is that earlier text.

    Raises:
        NotRecorded: the intent could not be written, and nothing was sent.
        NotPinned: the board refused the note, or gave no clear answer.
    """
    change = Change(
        row_id=pinned.pk,
        row_label=pinned.audit_label,
        column_id=TEXT,
        column_title="Text",
        old=shown_before,
        new=pinned.text,
        is_personal=True,
    )
    intent = intend(
        actor=actor_of(by),
        action="pin",
        sheet_id=BOARD,
        sheet_name="Notice board",
        changes=[change],
        origin=Origin.APP,
    )
    outcome = _put(pinned)
    settle(intent, [outcome])
    if outcome.phase != Phase.APPLIED:
        raise NotPinned(outcome.message)


def _put(pinned: Note) -> Outcome:
    request = Request(  # noqa: S310 # the address is a setting
        f"{settings.NOTICE_BOARD}/notes/{pinned.pk}",  # type: ignore[misc] # mypy knows the settings of Byline
        data=json.dumps({"text": pinned.text}).encode(),
        method="PUT",
    )
    try:
        with urlopen(request, timeout=10) as response:  # noqa: S310 # as above
            return Outcome(Phase.APPLIED, pinned.pk, returned={TEXT: json.load(response)["text"]})
    except HTTPError as error:
        return Outcome(Phase.REFUSED, pinned.pk, message=f"The board answered {error.code}.")
    except (OSError, ValueError):
        return Outcome(Phase.UNKNOWN, pinned.pk, message="The board gave no clear answer.")


def rename(renamed: Note, title: str, *, by: User) -> None:
    """Change the note's title. One transaction contains this change, the history row and the entry. Raises NotRecorded
    if the log can't be written.
    """
    renamed.title = title
    renamed._history_user = actor_of(by)  # type: ignore[attr-defined] # simple-history's, which ships no types
    with transaction.atomic():
        renamed.save()


def print_out(printed: Note, *, by: User) -> str:
    """Return the note as text, and record that it was printed. Raises NotRecorded if the log can't be written."""
    note(
        actor=actor_of(by),
        action="print",
        subject=f"{Note._meta.label_lower}/{printed.pk}",
        label=printed.audit_label,
        message="1 copy",
    )
    return f"{printed.title}\n\n{printed.text}"
