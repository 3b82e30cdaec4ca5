"""Reads the row that a person fills in, and makes the form. The row is read with the person's own token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import QueryDict

from audit.vocabulary import Action, Origin
from edits.features import Feature
from edits.forms.definition import Allow
from edits.forms.designed_form import DesignedForm
from edits.forms.filling import prefill
from edits.forms.filling.keeping_drafts import stored_draft
from edits.forms.filling.opening import OpenForm
from edits.forms.filling.prefill import Prefilled
from edits.forms.filters import applying, require_applied
from edits.gateway.client import gateway_for
from edits.gateway.errors import GatewayError, NotFound
from edits.saving import AddRow, Baseline, CellChange, NotRecorded, RowChange, UpdateRow, read
from edits.sheets.reading import NO_ROW
from edits.sheets.sheet import Json
from edits.widgets import drafts
from edits.widgets.problems import Doing
from identity.middleware import SmartsheetRequest


@dataclass(frozen=True, slots=True)
class Filling:
    """A row that a person is filling in. For a new row, `row_id` is None. If the sheet couldn't be read, `baseline` is
    the error.
    """

    request: SmartsheetRequest
    opened: OpenForm
    row_id: int | None
    baseline: Baseline | GatewayError | NotRecorded

    @property
    def author(self) -> str:
        """The person, in the notation of edits.widgets.drafts."""
        return drafts.author(self.request)

    @property
    def doing(self) -> Doing:
        """What the person does: change a row, or add one."""
        return Doing.ADD if self.row_id is None else Doing.CHANGE

    def change(self, cells: tuple[CellChange, ...]) -> RowChange:
        """Return the change to save for these cells."""
        return AddRow(cells) if self.row_id is None else UpdateRow(self.row_id, cells)

    def form(self, data: QueryDict | None = None, **more: Any) -> DesignedForm:
        """Return the form with this data. Raises the errors of DesignedForm."""
        opened = self.opened
        return DesignedForm(
            data,
            definition=opened.definition,
            baseline=self.baseline,
            me=opened.me,
            today=opened.today,
            user=self.request.user,
            row_id=self.row_id,
            sheet_id=opened.form.sheet_id,
            via=opened.via,
            **more,
        )

    def form_as_sent(self) -> DesignedForm:
        """Return a form that shows what was sent, but that can't be saved. Raises the errors of DesignedForm."""
        return self.form(draft=lambda: self.request.POST, given=self._given(), is_attempt=True)

    def sent_form_loosely(self) -> DesignedForm:
        """Return the form that the person sent. This app couldn't read the form's row, so the returned form can't be
        saved. Raises the errors of DesignedForm.
        """
        return self.form(self.request.POST, given=self._given())

    def _given(self) -> dict[int, Json]:
        return prefill.restored_loosely(self.request.POST, self.opened, author=self.author, row_id=self.row_id)

    def sent_form(self) -> DesignedForm:
        """Return the sent form. Raises prefill.Altered and the errors of DesignedForm."""
        given = prefill.restored(self.request.POST, self.opened, author=self.author, row_id=self.row_id)
        return self.form(self.request.POST, given=given)


def read_row(request: SmartsheetRequest, opened: OpenForm, row_id: int | None) -> Baseline:
    """Read the row, or only the sheet's columns for a new row. Raises GatewayError and NotRecorded."""
    action = Action.ADD if row_id is None else Action.CHANGE
    with applying(partial(gateway_for, request.user), opened.form.sheet_id, opened.definition.filter):
        baseline = read(
            request.user,
            opened.form.sheet_id,
            row_ids=[] if row_id is None else [row_id],
            about_to=action if request.method == "POST" else None,
            origin=Origin.FORM,
            via=opened.via,
            filter_id=opened.definition.filter_id,
        )
    baseline.gateway.require(Feature.ADD if row_id is None else Feature.CHANGE)
    if row_id is not None and baseline.sheet.row(row_id) is None:
        raise NotFound(NO_ROW)
    require_applied(baseline.sheet.rows, opened.definition.filter)
    return baseline


def fresh_form(filling: Filling, baseline: Baseline) -> tuple[DesignedForm, Prefilled]:
    """Return the form for a person who opens it, and the values that the form's address fills in.

    The form shows these values, and what the person typed before they signed in. If they typed nothing before the
    sign-in, the form shows their stored draft instead.
    """
    request, opened, row_id = filling.request, filling.opened, filling.row_id
    row = None if row_id is None else baseline.row(row_id)
    found = prefill.from_address(request.GET, opened, baseline.sheet, row)
    stored = stored_draft(request, opened, row_id)
    draft = drafts.take(request) or (stored.typed if stored else None)
    given = dict(found.given)
    if draft is not None:
        given |= prefill.restored_loosely(draft, opened, author=filling.author, row_id=row_id)
    empty = filling.form(given=given)
    data = QueryDict(mutable=True) if draft is None else draft.copy()
    suggested = {**_defaults(filling), **found.suggested}
    used = [one for one in suggested if f"col-{one}" not in data and empty.put(data, one, suggested)]
    if draft is None and not used:
        return empty, found
    form = filling.form(draft=lambda: data, given=given, suggested=used, is_typed=draft is not None)
    form.draft_saved_at = stored.saved_at if stored else None
    return form, found


def _defaults(filling: Filling) -> Mapping[int, Json]:
    """Return the designer's default values for a new row. For an existing row, return no values."""
    fields = filling.opened.definition.fields if filling.row_id is None else ()
    return {field.column_id: field.default for field in fields if field.default is not None}


def allowed_for(row_id: int | None) -> Allow:
    """Return the action that the form must allow for this row: adding for a new row, otherwise editing."""
    return Allow.ADD if row_id is None else Allow.EDIT
