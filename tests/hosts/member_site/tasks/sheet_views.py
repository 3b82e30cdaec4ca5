"""A page of the site that changes a cell in Smartsheet, as a class-based view."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View

from edits.forms import SheetForm, SheetFormView, mine
from edits.saving import Conflict, change_cells, read
from identity.decorators import smartsheet_connected


@method_decorator(smartsheet_connected, name="dispatch")
class Status(View):
    """Shows the status of a row in a form, and changes it when the form is sent."""

    def get(self, request: HttpRequest, sheet_id: int, row_id: int) -> HttpResponse:
        sheet = read(request.user, sheet_id, row_ids=[row_id]).sheet
        column = next(column for column in sheet.columns if column.title == "Status")
        cell = sheet.row(row_id).cells.get(column.id)
        context: dict[str, Any] = {"shown": cell and cell.value, "options": column.options}
        return render(request, "tasks/status.html", context)

    def post(self, request: HttpRequest, sheet_id: int, row_id: int) -> HttpResponse:
        shown, typed = (request.POST[name] or None for name in ("shown", "status"))
        try:
            change_cells(user=request.user, sheet_id=sheet_id, row_id=row_id, cells={"Status": (shown, typed)})
        except Conflict as conflict:
            (cell,) = conflict.row.conflicts()
            messages.error(request, f"Not saved: {cell.by} has made it {cell.value}.")
        else:
            messages.success(request, "Saved.")
        return redirect(request.path)


class ProgressForm(SheetForm):
    """A form for two columns of a task. Only the person who is responsible for the task can use it."""

    class Meta:
        fields = ["Status", "Notes"]
        row_rule = mine("Responsible")


class Progress(SheetFormView):
    """The page of the form."""

    form_class = ProgressForm
    success_url = "/account/"
