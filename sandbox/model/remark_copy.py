"""Copying what is said about and attached to rows and sheets, for copies of these."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sandbox.model.attachment import current
from sandbox.model.discussion import Comment, Discussion
from sandbox.model.sheet import Sheet
from sandbox.model.state import State


def copy_remarks(
    state: State, source: Sheet, target: Sheet, *, ids: Mapping[int, int], include: Collection[str]
) -> None:
    """Copy `discussions`, `attachments`, both or (`all`) both, as `include` says, from one sheet to another.

    `ids` leads from the id of each row that was copied, and of the sheet if it was, to that of its copy. Everything
    remains by whom and from when it was; of a file only the newest version is copied.
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
    """A copy; what its comments are now called is added to `parents`."""
    comments: list[Comment] = []
    for comment in discussion.comments:
        parents[comment.id] = state.new_id()
        comments.append(replace(comment, id=parents[comment.id]))
    row_id = None if discussion.row_id is None else ids[discussion.row_id]
    return replace(discussion, id=state.new_id(), row_id=row_id, comments=comments)
