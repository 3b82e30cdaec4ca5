"""DURATION and PREDECESSOR of a project plan: shown as Smartsheet shows them, and changed there, as they move other
tasks too."""

from __future__ import annotations

from typing import ClassVar

from edits.sheets.column_types.base import ColumnType


class Duration(ColumnType):
    """A duration such as 4d 6h 30m."""

    __slots__ = ()
    why_not_here: ClassVar[str] = "Durations are changed in Smartsheet itself."


class Predecessor(ColumnType):
    """The tasks that come first, such as 12FS +3d 4h."""

    __slots__ = ()
    why_not_here: ClassVar[str] = "Predecessors are changed in Smartsheet itself."
