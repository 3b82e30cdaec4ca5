"""Forms for the rows of a sheet. People define them in code or on a page."""

from edits.forms.columns import MissingColumn
from edits.forms.fields import SheetField
from edits.forms.generic import SheetFormView
from edits.forms.row_access import RowForbidden, all_of, any_of, having, mine, row_rule
from edits.forms.sheet_form import SheetForm
from edits.widgets.drafts import kept_when_signed_out

__all__ = [
    "MissingColumn",
    "RowForbidden",
    "SheetField",
    "SheetForm",
    "SheetFormView",
    "all_of",
    "any_of",
    "having",
    "kept_when_signed_out",
    "mine",
    "row_rule",
]
