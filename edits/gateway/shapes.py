"""Whether JSON is what was asked for. What stands in front of Smartsheet may answer with JSON of its own.

Looked at is what the answer is told by: the ids of a sheet, its columns and rows, not each of half a million cells.
"""

from typing import Any

LARGEST_ID = 2**63 - 1

Json = Any


def is_sheet(content: Json) -> bool:
    """A Sheet object, whole or with some of its rows."""
    return is_record(content) and are_records(content.get("columns")) and are_records(content.get("rows", []))


def are_records(content: Json) -> bool:
    """A list of objects that have ids."""
    return isinstance(content, list) and all(map(is_record, content))


def is_record(content: Json) -> bool:
    """An object that has an id."""
    return isinstance(content, dict) and is_id(content.get("id"))


def are_objects(content: Json) -> bool:
    """A list of objects."""
    return isinstance(content, list) and all(isinstance(one, dict) for one in content)


def has_version(content: Json) -> bool:
    """An object that has the version of a sheet."""
    return isinstance(content, dict) and type(content.get("version")) is int


def are_ids(content: Json) -> bool:
    """A list of ids."""
    return isinstance(content, list) and all(map(is_id, content))


def is_id(content: Json) -> bool:
    """A number of 64 bits."""
    return type(content) is int and 0 < content <= LARGEST_ID
