"""Imports the models of all packages of this app, so that Django finds them. The log of edits is in `audit`."""

from edits.forms.asking.models import Mail, RequestedPerson, StoppedReminders, UpdateRequest
from edits.forms.asking.problem_mails import ProblemMail
from edits.forms.form_drafts import FormDraft
from edits.forms.models import FormDefinition
from edits.saving.idempotency import SaveKey
from edits.saving.sheet_lease import SheetLease
from edits.settling.history_budget import HistoryReader
from edits.sheets.personal_columns import PersonalColumn

__all__ = [
    "FormDefinition",
    "FormDraft",
    "HistoryReader",
    "Mail",
    "PersonalColumn",
    "ProblemMail",
    "RequestedPerson",
    "SaveKey",
    "SheetLease",
    "StoppedReminders",
    "UpdateRequest",
]
