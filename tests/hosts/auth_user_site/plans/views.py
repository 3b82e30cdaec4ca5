"""Pages of the site that change a cell."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from edits.saving import Conflict, InTransaction, change_cells
from identity.decorators import smartsheet_connected


@transaction.non_atomic_requests
@smartsheet_connected
def set_status(request: HttpRequest) -> HttpResponse:
    """Change the status of a row."""
    shown, typed = request.POST["shown"] or None, request.POST["typed"]
    try:
        change_cells(
            user=request.user,
            sheet_id=int(request.POST["sheet"]),
            row_id=int(request.POST["row"]),
            cells={"Status": (shown, typed)},
        )
    except Conflict as conflict:
        (cell,) = conflict.row.conflicts()
        return HttpResponse(f"now {cell.value}", status=409)
    return HttpResponse("saved")


def in_transaction(request: HttpRequest) -> HttpResponse:
    """As above, and forgets that ATOMIC_REQUESTS is on."""
    try:
        change_cells(user=request.user, sheet_id=1, row_id=1, cells={"Status": (None, "Done")})
    except InTransaction as error:
        return HttpResponse(str(error), status=500)
    return HttpResponse("saved")
