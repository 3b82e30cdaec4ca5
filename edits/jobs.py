"""The worker's jobs of this app."""

from collections.abc import Callable

from edits.log_hooks import refusals
from edits.saving import idempotency
from edits.settling.settle import settle_due


def jobs() -> list[tuple[str, float, Callable[[], object]]]:
    """The jobs: name, seconds between two runs, function. Each may run in several workers at once."""
    return [
        ("settle", 15, settle_due),
        ("log counted refusals", 30, refusals.note_counted),
        ("delete old idempotency keys", 3600, idempotency.forget_old),
    ]
