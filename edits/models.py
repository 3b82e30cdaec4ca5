"""What this app keeps of edits itself; what was done is in the audit log. The models are in their packages."""

from edits.saving.idempotency import SaveKey
from edits.saving.sheet_lease import SheetLease
from edits.settling.history_budget import HistoryReader
from edits.sheets.personal_columns import PersonalColumn

__all__ = ["HistoryReader", "PersonalColumn", "SaveKey", "SheetLease"]
