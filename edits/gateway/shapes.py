"""Checks that JSON has the expected shape, because a proxy in front of Smartsheet can answer with other JSON.

These functions check the ids of a sheet, its columns and its rows. They don't check the cells, because a sheet can have
half a million of them.
"""

from typing import Any

LARGEST_ID = 2**63 - 1

Json = Any


def is_sheet(content: Json) -> bool:
    """Whether this is a Sheet object, with all or some of its rows."""
    return is_record(content) and are_records(content.get("columns")) and are_records(content.get("rows", []))


def are_records(content: Json) -> bool:
    """Whether this is a list of objects with ids."""
    return isinstance(content, list) and all(map(is_record, content))


def is_record(content: Json) -> bool:
    """Whether this is an object with an id."""
    return isinstance(content, dict) and is_id(content.get("id"))


def are_objects(content: Json) -> bool:
    """Whether this is a list of objects."""
    return isinstance(content, list) and all(isinstance(one, dict) for one in content)


def has_version(content: Json) -> bool:
    """Whether this object has a sheet's version."""
    return isinstance(content, dict) and type(content.get("version")) is int


def are_ids(content: Json) -> bool:
    """Whether this is a list of ids."""
    return isinstance(content, list) and all(map(is_id, content))


def is_id(content: Json) -> bool:
    """Whether this can be an id: a positive 64-bit number."""
    return type(content) is int and 0 < content <= LARGEST_ID
