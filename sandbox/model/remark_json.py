"""Makes JSON from discussions, comments and attachments, alone and as parts of sheets and rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sandbox.model.access import Access
from sandbox.model.remark import COMMENT, FILE, Attachment, Comment, Discussion, current
from sandbox.model.remark_changes import attached_to, comment_ids
from sandbox.model.sheet import Sheet
from sandbox.model.state import State

Json = Any


def attachment_json(state: State, attachment: Attachment, *, download: dict[str, Json] | None = None) -> Json:
    """Return the JSON of an Attachment. In the answer for a single file, `download` has the address of the content."""
    body: dict[str, Json] = {
        "id": attachment.id,
        "name": attachment.name,
        "description": attachment.description,
        "url": attachment.url,
        "attachmentType": attachment.type,
        "attachmentSubType": attachment.sub_type,
    }
    if attachment.type == FILE:
        body |= {"mimeType": attachment.mime_type, "sizeInKb": -(-attachment.size // 1024)}
    body |= download or {}
    return {name: value for name, value in body.items() if value is not None} | {
        "parentType": attachment.parent_type,
        "parentId": attachment.parent_id,
        "createdBy": state.mini_user(attachment.created_by),
        "createdAt": attachment.created_at,
    }


def attachments_json(state: State, attachments: Iterable[Attachment]) -> list[Json]:
    """Return the JSON of several attachments."""
    return [attachment_json(state, attachment) for attachment in attachments]


def comment_json(state: State, sheet: Sheet, comment: Comment, *, attachments: bool = True) -> dict[str, Json]:
    """Return the JSON of a Comment, with its attachments if `attachments` is true."""
    body: dict[str, Json] = {
        "id": comment.id,
        "text": comment.text,
        "createdBy": state.mini_user(comment.created_by),
    }
    if attachments and (attached := attached_to(sheet, {comment.id})):
        body["attachments"] = attachments_json(state, attached)
    return body | {"createdAt": comment.created_at, "modifiedAt": comment.modified_at}


def new_discussion_json(state: State, sheet: Sheet, discussion: Discussion) -> dict[str, Json]:
    """Return the JSON of a new discussion, for the answer to its creator. It has no parent and no access level."""
    return _opening(state, sheet, discussion, {"comments", "attachments"}) | _closing(state, discussion)


def discussion_json(
    state: State, sheet: Sheet, discussion: Discussion, *, access: Access, api_level: int, include: Collection[str]
) -> dict[str, Json]:
    """Return the JSON of a Discussion. `include` can have `comments`, `attachments` and `commentAttachments`."""
    on_sheet = discussion.row_id is None
    body = _opening(state, sheet, discussion, include) | {
        "accessLevel": access.shown(api_level=api_level),
        "parentType": "SHEET" if on_sheet else "ROW",
        "parentId": sheet.id if on_sheet else discussion.row_id,
    }
    if access < Access.COMMENTER:
        body["readOnly"] = True
    return body | _closing(state, discussion)


def _opening(state: State, sheet: Sheet, discussion: Discussion, include: Collection[str]) -> dict[str, Json]:
    body: dict[str, Json] = {"id": discussion.id, "title": discussion.title}
    if "comments" in include:
        with_attachments = "attachments" in include
        body["comments"] = [
            comment_json(state, sheet, comment, attachments=with_attachments) for comment in discussion.comments
        ]
    if "commentAttachments" in include:
        attached = attached_to(sheet, comment_ids([discussion]))
        body["commentAttachments"] = attachments_json(state, attached)
    return body | {"commentCount": len(discussion.comments)}


def _closing(state: State, discussion: Discussion) -> dict[str, Json]:
    last = discussion.comments[-1]
    return {
        "lastCommentedAt": last.created_at,
        "lastCommentedUser": state.mini_user(last.created_by),
        "createdBy": state.mini_user(discussion.created_by),
    }


class Remarks:
    """The discussions and attachments that are part of a sheet and its rows, if `include` asks for them."""

    def __init__(self, state: State, sheet: Sheet, access: Access, *, include: Collection[str], api_level: int) -> None:
        self._lists: dict[str, dict[int, list[Json]]] = {}
        self._sheet_id = sheet.id
        if "attachments" in include:
            by_parent = self._lists.setdefault("attachments", {})
            for attachment in current(each for each in sheet.attachments if each.parent_type != COMMENT):
                by_parent.setdefault(attachment.parent_id, []).append(attachment_json(state, attachment))
        if "discussions" in include:
            by_parent = self._lists.setdefault("discussions", {})
            inner = {"commentAttachments"} if "attachments" in include else set()
            for discussion in sheet.discussions:
                shown = discussion_json(state, sheet, discussion, access=access, api_level=api_level, include=inner)
                by_parent.setdefault(discussion.row_id or sheet.id, []).append(shown)

    def __bool__(self) -> bool:
        """Whether the request asks for discussions or attachments."""
        return bool(self._lists)

    def of_sheet(self) -> dict[str, Json]:
        """Return the requested lists of discussions and attachments on the sheet itself. Empty lists are included."""
        return {name: by_parent.get(self._sheet_id, []) for name, by_parent in self._lists.items()}

    def of_row(self, row_id: int) -> dict[str, Json]:
        """Return the requested lists of discussions and attachments on a row. Empty lists are left out."""
        return {name: by_parent[row_id] for name, by_parent in self._lists.items() if row_id in by_parent}
