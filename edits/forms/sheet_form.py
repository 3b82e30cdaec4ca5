"""Defines SheetForm, a form for some columns of a row. It is used like a ModelForm.

    class StatusForm(SheetForm):
        class Meta:
            sheet_id = 123
            fields = ["Status", "Due"]

    form = StatusForm.from_request(request, row_id=row_id)
    if form.is_valid() and (saved := form.save()):
        …

The form reads the row and saves it with the person's own token. It saves through edits.saving, so every change is in
the log. Values for columns that the form doesn't have are refused. Values for rows that don't fit the form's rule are
refused too. The log shows such attempts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, QueryDict

from audit.vocabulary import Action, Origin
from edits.features import Feature
from edits.forms.columns import MissingColumn, problem_of_column
from edits.forms.columns_form import ColumnsForm
from edits.forms.row_access import RowForbidden
from edits.gateway.errors import GatewayError
from edits.saving import (
    AddRow,
    Baseline,
    CellChange,
    InTransaction,
    NotRecorded,
    Result,
    RowChange,
    Status,
    UpdateRow,
    idempotency,
    is_in_transaction,
    read,
    refuse,
    repeated,
)
from edits.sheets import shared_people
from edits.sheets.held_values import cell_of
from edits.sheets.sheet import Row, Sheet
from edits.widgets import drafts, snapshots
from edits.widgets.problems import ANOTHER_AUTHOR, Doing, Problem, already_sent, problem_of
from edits.widgets.save_form import NOTHING_FILLED_IN, save_change, saved_or_told


class SheetForm(ColumnsForm):
    """A form for a row of a sheet, or for a new row if `row_id` is None.

    `data` is what was sent. If nothing was sent, the form calls the function `draft`, which returns what the person
    typed earlier. In the log, `via` says what the changes were made with, such as {"form": "status", "version": 3}.
    With `request`, the form stores what the person typed if they have to sign in again. It shows the typed values after
    the sign-in. `draft` is then not needed.

    Raises:
        GatewayError: the row could not be read. If something was sent with the `hidden_inputs`, the form has a
            `problem` instead.
        RowForbidden: the rule doesn't let the person edit this row.
        MissingColumn: the sheet no longer has a column of the form or of its rule. If something was sent with the
            `hidden_inputs`, the form has a `problem` instead.
        ImproperlyConfigured: `Meta` is wrong.
        InTransaction: a transaction is open. Decorate the view with transaction.non_atomic_requests.
        NotRecorded: a refusal could not be recorded. If the sent form has the `hidden_inputs`, the form has a `problem`
            instead.
    """

    is_attempt = False  # whether the person has sent the form; if so, the refusal of a row is recorded

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        user: AbstractBaseUser | AnonymousUser,
        row_id: int | None = None,
        sheet_id: int | None = None,
        draft: Callable[[], QueryDict | None] | None = None,
        request: HttpRequest | None = None,
        via: Mapping[str, str | int] | None = None,
        auto_id: str = "id_%s",
    ) -> None:
        if is_in_transaction():
            raise InTransaction
        self.user, self.row_id, self.via, self.request = user, row_id, via, request
        self.sheet_id = self.options.sheet(sheet_id)
        self.left_rule = False  # whether the saved row no longer fits the rule
        self.baseline: Baseline | None = None
        self._is_refusal_recorded = False
        self.is_attempt = self.is_attempt or data is not None
        problem = None
        try:
            self.baseline = self._read(is_sent=data is not None)
            sheet, row = self.baseline.sheet, None if row_id is None else self.baseline.row(row_id)
        except (GatewayError, NotRecorded) as error:
            self.baseline, problem = None, problem_of(error, doing=self.doing)
            sheet, row = self._made_from(data, error)
        draft = partial(drafts.take, request) if request and draft is None else draft
        given = draft() if data is None and draft else data
        self.is_restored = data is None and given is not None
        sender, person = given.get("author", "") if given else "", _author(user)
        self.author = person or sender  # who fills in the form, in the notation of edits.widgets.drafts
        if sender not in {"", self.author}:
            given, problem = QueryDict(), problem or ANOTHER_AUTHOR
        shared, ask = shared_people.known(user, self.sheet_id), None
        if self.baseline and data is not None:
            ask = partial(shared_people.ask_if_possible, self.baseline.gateway, user, self.sheet_id)
        make = partial(super().__init__, given, shared=shared, ask=ask, auto_id=auto_id)
        try:
            make(sheet=sheet, row=row)
            why = self.may_edit(row) if self.baseline and row else ""
            if why and not self._was_saved():
                self._turn_away(why)
        except (MissingColumn, NotRecorded) as error:
            if self.is_restored:
                self._put_back(given)
            sheet, row = self._made_from(data, error)
            if isinstance(error, MissingColumn):
                self.baseline, problem = None, problem or problem_of_column(error, doing=self.doing)
            else:
                self.baseline, problem = None, problem_of(error, doing=self.doing)
            make(sheet=sheet, row=row)
        self.problem = problem
        self._keep_if_signed_out()

    @classmethod
    def from_request(cls, request: HttpRequest, **more: Any) -> Self:
        """Return the form with what this request sent. If the person has to sign in again, what they typed is kept
        until they come back. `more` are the other arguments of the constructor.
        """
        return cls(request.POST if request.method == "POST" else None, user=request.user, request=request, **more)

    def may_edit(self, row: Row) -> str:
        """Return a sentence that says why the person can't edit this row with this form; "" if they can. By default
        `Meta.row_rule` decides. This method is called when the form is opened, and again when the form is saved.
        """
        rule = self.options.row_rule
        return rule(self.baseline, row) if rule and self.baseline else ""

    # What was sent

    def is_valid(self) -> bool:
        """Check what was sent. Values for columns that the form doesn't have are refused, and the log shows the
        attempt. A form with a draft isn't valid until the person sends it.
        """
        if self.is_restored:
            return False
        super().is_valid()
        if self.refused and self.baseline and not self._is_refusal_recorded:
            self._is_refusal_recorded = True
            try:
                self._record_refusal(tuple(self.refused), self.why_refused)
            except NotRecorded as error:
                self._fail(problem_of(error, doing=self.doing))
        return self.is_bound and not self.errors

    def save(
        self, *, key: str | None = None, reason: str = "", via: Mapping[str, str | int] | None = None
    ) -> Result | None:
        """Save the changes. The form must be valid. Return the result.

        Return None if nothing was saved, or if it is unknown whether the changes were saved. In both cases, the form's
        errors have the conflicts, the refusal or the problem, and `status` is the HTTP status for the page. `key` makes
        sure that the changes are saved only once. By default it is the form's own key. `reason` and `via` go into the
        log.

        Raises:
            RowForbidden: the rule no longer lets the person edit this row. The attempt was logged.
            NotRecorded: the refusal could not be logged.
            ValueError: the form isn't valid.
        """
        if not self.is_bound or self.is_restored or self.errors or self.baseline is None:
            raise ValueError("The form wasn't saved, because it isn't valid. Call is_valid() first.")
        cells = self.changes()
        if not self.row and not cells:
            self.add_error(None, NOTHING_FILLED_IN)
            return None
        key, via = self.data.get("once", "") if key is None else key, via or self.via
        change = self._change(cells)
        if self.row and (why := self.may_edit(self.row)):
            result = self._saved_before(change, key, reason=reason)
            if result is None and self._is_under_way(key):
                self._fail(already_sent(self.doing))
                return None
            if result is None:
                self._record_refusal(cells, why, reason=reason, via=via)
                raise RowForbidden(why)
            saved = saved_or_told(self, result)
        else:
            saved = save_change(self, self.baseline, change, key=key, reason=reason, via=via)
        if saved:
            if self.request:
                drafts.take(self.request)  # the draft from before the sign-in is saved now
            self.left_rule = bool(self.may_edit(self._row_after(saved)))
        elif self.problem:
            self._fail(self.problem)
        return saved

    # What pages show

    @staticmethod
    def doing_of(row_id: int | None) -> Doing:
        """Return what a person does with a form for this row: change the row, or add one."""
        return Doing.ADD if row_id is None else Doing.CHANGE

    @property
    def doing(self) -> Doing:
        """What the person does with this form."""
        return self.doing_of(self.row_id)

    @property
    def status(self) -> int:
        """The HTTP status for a page with this form."""
        if self.problem:
            return self.problem.status
        return (409 if self.has_conflicts else 422) if self.is_bound and self.errors and not self.is_restored else 200

    @property
    def is_only_problem(self) -> bool:
        """Whether `problem` is the form's only error."""
        return not self.general_errors and not self.errors.keys() - {NON_FIELD_ERRORS}

    @property
    def label(self) -> str:
        """The row's name."""
        return self.sheet.label(self.row) if self.row else ""

    # Django's own steps

    def full_clean(self) -> None:
        super().full_clean()
        if self.problem and self.is_bound:
            self._fail(self.problem)

    def _fail(self, problem: Problem) -> None:
        self.problem = problem
        self._keep_if_signed_out()
        said = f"{problem.title}. {problem.happened} {problem.saved} {problem.advice}"
        self.add_error(None, ValidationError(said, code="problem"))

    # Reading and refusing

    def _read(self, *, is_sent: bool) -> Baseline:
        is_new = self.row_id is None
        feature, action = (Feature.ADD, Action.ADD) if is_new else (Feature.CHANGE, Action.CHANGE)
        row_ids = [] if self.row_id is None else [self.row_id]
        baseline = read(
            self.user,
            self.sheet_id,
            row_ids=row_ids,
            about_to=action if is_sent else None,
            origin=Origin.FORM,
            via=self.via,
        )
        baseline.gateway.require(feature)
        return baseline

    def _keep_if_signed_out(self) -> None:
        """If the person has to sign in again before the form can be saved, store the sent values as a draft."""
        if self.problem and self.problem.is_sign_in and self.request and self.request.method == "POST":
            drafts.keep(self.request)

    def _put_back(self, draft: QueryDict | None) -> None:
        """Store the draft again, because the form can't be shown now. Reading the draft had deleted it."""
        if self.request and draft is not None:
            drafts.put_back(self.request, draft)

    def _made_from(
        self, data: QueryDict | None, error: GatewayError | NotRecorded | MissingColumn
    ) -> tuple[Sheet, Row | None]:
        """Return the sheet and the row from which the sent form was made. Raises `error` if they aren't known."""
        if data is None:
            raise error
        sheet, row = snapshots.restore(data, sheet_id=self.sheet_id, row_id=self.row_id)
        try:
            self.get_fields(sheet)
        except MissingColumn:
            raise error from None
        return sheet, row

    def _was_saved(self) -> bool:
        """Whether an earlier request began to save this form. If so, that request may be the reason why the row no
        longer fits the rule.
        """
        key = self.data.get("once", "") if self.is_bound else ""
        with suppress(DatabaseError):
            return self._is_under_way(key) or bool(self.baseline and idempotency.find(key, actor=self.baseline.actor))
        return False

    def _is_under_way(self, key: str) -> bool:
        """Whether an earlier request with this key is in progress, or ended without a result."""
        with suppress(DatabaseError):
            return bool(self.baseline and idempotency.is_under_way(key, actor=self.baseline.actor))
        return False

    def _saved_before(self, change: RowChange, key: str, *, reason: str) -> Result | None:
        """Return the result of the first save with this key; None if there was no such save."""
        with suppress(DatabaseError):
            owner = self.baseline.gateway.owner if self.baseline else None
            if key and owner:
                return repeated(self.sheet_id, [change], key=key, person=owner, reason=reason)
        return None

    def _turn_away(self, why: str) -> None:
        """Raise RowForbidden for a row that the person can't edit. If the person has sent the form, record what they
        typed. Opening a form isn't recorded, because it changes nothing.
        """
        names = [name for name in self.changed_data if name in self.columns] if self.is_bound else []
        typed = {name: ", ".join(self._bound(name).data.texts) for name in names}
        if self.is_attempt:
            self._record_refusal([CellChange(self.columns[one].id, self.shown(one), typed[one]) for one in names], why)
        raise RowForbidden(why, typed="; ".join(f"{self[one].label}: {typed[one] or 'nothing'}" for one in names))

    def _record_refusal(
        self,
        cells: Sequence[CellChange],
        why: str,
        *,
        reason: str = "",
        via: Mapping[str, str | int] | None = None,
    ) -> None:
        assert self.baseline  # noqa: S101 # the callers ask
        change = self._change(tuple(cells))
        refuse(self.baseline, change, why, origin=Origin.FORM, reason=reason, via=via or self.via)

    def _change(self, cells: tuple[CellChange, ...]) -> RowChange:
        return AddRow(cells) if self.row_id is None else UpdateRow(self.row_id, cells)

    def _row_after(self, result: Result) -> Row:
        """The row with the saved values."""
        (saved,) = result.rows
        row = self.row or Row(id=saved.row_id or 0)
        cells = {one.column_id: one.value for one in saved.cells if one.status is Status.SAVED}
        columns = {column.id: column for column in self.sheet.columns}
        return replace(row, cells={**row.cells, **{one: cell_of(columns[one], value) for one, value in cells.items()}})


def _author(user: AbstractBaseUser | AnonymousUser) -> str:
    person = getattr(user, "smartsheet", None)
    return f"{person.region}:{person.smartsheet_id}" if person and person.is_connected else ""
