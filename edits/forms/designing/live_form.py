"""Shows a form as a person would see it, with DesignedForm and its templates. The shown form can't be sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from edits.forms.definition import Definition, FormField
from edits.forms.designed_cell import DesignedCell
from edits.forms.designed_form import DesignedForm
from edits.forms.row_rules import known_as, today_of
from edits.saving import Baseline
from edits.sheets.rights import why_no_edits
from edits.sheets.sheet import Access, Row, Sheet
from identity.middleware import SmartsheetRequest
from identity.profiles import readers
from identity.profiles.profile import Profile
from identity.profiles.readers import reader_of

ADMINS = frozenset({Access.OWNER, Access.ADMIN})


class ShownForm(DesignedForm):
    """A form that can show any row, even a row that the form's rule or filter excludes. Nothing is logged."""

    def may_edit(self, row: Row) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class LiveForm:
    """What the page shows: the cells that the person sees, and the fields that are hidden from the person."""

    form: ShownForm
    cells: tuple[DesignedCell, ...]
    hidden: tuple[FormField, ...]
    why_no_edits: str

    @property
    def is_saved_by_them(self) -> bool:
        """Whether the person could save at least one value with the form."""
        return any(cell.is_written or cell.is_given for cell in self.cells)


def live_form(
    request: SmartsheetRequest,
    definition: Definition,
    baseline: Baseline,
    *,
    person: Profile,
    row_id: int | None = None,
    typed: QueryDict | None = None,
) -> LiveForm:
    """Return the form as this person sees it for a row. If `row_id` is None, it is the form for a new row. `typed` is
    what was typed into the form.
    """
    options: dict[str, Any] = {
        "definition": definition,
        "baseline": baseline,
        "me": known_as(person),
        "today": today_of(person),
        "user": request.user,
        "row_id": row_id,
        "sheet_id": baseline.sheet.id,
        "auto_id": "live_%s",
    }
    with readers.reading_as(reader_of(person)):
        form = ShownForm(draft=lambda: typed, **options)
        if typed is None and row_id is None:
            form = _with_defaults(form, options)
        cells = tuple(form.designed_cells())
    hidden = {cell.field.column_id for cell in cells if cell.is_hidden}
    seen = {cell.field.column_id for cell in cells} - hidden
    return LiveForm(
        form=form,
        cells=cells,
        hidden=tuple(field for field in definition.fields if field.column_id not in seen),
        why_no_edits=why_no_edits(baseline.sheet.access),
    )


def seen_by(sheet: Sheet, access: Access) -> Sheet:
    """Return the sheet as it is for a person with this access level. Only admins can change locked columns and rows."""
    is_admin = access in ADMINS
    return replace(
        sheet,
        access=access,
        columns=tuple(replace(one, is_locked_for_user=one.is_locked and not is_admin) for one in sheet.columns),
        rows=tuple(replace(one, is_locked_for_user=one.is_locked and not is_admin) for one in sheet.rows),
    )


def _with_defaults(form: ShownForm, options: dict[str, Any]) -> ShownForm:
    """Return the form of a new row, with the designer's default values."""
    defaults = {field.column_id: field.default for field in form.definition.fields if field.default is not None}
    data = QueryDict(mutable=True)
    used = [column_id for column_id in defaults if form.put(data, column_id, defaults)]
    return ShownForm(draft=lambda: data, suggested=used, **options) if used else form
