"""Finds the columns that a form or a rule names by id or title. If a name fits no column, or if it fits several
columns, this is an error.
"""

from __future__ import annotations

import logging

from django.core.exceptions import ImproperlyConfigured
from django.utils.text import slugify

from edits.sheets.sheet import Column, Sheet
from edits.widgets.problems import Doing, Problem, saved

# The names of the form's own fields. If a column would get one of these names, its name gets an underscore at the end.
RESERVED = frozenset({"author", "csrfmiddlewaretoken", "next", "once", "reason", "snapshot"})


logger = logging.getLogger(__name__)


class MissingColumn(ImproperlyConfigured):
    """The sheet has no column with this id or title, or it has several columns with this title. Perhaps someone renamed
    or deleted the column. `message` is a sentence for people, and `hint` tells a developer what to do.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message


def problem_of_column(error: MissingColumn, *, doing: Doing) -> Problem:
    """Return what a page says about a missing column. Also log the error, because a developer has to correct the form
    or the rule.
    """
    logger.error("A form or a rule doesn't fit its sheet: %s", error)
    return Problem(
        status=500,
        title="This page no longer fits its sheet",
        happened=f"{error.message} Perhaps someone renamed or deleted a column.",
        saved=saved(error, doing),
        advice="Please tell the people who gave you this page.",
    )


def find_column(sheet: Sheet, key: int | str) -> Column:
    """Return the column with this id or title. Raises MissingColumn."""
    found = [column for column in sheet.columns if key in (column.id, column.title)]
    if len(found) == 1:
        return found[0]
    what = f"the title “{key}”" if isinstance(key, str) else f"the id {key}"
    if found:
        raise MissingColumn(f"The sheet “{sheet.name}” has {len(found)} columns with {what}.", "Use the column's id.")
    titles = ", ".join(f"“{column.title}”" for column in sheet.columns)
    raise MissingColumn(f"The sheet “{sheet.name}” has no column with {what}.", f"It has {titles}.")


def field_name(column: Column) -> str:
    """The name of a column's field in Python and in templates, such as due_date for “Due date”."""
    name = slugify(column.title, allow_unicode=True).replace("-", "_") or f"column_{column.id}"
    return f"{name}_" if name in RESERVED else name
