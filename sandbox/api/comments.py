"""Comments. https://developers.smartsheet.com/api/smartsheet/openapi/comments"""

from __future__ import annotations

from typing import Any

from sandbox.api.discussions import ONE as DISCUSSION
from sandbox.api.discussions import discussion_in_path
from sandbox.api.new_remarks import new_comment, read_text
from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.results import success
from sandbox.http.routing import Call, operation
from sandbox.http.uploads import read_with_file
from sandbox.model.access import Access
from sandbox.model.remark import Comment, Discussion
from sandbox.model.remark_changes import find_comment, remove_comment
from sandbox.model.remark_json import comment_json

Json = Any

ONE = "/sheets/{sheetId}/comments/{commentId}"


@operation(
    "comments-create",
    "POST",
    DISCUSSION + "/comments",
    scope="WRITE_SHEETS",
    access=Access.COMMENTER,
    takes_file=True,
)
def create(call: Call) -> Json:
    """Add a comment to a discussion."""
    discussion = discussion_in_path(call)
    body, upload = read_with_file(call, "comment")
    comment = new_comment(call, read_text(body), upload)
    discussion.comments.append(comment)
    return _changed(call, comment)


@operation("comment-get", "GET", ONE, scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get one comment, with the id of its discussion."""
    discussion, comment = comment_in_path(call)
    return comment_json(call.state, call.sheet, comment) | {"discussionId": discussion.id}


@operation("comment-edit", "PUT", ONE, scope="WRITE_SHEETS", access=Access.COMMENTER)
def edit(call: Call) -> Json:
    """Change the text of your own comment."""
    _, comment = own_comment_in_path(call)
    comment.text = read_text(call.json())
    comment.modified_at = now()
    call.announce("comment", comment.id, "updated")
    return _changed(call, comment)


@operation("comment-delete", "DELETE", ONE, scope="WRITE_SHEETS", access=Access.COMMENTER)
def delete(call: Call) -> Json:
    """Delete your own comment."""
    discussion, comment = own_comment_in_path(call)
    remove_comment(call.sheet, discussion, comment)
    call.sheet.changed(at=now())
    call.announce("comment", comment.id, "deleted")
    if not discussion.comments:
        call.announce("discussion", discussion.id, "deleted")
    return success() | {"version": call.sheet.version}


def comment_in_path(call: Call) -> tuple[Discussion, Comment]:
    """Return the comment that the path names, and its discussion.

    Raises ApiError 1006 if the sheet doesn't have the comment.
    """
    found = find_comment(call.sheet, call.path_id("commentId"))
    if found is None:
        raise ApiError(1006)
    return found


def own_comment_in_path(call: Call) -> tuple[Discussion, Comment]:
    """Return the comment that the path names, and its discussion.

    Raises ApiError 1081 if another person wrote the comment.
    """
    discussion, comment = comment_in_path(call)
    if comment.created_by != call.person.id:
        raise ApiError(1081)
    return discussion, comment


def _changed(call: Call, comment: Comment) -> Json:
    call.sheet.changed(at=now())
    result = comment_json(call.state, call.sheet, comment)
    return success(result) | {"version": call.sheet.version}
