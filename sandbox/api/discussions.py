"""Discussions. https://developers.smartsheet.com/api/smartsheet/openapi/discussions"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.api.new_remarks import new_comment, read_text
from sandbox.api.rows import row_in_path
from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.results import page_of, success
from sandbox.http.routing import Call, operation
from sandbox.http.uploads import read_with_file
from sandbox.model.access import Access
from sandbox.model.cell_parsing import check_attributes
from sandbox.model.remark import Discussion, title_of
from sandbox.model.remark_changes import discussions_on_row, find_discussion, remove_discussions
from sandbox.model.remark_json import discussion_json, new_discussion_json

Json = Any

ON_SHEET = "/sheets/{sheetId}/discussions"
ON_ROW = "/sheets/{sheetId}/rows/{rowId}/discussions"
ONE = ON_SHEET + "/{discussionId}"

WRITABLE = {"comment", "title"}
READ_ONLY = {
    "id",
    "accessLevel",
    "comments",
    "commentAttachments",
    "commentCount",
    "createdBy",
    "lastCommentedAt",
    "lastCommentedUser",
    "parentId",
    "parentType",
    "readOnly",
}


@operation("discussions-list", "GET", ON_SHEET, scope="READ_SHEETS")
def list_on_sheet(call: Call) -> Json:
    """List the discussions on the sheet and on its rows."""
    return _list(call, call.sheet.discussions)


@operation("row-discussions-list", "GET", ON_ROW, scope="READ_SHEETS")
def list_on_row(call: Call) -> Json:
    """List the discussions on a row."""
    return _list(call, discussions_on_row(call.sheet, row_in_path(call).id))


@operation("discussion-get", "GET", ONE, scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get one discussion with all its comments."""
    return _json(call, discussion_in_path(call), {"comments", "attachments"})


@operation("discussions-create", "POST", ON_SHEET, scope="WRITE_SHEETS", access=Access.COMMENTER, takes_file=True)
def create_on_sheet(call: Call) -> Json:
    """Start a discussion on the sheet."""
    return _create(call, None)


@operation("row-discussions-create", "POST", ON_ROW, scope="WRITE_SHEETS", access=Access.COMMENTER, takes_file=True)
def create_on_row(call: Call) -> Json:
    """Start a discussion on a row."""
    return _create(call, row_in_path(call).id)


@operation("discussion-delete", "DELETE", ONE, scope="WRITE_SHEETS", access=Access.COMMENTER)
def delete(call: Call) -> Json:
    """Delete your own discussion with all its comments."""
    discussion = discussion_in_path(call)
    if discussion.created_by != call.person.id:
        raise ApiError(1081)
    remove_discussions(call.sheet, [discussion])
    call.sheet.changed(at=now())
    call.announce("discussion", discussion.id, "deleted")
    return success()


def discussion_in_path(call: Call) -> Discussion:
    """Return the discussion that the path names. Raises ApiError 1006 if the sheet has no such discussion."""
    discussion = find_discussion(call.sheet, call.path_id("discussionId"))
    if discussion is None:
        raise ApiError(1006)
    return discussion


def _list(call: Call, discussions: Sequence[Discussion]) -> Json:
    """Return one page of discussions.

    If `include` asks both for comments and for attachments, each comment is shown with its attachments.
    """
    head, shown = page_of(call, discussions)
    include = call.words("include")
    return head | {"data": [_json(call, discussion, include) for discussion in shown]}


def _json(call: Call, discussion: Discussion, include: set[str] | frozenset[str]) -> Json:
    wanted = include & {"comments", "attachments"}
    return discussion_json(
        call.state, call.sheet, discussion, access=call.access, api_level=call.api_level, include=wanted
    )


def _create(call: Call, row_id: int | None) -> Json:
    sheet = call.sheet
    body, upload = read_with_file(call, "discussion")
    check_attributes("discussion", body, allowed=WRITABLE, read_only=READ_ONLY)
    if body.get("comment") is None:
        raise ApiError(1012, "discussion.comment")
    text = read_text(body["comment"])
    discussion = Discussion(call.state.new_id(), title_of(text), row_id, call.person.id)
    discussion.comments.append(new_comment(call, text, upload))
    sheet.discussions.append(discussion)
    sheet.changed(at=now())
    call.announce("discussion", discussion.id, "created")
    result = new_discussion_json(call.state, sheet, discussion)
    return success(result) | {"version": sheet.version}
