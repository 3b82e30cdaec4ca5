"""Changes a sheet with a batch of updates, additions, deletions and moves. Finds the cells that have changed since the
caller read them.
"""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Header, Router

from api import results
from api.callers import ApiRequest, anyone_with
from api.changes import Edits, require_agreed, require_sense
from api.encoding import respond
from api.operations import BAD_BODY, failing
from api.problems import Kind, Problem
from api.results import FailedResultAnswer, ResultAnswer
from api.sheets import SheetId
from audit.access import reader_of
from audit.vocabulary import Origin
from edits.saving import Result, read, repeated, save
from edits.saving.restoring import restore
from identity.apptokens.models import Scope
from identity.tokens import revocation

router = Router(tags=["edits"], auth=anyone_with(Scope.EDIT))

# A key is a string in quotes, as in structured headers, or the same characters without quotes. A comma outside of
# quotes separates the values of two headers, so a key without quotes can't contain a comma.
KEY = r"""^(?:[!#-+\--~][ !#-+\--~]*|"(?:[ !#-\[\]-~]|\\["\\])*")$"""
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=KEY,
        description="Identifies this save for a week. If you send the same save again, you get its result and nothing "
        "is saved twice. Use a random key for each save, such as a UUID. Only a key in quotes can contain commas.",
    ),
]
ANSWERS: dict[int, type] = {
    **failing(),
    **dict.fromkeys((*BAD_BODY, 401, 403, 404, 409, 422, 429, 502, 503), FailedResultAnswer),
    **dict.fromkeys((200, 207), ResultAnswer),
}


@router.post("/sheets/{sheet_id}/edits", response=ANSWERS, operation_id="saveEdits")
def save_edits(request: ApiRequest, sheet_id: SheetId, edits: Edits, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Save changes of a sheet in the person's name.

    200 means that everything was saved, and 207 that a part was saved. After 502, it is uncertain whether anything was
    saved. After any other status, nothing was saved. `results` has the result of each change and each cell.
    """
    key = f"api {_bare(idempotency_key)}"
    if edits.restored:
        return _restore(request, sheet_id, edits, key)
    changes = edits.row_changes
    how = {"is_cell_by_cell": edits.unit == "cell", "is_partial": edits.is_partial}
    result = repeated(sheet_id, changes, key=key, person=request.auth.profile, reason=edits.reason, **how)
    if result is None:
        baseline = read(request.user, sheet_id, row_ids=edits.row_ids, with_descendants=bool(edits.deleted))
        edits.require_writable(baseline.sheet)
        require_agreed(edits, baseline)
        require_sense(edits, baseline.sheet)
        result = save(
            baseline,
            changes,
            key=key,
            origin=Origin.API,
            via=request.auth.via,
            reason=edits.reason,
            shown_rows=edits.row_ids_shown,
            **how,
        )
    return _answer(request, result, is_restored=False)


def _restore(request: ApiRequest, sheet_id: int, edits: Edits, key: str) -> HttpResponse:
    reader = reader_of(request, is_waiting=True)
    result = restore(
        request.user,
        sheet_id,
        edits.restored,
        person=request.auth.profile,
        may_read=reader.may_read,
        key=key,
        via=request.auth.via,
        reason=edits.reason,
    )
    return _answer(request, result, is_restored=True)


def _answer(request: ApiRequest, result: Result, *, is_restored: bool) -> HttpResponse:
    if results.needs_sign_in(result):
        revocation.follow_up(request.user.pk)
    known = results.known_to(may_read=Scope.READ in request.auth.scopes, is_restored=is_restored)
    return respond(results.result_answer(result, known), status=results.status_of(result, known))


def _bare(key: str) -> str:
    """Return the idempotency key without the quotes that a structured header has around it. Raises Problem if there is
    nothing between the quotes.
    """
    bare = key[1:-1] if key[0] == key[-1] == '"' else key
    if not bare:
        raise Problem(Kind.KEY_MISSING)
    return bare
