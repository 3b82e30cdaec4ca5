"""Records changes that an entry point refuses by its own rules. For example, a form refuses changes of columns that it
doesn't have.
"""

from __future__ import annotations

from collections.abc import Mapping

from audit.vocabulary import Origin
from edits.saving.baseline import Baseline
from edits.saving.changes import AddRow, RowChange
from edits.saving.checks import CheckedRow
from edits.saving.not_sent import NotSent, facts_of
from edits.saving.results import Status


def refuse(
    baseline: Baseline,
    change: RowChange,
    why: str,
    *,
    origin: Origin | None = None,
    reason: str = "",
    via: Mapping[str, str | int] | None = None,
) -> None:
    """Record that this change was refused for the reason `why`. Nothing is sent. `origin`, `reason` and `via` are as in
    `save`.

    If someone sent a row's form without changing a cell, `change` has no cells. Raises NotRecorded if the log can't be
    written.
    """
    row = None if isinstance(change, AddRow) else baseline.sheet.row(change.row_id)
    refused = CheckedRow(0, change, row, label=baseline.sheet.label(row) if row else "")
    refused.decide(Status.FORBIDDEN, message=why)
    NotSent(baseline, facts_of(origin=origin, reason=reason, via=via)).record([refused])
