"""Describes the shape of an answer: its keys, their depth, and the kind of each value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

KINDS = {str: "string", bool: "boolean", int: "number", float: "number", type(None): "null"}


def shape(value: Any) -> set[str]:
    """Return the path and kind of each value, such as `data[].version: number`. Items of a list share a path."""
    return set(_walk(value, ""))


def _walk(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"{path}: object"
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        yield f"{path}: array"
        for inner in value:
            yield from _walk(inner, f"{path}[]")
    else:
        yield f"{path}: {KINDS[type(value)]}"
