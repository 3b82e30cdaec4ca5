"""Lists the jobs of this app that the worker runs."""

from collections.abc import Callable

from edits.forms import form_drafts, watching
from edits.forms.asking import problem_mails, reminders, sending
from edits.log_hooks import refusals
from edits.saving import idempotency
from edits.settling.settle import settle_due


def jobs() -> list[tuple[str, float, Callable[[], object]]]:
    """Return the name, the seconds between two runs, and the function of each job. Several workers can run the same job
    at the same time.
    """
    return [
        ("settle", 15, settle_due),
        ("record how many were refused", 30, refusals.note_counted),
        ("check the sheets of forms", 60, watching.check_due),
        ("delete old idempotency keys", 3600, idempotency.forget_old),
        ("send mails", 5, sending.send_due),
        ("make reminders", 60, reminders.remind_due),
        ("delete old requests for updates", 3600, reminders.delete_old),
        ("delete old mails about problems of forms", 3600, problem_mails.delete_old),
        ("delete old drafts of forms", 3600, form_drafts.forget_old),
    ]
