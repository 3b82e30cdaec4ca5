"""Makes the table of operations in Markdown from the registry that the server uses."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import groupby

from sandbox import api
from sandbox.http.routing import HEAVY, OPERATIONS, Operation
from sandbox.model.access import Access

__all__ = ["OPERATIONS", "api", "operations_table"]  # importing api fills OPERATIONS

HEADINGS = ("Operation", "Request", "Scope", "Sheet access", "Counts as", "What it does")


def operations_table() -> str:
    """Return a section for each resource, with a line for each operation, sorted by path."""
    return "\n\n".join(_sections(sorted(OPERATIONS.values(), key=_place)))


def _sections(operations: list[Operation]) -> Iterator[str]:
    for resource, members in groupby(operations, key=_resource):
        lines = [HEADINGS, tuple("---" for _ in HEADINGS), *map(_line, members)]
        yield f"### {resource}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _place(operation: Operation) -> tuple[str, str, str]:
    return _resource(operation), operation.path, operation.method


def _resource(operation: Operation) -> str:
    """Return the title from the module's docstring, as a link to the page that the docstring names."""
    about = sys.modules[operation.handler.__module__].__doc__ or ""
    title, page = re.split(r"[.:]\s", about)[0], re.search(r"https://[^\s:]+", about)
    return f"[{title}]({page[0]})" if page else title


def _line(operation: Operation) -> tuple[str, ...]:
    on_sheet = "{sheetId}" in operation.path
    return (
        f"`{operation.id}`",
        f"`{operation.method} {_shown_path(operation)}`",
        f"`{operation.scope}`" if operation.scope else "none",
        operation.access.name if on_sheet or operation.access > Access.VIEWER else "–",
        f"{operation.cost}, {HEAVY} with a file" if operation.takes_file else str(operation.cost),
        (operation.handler.__doc__ or "").strip().splitlines()[0],
    )


def _shown_path(operation: Operation) -> str:
    """Return the path for the table. A part such as `{kind:(?i:sheets)}`, which matches one word in upper or lower
    case, is replaced by the word.
    """
    return re.sub(r"{\w+:\(\?i:(\w+)\)}", r"\1", operation.path)
