"""Changing a sheet: a batch of updates, additions, deletions and moves, each compared with what the caller saw."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Header, Router

from api import results
from api.callers import ApiRequest, anyone_with
from api.changes import Edits, require_agreed, require_sense
from api.encoding import respond
from api.operations import failing
from api.results import FailedResultAnswer, ResultAnswer
from api.sheets import SheetId
from audit.vocabulary import Origin
from edits.saving import read, repeated, save
from identity.apptokens.models import Scope
from identity.tokens import revocation

router = Router(tags=["edits"], auth=anyone_with(Scope.EDIT))

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern="^[!-~ ]+$",
        description="Names this save for a week: sent again, it is answered with what came of it, and nothing is saved"
        " twice. Use a random one for each save, such as a UUID.",
    ),
]
ANSWERS: dict[int, type] = {
    **failing(),
    **dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429, 502, 503), FailedResultAnswer),
    **dict.fromkeys((200, 207), ResultAnswer),
}


@router.post("/sheets/{sheet_id}/edits", response=ANSWERS, operation_id="saveEdits")
def save_edits(request: ApiRequest, sheet_id: SheetId, edits: Edits, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Save changes of a sheet in the person's name.

    200: all is saved. 207: a part of it is. Any other status: nothing was saved, except that after 502 this isn't
    certain. `results` says what came of each change and each cell.
    """
    changes, key = edits.row_changes, f"api {_bare(idempotency_key)}"
    how = {"is_cell_by_cell": edits.unit == "cell", "is_partial": edits.is_partial}
    result = repeated(sheet_id, changes, key=key, person=request.auth.profile, **how)
    if result is None:
        baseline = read(request.user, sheet_id, row_ids=edits.row_ids, with_descendants=bool(edits.deleted))
        edits.require_writable(baseline.sheet)
        require_agreed(edits, baseline)
        require_sense(edits, baseline.sheet)
        via = request.auth.via
        result = save(baseline, changes, key=key, origin=Origin.API, via=via, reason=edits.reason, **how)
    if results.needs_sign_in(result):
        revocation.follow_up(request.user.pk)
    return respond(results.result_answer(result), status=results.status_of(result))


def _bare(key: str) -> str:
    """The key without the quotes that a structured header has."""
    return key[1:-1] if len(key) > 2 and key[0] == key[-1] == '"' else key
