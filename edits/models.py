"""The models of this app, from their packages. What people did is in the audit log."""

from edits.saving.idempotency import SaveKey
from edits.saving.sheet_lease import SheetLease
from edits.settling.history_budget import HistoryReader
from edits.sheets.personal_columns import PersonalColumn

__all__ = ["HistoryReader", "PersonalColumn", "SaveKey", "SheetLease"]
