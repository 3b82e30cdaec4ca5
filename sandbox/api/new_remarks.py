"""Reads new attachments and comments from a request."""

from __future__ import annotations

from typing import Any

from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.routing import Call
from sandbox.http.uploads import Upload, is_link, read_upload
from sandbox.model import file_store
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.remark import COMMENT, FILE, GOV_LINK_TYPES, LINK_SUBTYPES, LINK_TYPES, Attachment, Comment

Json = Any

ATTACHMENT_WRITABLE = {"name", "description", "url", "attachmentType", "attachmentSubType"}
ATTACHMENT_READ_ONLY = {
    "id",
    "parentId",
    "parentType",
    "mimeType",
    "sizeInKb",
    "createdAt",
    "createdBy",
    "urlExpiresInMillis",
}


def read_attachment(call: Call, *, parent_type: str, parent_id: int) -> Attachment:
    """Make an attachment from the link or the file in the body, and return the attachment. The caller of this function
    has to add it to the sheet. Raises ApiError if the body isn't valid.
    """
    if is_link(call):
        return _link(call, parent_type=parent_type, parent_id=parent_id)
    return new_file(call, read_upload(call), parent_type=parent_type, parent_id=parent_id)


def new_file(call: Call, upload: Upload, *, parent_type: str, parent_id: int) -> Attachment:
    """Store the content of a file, and return an attachment for it."""
    attachment = _new(call, FILE, upload.name, parent_type=parent_type, parent_id=parent_id)
    attachment.mime_type, attachment.size = upload.mime_type, len(upload.content)
    attachment.digest = file_store.keep(call.state, upload.content)
    return attachment


def _link(call: Call, *, parent_type: str, parent_id: int) -> Attachment:
    body = call.json()
    check_attributes("attachment", body, allowed=ATTACHMENT_WRITABLE, read_only=ATTACHMENT_READ_ONLY)
    for name in ATTACHMENT_WRITABLE:
        check_type(body, name, str)
    for name in ("attachmentType", "url"):
        if not body.get(name):
            raise ApiError(1012, f"attachment.{name}")
    types = GOV_LINK_TYPES if call.state.region == "gov" else LINK_TYPES
    _check_kind(body["attachmentType"], body.get("attachmentSubType"), types)
    if body.get("description") is not None and parent_type == COMMENT:
        raise ApiError(1032, "attachment.description")
    name = body.get("name") or body["url"]
    link = _new(call, body["attachmentType"], name, parent_type=parent_type, parent_id=parent_id)
    link.url, link.description, link.sub_type = body["url"], body.get("description"), body.get("attachmentSubType")
    return link


def _check_kind(kind: str, sub_type: str | None, types: frozenset[str]) -> None:
    if kind == FILE:
        raise ApiError(1051)
    if kind not in types:
        raise ApiError(1255, kind)
    allowed = {"EGNYTE": {"FOLDER"}, "GOOGLE_DRIVE": LINK_SUBTYPES - {"FOLDER"}}.get(kind, frozenset())
    if sub_type is not None and sub_type not in allowed:
        raise ApiError(1031, sub_type, "attachment.attachmentSubType")


def _new(call: Call, kind: str, name: str, *, parent_type: str, parent_id: int) -> Attachment:
    new_id = call.state.new_id()
    return Attachment(new_id, new_id, kind, name, parent_type, parent_id, now(), call.person.id)


COMMENT_READ_ONLY = {"id", "attachments", "createdAt", "createdBy", "discussionId", "modifiedAt"}


def read_text(body: Json) -> str:
    """Return the text in a comment's JSON. Raises ApiError 1008, 1012 or 1032 if the JSON isn't valid."""
    check_attributes("comment", body, allowed={"text"}, read_only=COMMENT_READ_ONLY)
    check_type(body, "text", str)
    text = body.get("text")
    if not text:
        raise ApiError(1012, "comment.text")
    return str(text)


def new_comment(call: Call, text: str, upload: Upload | None) -> Comment:
    """Return a new comment by the caller, with `upload` attached to it. The caller of this function has to add the
    comment to a discussion.
    """
    at = now()
    comment = Comment(call.state.new_id(), text, at, call.person.id, at)
    if upload:
        attachment = new_file(call, upload, parent_type=COMMENT, parent_id=comment.id)
        call.sheet.attachments.append(attachment)
        call.announce("attachment", attachment.id, "created", attachmentName=attachment.name)
    call.announce("comment", comment.id, "created")
    return comment
