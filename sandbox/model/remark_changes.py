"""Finds, deletes and copies the discussions and attachments of a sheet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from sandbox.model.remark import Attachment, Comment, Discussion, current
from sandbox.model.sheet import Sheet
from sandbox.model.state import State


def find_discussion(sheet: Sheet, discussion_id: int) -> Discussion | None:
    """Return the discussion with this id; None if there is none."""
    return next((discussion for discussion in sheet.discussions if discussion.id == discussion_id), None)


def find_comment(sheet: Sheet, comment_id: int) -> tuple[Discussion, Comment] | None:
    """Return the comment with this id, and the discussion that it is part of; None if there is none."""
    for discussion in sheet.discussions:
        for comment in discussion.comments:
            if comment.id == comment_id:
                return discussion, comment
    return None


def find_attachment(sheet: Sheet, attachment_id: int) -> Attachment | None:
    """Return the attachment with this id, even if it is an old version; None if there is none."""
    return next((attachment for attachment in sheet.attachments if attachment.id == attachment_id), None)


def discussions_on_row(sheet: Sheet, row_id: int) -> list[Discussion]:
    """Return the discussions on one row, oldest first."""
    return [discussion for discussion in sheet.discussions if discussion.row_id == row_id]


def attached_to(sheet: Sheet, parent_ids: Collection[int]) -> list[Attachment]:
    """Return the attachments of these objects, each in its newest version. Older attachments come first."""
    return current(attachment for attachment in sheet.attachments if attachment.parent_id in parent_ids)


def versions_of(sheet: Sheet, attachment: Attachment) -> list[Attachment]:
    """Return all versions of an attachment, oldest first."""
    return [version for version in sheet.attachments if version.first_id == attachment.first_id]


def comment_ids(discussions: Iterable[Discussion]) -> set[int]:
    """Return the ids of all comments in these discussions."""
    return {comment.id for discussion in discussions for comment in discussion.comments}


def remove_attachments(sheet: Sheet, gone: Collection[Attachment]) -> None:
    """Delete attachments."""
    ids = {attachment.id for attachment in gone}
    sheet.attachments = [attachment for attachment in sheet.attachments if attachment.id not in ids]


def remove_discussions(sheet: Sheet, gone: Collection[Discussion]) -> None:
    """Delete discussions with the attachments of their comments."""
    _detach(sheet, comment_ids(gone))
    ids = {discussion.id for discussion in gone}
    sheet.discussions = [discussion for discussion in sheet.discussions if discussion.id not in ids]


def remove_comment(sheet: Sheet, discussion: Discussion, comment: Comment) -> None:
    """Delete a comment. If its discussion has no other comments, delete the discussion too."""
    _detach(sheet, {comment.id})
    discussion.comments.remove(comment)
    if not discussion.comments:
        remove_discussions(sheet, [discussion])


def remove_from_rows(sheet: Sheet, row_ids: Collection[int]) -> None:
    """Delete the discussions and attachments of deleted rows."""
    remove_discussions(sheet, [discussion for discussion in sheet.discussions if discussion.row_id in row_ids])
    _detach(sheet, row_ids)


def _detach(sheet: Sheet, parent_ids: Collection[int]) -> None:
    sheet.attachments = [attachment for attachment in sheet.attachments if attachment.parent_id not in parent_ids]


def copy_remarks(
    state: State, source: Sheet, target: Sheet, *, ids: Mapping[int, int], include: Collection[str]
) -> None:
    """Copy discussions and attachments from one sheet to another. `include` says what is copied: `discussions`,
    `attachments` or `all`.

    `ids` maps the ids of copied rows to the ids of their copies. If the whole sheet was copied, `ids` also maps the
    sheet's id to the id of the copy. Authors and times stay the same. Only the newest version of a file is copied.
    """
    parents = dict(ids)
    if {"discussions", "all"} & set(include):
        for discussion in source.discussions:
            if (discussion.row_id or source.id) in ids:
                target.discussions.append(_copied(state, discussion, ids, parents))
    if {"attachments", "all"} & set(include):
        for attachment in current(source.attachments):
            if parent_id := parents.get(attachment.parent_id):
                new_id = state.new_id()
                target.attachments.append(replace(attachment, id=new_id, first_id=new_id, parent_id=parent_id))


def _copied(state: State, discussion: Discussion, ids: Mapping[int, int], parents: dict[int, int]) -> Discussion:
    """Return a copy of a discussion.

    For each of its comments, add the comment's id and the id of its copy to `parents`.
    """
    comments: list[Comment] = []
    for comment in discussion.comments:
        parents[comment.id] = state.new_id()
        comments.append(replace(comment, id=parents[comment.id]))
    row_id = None if discussion.row_id is None else ids[discussion.row_id]
    return replace(discussion, id=state.new_id(), row_id=row_id, comments=comments)
