"""The discussions and attachments of a sheet: finding them, and taking them away with what they belong to."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sandbox.model.attachment import Attachment, current
from sandbox.model.discussion import Comment, Discussion
from sandbox.model.sheet import Sheet


def find_discussion(sheet: Sheet, discussion_id: int) -> Discussion | None:
    """The discussion with that id."""
    return next((discussion for discussion in sheet.discussions if discussion.id == discussion_id), None)


def find_comment(sheet: Sheet, comment_id: int) -> tuple[Discussion, Comment] | None:
    """The comment with that id, and the discussion that it is part of."""
    for discussion in sheet.discussions:
        for comment in discussion.comments:
            if comment.id == comment_id:
                return discussion, comment
    return None


def find_attachment(sheet: Sheet, attachment_id: int) -> Attachment | None:
    """The attachment with that id, whichever version it is."""
    return next((attachment for attachment in sheet.attachments if attachment.id == attachment_id), None)


def discussions_on_row(sheet: Sheet, row_id: int) -> list[Discussion]:
    """The discussions of one row, oldest first."""
    return [discussion for discussion in sheet.discussions if discussion.row_id == row_id]


def attached_to(sheet: Sheet, parent_ids: Collection[int]) -> list[Attachment]:
    """What is attached to any of these objects: the newest versions, oldest first."""
    return current(attachment for attachment in sheet.attachments if attachment.parent_id in parent_ids)


def versions_of(sheet: Sheet, attachment: Attachment) -> list[Attachment]:
    """All versions of an attachment, oldest first."""
    return [version for version in sheet.attachments if version.first_id == attachment.first_id]


def comment_ids(discussions: Iterable[Discussion]) -> set[int]:
    """The ids of all comments in these discussions."""
    return {comment.id for discussion in discussions for comment in discussion.comments}


def remove_attachments(sheet: Sheet, gone: Collection[Attachment]) -> None:
    """Take attachments away."""
    ids = {attachment.id for attachment in gone}
    sheet.attachments = [attachment for attachment in sheet.attachments if attachment.id not in ids]


def remove_discussions(sheet: Sheet, gone: Collection[Discussion]) -> None:
    """Take discussions away, with what is attached to their comments."""
    _detach(sheet, comment_ids(gone))
    ids = {discussion.id for discussion in gone}
    sheet.discussions = [discussion for discussion in sheet.discussions if discussion.id not in ids]


def remove_comment(sheet: Sheet, discussion: Discussion, comment: Comment) -> None:
    """Take a comment away; a discussion goes with its last one."""
    _detach(sheet, {comment.id})
    discussion.comments.remove(comment)
    if not discussion.comments:
        remove_discussions(sheet, [discussion])


def remove_from_rows(sheet: Sheet, row_ids: Collection[int]) -> None:
    """Take away whatever belongs to rows that are no more."""
    remove_discussions(sheet, [discussion for discussion in sheet.discussions if discussion.row_id in row_ids])
    _detach(sheet, row_ids)


def _detach(sheet: Sheet, parent_ids: Collection[int]) -> None:
    sheet.attachments = [attachment for attachment in sheet.attachments if attachment.parent_id not in parent_ids]
