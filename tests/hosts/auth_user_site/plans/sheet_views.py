"""Pages of the site that change a cell in Smartsheet."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from edits.forms import SheetForm, SheetFormView, mine
from edits.saving import Conflict, InTransaction, change_cells, read
from identity.decorators import smartsheet_connected


@transaction.non_atomic_requests
@smartsheet_connected
def status(request: HttpRequest, sheet_id: int, row_id: int) -> HttpResponse:
    """Show the status of a row in a form, and change it when the form is sent."""
    if request.method == "POST":
        shown, typed = (request.POST[name] or None for name in ("shown", "status"))
        try:
            change_cells(user=request.user, sheet_id=sheet_id, row_id=row_id, cells={"Status": (shown, typed)})
        except Conflict as conflict:
            (cell,) = conflict.row.conflicts()
            messages.error(request, f"Not saved: {cell.by} has made it {cell.value}.")
        else:
            messages.success(request, "Saved.")
        return redirect(request.path)
    sheet = read(request.user, sheet_id, row_ids=[row_id]).sheet
    column = next(column for column in sheet.columns if column.title == "Status")
    cell = sheet.row(row_id).cells.get(column.id)
    return render(request, "plans/status.html", {"shown": cell and cell.value, "options": column.options})


def in_transaction(request: HttpRequest) -> HttpResponse:
    """Try to change a cell in a transaction. The setting ATOMIC_REQUESTS starts one, because this view doesn't have the
    decorator `non_atomic_requests`. If the app refuses the change, return its message.
    """
    try:
        change_cells(user=request.user, sheet_id=1, row_id=1, cells={"Status": (None, "Done")})
    except InTransaction as error:
        return HttpResponse(str(error), status=500)
    return HttpResponse("Saved.")


class ProgressForm(SheetForm):
    """A form for two columns of a task. Only the person who is responsible for the task can use it."""

    class Meta:
        fields = ["Status", "Notes"]
        row_rule = mine("Responsible")


class Progress(SheetFormView):
    """The page of the form."""

    form_class = ProgressForm
    success_url = "/account/"
