"""The generic view of a SheetForm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.views.generic import FormView

from edits.forms.columns import MissingColumn, problem_of_column
from edits.forms.row_access import RowForbidden, problem_of_row
from edits.forms.sheet_form import SheetForm
from edits.gateway.errors import GatewayError
from edits.saving import NotRecorded, Result
from edits.widgets import drafts
from edits.widgets.pages import add_headers, doing, problem_page, saved_page
from edits.widgets.problems import Doing, Problem, problem_of
from edits.widgets.save_form import NOTHING_CHANGED, words
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest

if TYPE_CHECKING:
    BaseView = FormView[SheetForm]
else:
    BaseView = FormView

LEFT_RULE = "You can no longer edit this row with the form."


class SheetFormView(BaseView):
    """Shows and saves a SheetForm for a row. The address names the row with `row_id`. Without `row_id`, the form is for
    a new row. If the address has a `sheet_id`, that sheet is used instead of the form's sheet.

        path("status/<int:row_id>/", SheetFormView.as_view(form_class=StatusForm, success_url="/"))

    This view has the hooks of Django's FormView. People who aren't connected with Smartsheet are sent to the sign-in,
    and what they typed is kept. The HTTP status says what happened: 409 for a conflict, 403 for a row that the form's
    rule excludes, 422 for an invalid or refused change, and so on.
    """

    form_class: type[SheetForm]
    template_name = "edits/sheet_form.html"
    title = ""  # the page's heading; if it is empty, the row's name is the heading
    submit = "Save"
    request: SmartsheetRequest

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = drafts.kept_when_signed_out(smartsheet_connected(super().as_view(**initkwargs)))
        return transaction.non_atomic_requests(view)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except RowForbidden as error:
            return problem_page(request, problem_of_row(error, doing=doing(request, Doing.CHANGE)))
        except (GatewayError, NotRecorded) as error:
            return self.unread(problem_of(error, doing=doing(request, SheetForm.doing_of(kwargs.get("row_id")))))
        except MissingColumn as error:
            return self.unread(problem_of_column(error, doing=doing(request, SheetForm.doing_of(kwargs.get("row_id")))))

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return the arguments of the form."""
        return {
            "data": self.request.POST if self.request.method == "POST" else None,
            "request": self.request,
            "user": self.request.user,
            "row_id": self.kwargs.get("row_id"),
            "sheet_id": self.kwargs.get("sheet_id"),
        }

    def get_reason(self, form: SheetForm) -> str:
        """Return the reason for the change, for the log. Subclasses can override this."""
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form: SheetForm = context["form"]
        return {"title": self.title or form.label or "Add a row", "submit": self.submit, **context}

    def form_valid(self, form: SheetForm) -> HttpResponse:
        result = form.save(reason=self.get_reason(form))
        return self.form_invalid(form) if result is None else self.form_saved(form, result)

    def form_saved(self, form: SheetForm, result: Result) -> HttpResponse:
        """Return a redirect to the success URL, with messages about what was saved."""
        if form.left_rule:
            messages.info(self.request, LEFT_RULE)
        text = words(result, form.doing) if form.changes() else NOTHING_CHANGED
        url = self.get_success_url()
        return saved_page(self.request, result, sheet_id=form.sheet_id, text=text, next_url=url)

    def form_invalid(self, form: SheetForm) -> HttpResponse:
        """Return the page with the form as it was sent, and what is wrong."""
        response = self.render_to_response(self.get_context_data(form=form), status=form.status)
        if form.problem:
            add_headers(self.request, response, form.problem)
        return response

    def unread(self, problem: Problem) -> HttpResponse:
        """Return a page that says why the row can't be read."""
        return problem_page(self.request, problem)
