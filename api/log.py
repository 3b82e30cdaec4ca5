"""Reads and exports the entries of the audit log that the person can read, with the filters of the log's page."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from ninja import Query, Router, Schema
from pydantic import Field, JsonValue
from typing_extensions import TypedDict

from api.callers import ApiRequest, anyone_with
from api.encoding import Id, IdText, respond
from api.operations import failing
from api.problems import Kind, Problem
from audit.access import Reader, reader_of
from audit.changes import LoggedChange
from audit.export import exports
from audit.export.selection import selection_of
from audit.export.views import EXPORT
from audit.filtering.fields import without_names
from audit.filtering.filters import UNCERTAIN_PHASES, LogFilter
from audit.grouping import each_change
from audit.models import Entry
from audit.paging import Asked, page_after, page_of
from audit.read_logging import note_reading
from audit.via import parts
from audit.vocabulary import Origin
from identity.apptokens.models import Scope

MOST = 200
FILES = {kind: {"schema": {"type": "string"}} for kind in exports.CONTENT_TYPES.values()}
NOT_BOTH = "Use “before” or “after”, not both."
NO_EXPORT = "Exporting everyone's entries needs a separate permission."

router = Router(tags=["log"], auth=anyone_with(Scope.LOG))

Before = Annotated[Id | None, Query(description="The id of an entry: list only older entries")]
After = Annotated[Id | None, Query(description="The id of an entry: list the next newer entries")]


Text = Annotated[str | None, Field(max_length=200)]
Day = Annotated[str | None, Field(max_length=10, description="A day in UTC, such as 2026-11-30")]
PartId = Annotated[Id | None, Field(description="Only allowed together with `sheet`")]


class EntryFilters(Schema):
    """The filters of the log's page, as query parameters. The API checks them with the same form as the page. On the
    page, some filters apply to whole edits. In the API, all filters apply to each change separately.
    """

    person: Annotated[str | None, Field(max_length=200, description="`region:id`, such as com:4583173393803140")] = None
    sheet: Id | None = None
    row: PartId = None
    column: PartId = None
    edit: Text = None
    action: Text = None
    outcome: Text = None
    origin: Text = None
    via: Annotated[str | None, Field(max_length=200, description="Such as `token:7`")] = None
    since: Day = None
    until: Day = None
    q: Annotated[str | None, Field(max_length=200, description="Words. The search skips messages of outcomes")] = None


class Person(TypedDict):
    """The person in an entry. The name and the address may have been erased. The id 0 means that no person acted. For
    example, this app acted by itself.
    """

    id: str
    region: str
    name: str
    email: str


class EntryAnswer(TypedDict):
    """A change of one cell or row together with its outcome, or another act, such as a sign-in.

    `outcome` is for example `applied` or `refused`. It is `intent` if there is no outcome yet. `old` and `new` are
    values as Smartsheet's API writes them. If a personal value was erased, `{"objectType": "ERASED"}` takes its place.
    """

    id: IdText
    at: str
    edit_id: str
    actor: Person
    action: str
    outcome: str
    message: str
    origin: str
    via: dict[str, str | int]
    reason: str
    subject: str
    sheet_id: IdText | None
    sheet_name: str
    row_id: IdText | None
    row_label: str
    column_id: IdText | None
    column_title: str
    old: JsonValue
    new: JsonValue
    ip: str | None
    request_id: str


class EntriesAnswer(TypedDict):
    """Entries, newest first. To read older entries, send `older` as the parameter `before` of the next request. `older`
    is null if there are no older entries. To read newer entries later, send `newer` as the parameter `after`. `newer`
    is null if the answer has no entries and the request had no `after`. In this case, send the same request again
    later.

    A page can have fewer entries than `limit`, or none, although there are more entries. This happens if the search for
    matching entries takes longer than a second. So read on until `older` is null.

    `limited` is null, or a sentence that says why only the person's own entries are listed.
    """

    entries: list[EntryAnswer]
    older: IdText | None
    newer: IdText | None
    limited: str | None


@router.get("/log/entries", response={200: EntriesAnswer, **failing()}, operation_id="listEntries")
def list_entries(
    request: ApiRequest,
    filters: Query[EntryFilters],
    before: Before = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> HttpResponse:
    """List entries of the audit log, newest first. People get their own entries, and the entries on sheets that they
    can open now.

    Auditors get all entries. The log records who reads other people's entries.
    """
    reader = reader_of(request, is_waiting=True)
    form = _filter(request)
    if before is not None and after is not None:
        raise Problem(Kind.INVALID, errors=[{"pointer": "after", "detail": NOT_BOTH}])
    low, high = form.span
    entries = form.narrow_to_changes(Entry.objects.all())
    is_slow = bool(form.phases - UNCERTAIN_PHASES) and not form.active.keys() & {"row", "edit"}
    asked = Asked(entries, text=form.words, low=low, high=high, is_slow=is_slow)
    if after is None:
        page = page_of(asked, reader=reader, before=before, size=limit)
    else:
        page = page_after(asked, reader=reader, after=after, size=limit)
    note_reading(request, reader, page.entries, origin=Origin.API)
    answer: EntriesAnswer = {
        "entries": [_answer(edit.first) for edit in each_change(page.entries, phases=form.phases)],
        "older": _id(page.older),
        "newer": _id(page.newer if after is not None else page.front or None),
        "limited": reader.why_limited or None,
    }
    return respond(answer)


@router.post(
    "/log/export",
    response={200: None, **failing()},
    operation_id="exportLog",
    openapi_extra={
        "responses": {
            200: {"content": {kind: {"schema": {"type": "string"}} for kind in exports.CONTENT_TYPES.values()}}
        }
    },
)
def export_log(
    request: ApiRequest,
    format: Annotated[str, Query(pattern="^(csv|jsonl)$", description="jsonl can be verified offline")],
    filters: Query[EntryFilters],
) -> StreamingHttpResponse:
    """Export the entries that match the filters and that the person can read. The filters `column`, `outcome` and `q`
    apply to whole edits: if one entry of an edit matches them, all entries of the edit match.

    The export is recorded as an entry. An export changes nothing else, so the request needs no Idempotency-Key.
    """
    reader = reader_of(request, is_waiting=True)
    _require_export(request, reader)
    form = _filter(request)
    selection = selection_of(form, reader, without_names(_query(request)))
    made = exports.begin(selection, kind=format, actor=reader.actor, origin=Origin.API)
    response = StreamingHttpResponse(made.pieces, content_type=made.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response.headers["X-Accel-Buffering"] = "no"  # otherwise a proxy would store the whole file first
    return response


def _require_export(request: ApiRequest, reader: Reader) -> None:
    if reader.sees_all and not request.user.has_perm(EXPORT):
        raise Problem(Kind.FORBIDDEN, NO_EXPORT)


def _query(request: ApiRequest) -> QueryDict:
    """Return the filters of the query. Days are in UTC for all callers."""
    query = request.GET.copy()
    for name in ("limit", "format", "before", "after"):
        query.pop(name, None)
    if query.keys() & {"since", "until"}:
        query["days"] = "utc"
    return query


def _filter(request: ApiRequest) -> LogFilter:
    """Return the form with which the log's page filters entries. Raises Problem if a filter isn't valid."""
    form = LogFilter(_query(request), people=[], sheets=[])
    if form.is_valid():
        return form
    errors = [
        {"pointer": "" if name == "__all__" else name, "detail": _with_parameters(form, str(said))}
        for name, found in form.errors.items()
        for said in found
    ]
    raise Problem(Kind.INVALID, errors=errors)


def _with_parameters(form: LogFilter, said: str) -> str:
    """Return the form's error `said` with the names of the API's parameters in place of the labels of the form's
    fields. Only the log's page shows these labels, so callers of the API don't know them.
    """
    for name, field in form.fields.items():
        said = said.replace(f"“{field.label}”", f"“{name}”")
    return said


def _answer(change: LoggedChange) -> EntryAnswer:
    entry = change.intent
    return {
        "id": str(entry.pk),
        "at": entry.at.isoformat(),
        "edit_id": str(entry.edit_id),
        "actor": {
            "id": str(entry.actor_id),
            "region": entry.region,
            "name": entry.actor_name,
            "email": entry.actor_email,
        },
        "action": entry.action,
        "outcome": change.phase.value,
        "message": change.outcome.message if change.outcome else "",
        "origin": entry.origin,
        "via": {part.key: part.value for part in parts(entry.via)},
        "reason": entry.reason,
        "subject": entry.subject,
        "sheet_id": _id(entry.sheet_id),
        "sheet_name": entry.sheet_name,
        "row_id": _id(change.row_id),
        "row_label": change.row_label,
        "column_id": _id(entry.column_id),
        "column_title": entry.column_title,
        "old": _value(change.old),
        "new": _value(change.new),
        "ip": entry.ip,
        "request_id": entry.request_id,
    }


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)


def _value(canonical: str | None) -> Any:
    return None if canonical is None else json.loads(canonical)
