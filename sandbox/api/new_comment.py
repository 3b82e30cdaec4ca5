"""Making comments out of what a request brings."""

from __future__ import annotations

from typing import Any

from sandbox.api.new_attachment import new_file
from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.routing import Call
from sandbox.http.uploads import Upload
from sandbox.model.attachment import COMMENT
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.discussion import Comment

Json = Any

READ_ONLY = {"id", "attachments", "createdAt", "createdBy", "discussionId", "modifiedAt"}


def read_text(body: Json) -> str:
    """The text of a comment's JSON. Raises ApiError 1008, 1012 or 1032."""
    check_attributes("comment", body, allowed={"text"}, read_only=READ_ONLY)
    check_type(body, "text", str)
    text = body.get("text")
    if not text:
        raise ApiError(1012, "comment.text")
    return str(text)


def new_comment(call: Call, text: str, upload: Upload | None) -> Comment:
    """A comment by whoever asks, not yet part of a discussion; a file that came along is attached to it."""
    at = now()
    comment = Comment(call.state.new_id(), text, at, call.person.id, at)
    if upload:
        attachment = new_file(call, upload, parent_type=COMMENT, parent_id=comment.id)
        call.sheet.attachments.append(attachment)
        call.announce("attachment", attachment.id, "created", attachmentName=attachment.name)
    call.announce("comment", comment.id, "created")
    return comment
