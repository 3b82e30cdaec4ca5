"""Finds the columns that a form or a rule names by id or title. A name that fits no column, or several columns, is an
error.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.utils.text import slugify

from edits.sheets.sheet import Column, Sheet

# Names that the form's own fields have. The field of a column with one of these names gets an underscore at the end.
RESERVED = frozenset({"author", "csrfmiddlewaretoken", "next", "once", "reason", "snapshot"})


class MissingColumn(ImproperlyConfigured):
    """The sheet has no column with this id or title, or it has several columns with this title. Perhaps someone renamed
    or deleted the column.
    """


def find_column(sheet: Sheet, key: int | str) -> Column:
    """Return the column with this id or title. Raises MissingColumn."""
    found = [column for column in sheet.columns if key in (column.id, column.title)]
    if len(found) == 1:
        return found[0]
    what = f"the title “{key}”" if isinstance(key, str) else f"the id {key}"
    if found:
        raise MissingColumn(f"The sheet “{sheet.name}” has {len(found)} columns with {what}: use the column's id.")
    titles = ", ".join(f"“{column.title}”" for column in sheet.columns)
    raise MissingColumn(f"The sheet “{sheet.name}” has no column with {what}. It has {titles}.")


def field_name(column: Column) -> str:
    """The name of a column's field in Python and in templates, such as due_date for “Due date”."""
    name = slugify(column.title, allow_unicode=True).replace("-", "_") or f"column_{column.id}"
    return f"{name}_" if name in RESERVED else name
