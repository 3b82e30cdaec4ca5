"""Attachments. https://developers.smartsheet.com/api/smartsheet/openapi/attachments"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.api.comments import own_comment_in_path
from sandbox.api.discussions import discussion_in_path
from sandbox.api.new_remarks import new_file, read_attachment
from sandbox.api.rows import row_in_path
from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.downloads import download_of
from sandbox.http.results import page_of, success
from sandbox.http.routing import Call, operation
from sandbox.http.uploads import is_link, read_upload
from sandbox.model.access import Access
from sandbox.model.remark import COMMENT, FILE, ROW, SHEET, Attachment, current
from sandbox.model.remark_changes import (
    attached_to,
    comment_ids,
    discussions_on_row,
    find_attachment,
    remove_attachments,
    versions_of,
)
from sandbox.model.remark_json import attachment_json, attachments_json

Json = Any

ON_SHEET = "/sheets/{sheetId}/attachments"
ON_ROW = "/sheets/{sheetId}/rows/{rowId}/attachments"
ON_COMMENT = "/sheets/{sheetId}/comments/{commentId}/attachments"
IN_DISCUSSION = "/sheets/{sheetId}/discussions/{discussionId}/attachments"
ONE = ON_SHEET + "/{attachmentId}"
VERSIONS = ONE + "/versions"


@operation("attachments-listOnSheet", "GET", ON_SHEET, scope="READ_SHEETS")
def list_on_sheet(call: Call) -> Json:
    """List all attachments on the sheet itself, on its rows and on its comments."""
    return _list(call, current(call.sheet.attachments))


@operation("attachments-listOnRow", "GET", ON_ROW, scope="READ_SHEETS")
def list_on_row(call: Call) -> Json:
    """List the attachments of a row, and of the comments on this row."""
    row = row_in_path(call)
    comments = comment_ids(discussions_on_row(call.sheet, row.id))
    return _list(call, attached_to(call.sheet, {row.id} | comments))


@operation("discussion-listAttachments", "GET", IN_DISCUSSION, scope="READ_SHEETS")
def list_in_discussion(call: Call) -> Json:
    """List the attachments of the comments in a discussion."""
    return _list(call, attached_to(call.sheet, comment_ids([discussion_in_path(call)])))


@operation("attachments-get", "GET", ONE, scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get one attachment. For a file, the answer has a URL from which clients can download it for a short time."""
    attachment = attachment_in_path(call)
    return attachment_json(call.state, attachment, download=download_of(call, attachment))


@operation("attachments-attachToSheet", "POST", ON_SHEET, scope="WRITE_SHEETS", access=Access.EDITOR, takes_file=True)
def attach_to_sheet(call: Call) -> Json:
    """Attach a file or a link to the sheet."""
    return _add(call, read_attachment(call, parent_type=SHEET, parent_id=call.sheet.id))


@operation("row-attachments-attachFile", "POST", ON_ROW, scope="WRITE_SHEETS", access=Access.EDITOR, takes_file=True)
def attach_to_row(call: Call) -> Json:
    """Attach a file or a link to a row."""
    return _add(call, read_attachment(call, parent_type=ROW, parent_id=row_in_path(call).id))


@operation(
    "attachments-attachToComment", "POST", ON_COMMENT, scope="WRITE_SHEETS", access=Access.COMMENTER, takes_file=True
)
def attach_to_comment(call: Call) -> Json:
    """Attach a file or a link to your own comment."""
    _, comment = own_comment_in_path(call)
    return _add(call, read_attachment(call, parent_type=COMMENT, parent_id=comment.id))


@operation("attachments-delete", "DELETE", ONE, scope="WRITE_SHEETS", access=Access.COMMENTER)
def delete(call: Call) -> Json:
    """Delete one version of an attachment. If this was the newest version, the previous one becomes current."""
    return _remove(call, [_removable(call)])


@operation("attachments-versionList", "GET", VERSIONS, scope="READ_SHEETS")
def list_versions(call: Call) -> Json:
    """List the versions of an attachment, newest first."""
    return _list(call, versions_of(call.sheet, attachment_in_path(call))[::-1])


@operation("attachments-versionUpload", "POST", VERSIONS, scope="WRITE_SHEETS", access=Access.EDITOR, takes_file=True)
def upload_version(call: Call) -> Json:
    """Add a newer version of a file."""
    old = attachment_in_path(call)
    if old.parent_type == COMMENT:
        raise ApiError(1100)
    if old.type != FILE:
        raise ApiError(1101)
    if is_link(call):
        raise ApiError(1124)
    version = new_file(call, read_upload(call), parent_type=old.parent_type, parent_id=old.parent_id)
    version.first_id = old.first_id
    return _add(call, version)


@operation("attachments-versionsDelete", "DELETE", VERSIONS, scope="WRITE_SHEETS", access=Access.COMMENTER)
def delete_versions(call: Call) -> Json:
    """Delete an attachment with all its versions."""
    return _remove(call, versions_of(call.sheet, _removable(call)))


def attachment_in_path(call: Call) -> Attachment:
    """Return the attachment that the path names. Raises ApiError 1006 if the sheet has no such attachment."""
    attachment = find_attachment(call.sheet, call.path_id("attachmentId"))
    if attachment is None:
        raise ApiError(1006)
    return attachment


def _removable(call: Call) -> Attachment:
    """Return the attachment that the path names, if the caller is allowed to delete it.

    Raises ApiError 1081 if the attachment is on a comment and another person added it. Raises ApiError 1004 if the
    attachment is on the sheet or a row, and the caller isn't an editor.
    """
    attachment = attachment_in_path(call)
    if attachment.parent_type == COMMENT and attachment.created_by != call.person.id:
        raise ApiError(1081)
    if attachment.parent_type != COMMENT and call.access < Access.EDITOR:
        raise ApiError(1004)
    return attachment


def _list(call: Call, attachments: Sequence[Attachment]) -> Json:
    head, shown = page_of(call, attachments)
    return head | {"data": attachments_json(call.state, shown)}


def _add(call: Call, attachment: Attachment) -> Json:
    call.sheet.attachments.append(attachment)
    call.sheet.changed(at=now())
    call.announce("attachment", attachment.id, "created", attachmentName=attachment.name)
    result = attachment_json(call.state, attachment)
    return success(result) | {"version": call.sheet.version}


def _remove(call: Call, attachments: Sequence[Attachment]) -> Json:
    remove_attachments(call.sheet, attachments)
    call.sheet.changed(at=now())
    for attachment in attachments:
        call.announce("attachment", attachment.id, "deleted")
    return success()
