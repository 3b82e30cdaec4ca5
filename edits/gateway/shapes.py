"""Checks that JSON has the expected shape, because a proxy in front of Smartsheet can answer with other JSON.

After these checks, other code can read Smartsheet's JSON without checking the types again. A sheet can have half a
million cells, so this module collects the types of all rows and cells first, and then checks each combination of types
once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from types import NoneType
from typing import Any

import orjson

LARGEST_ID = 2**63 - 1  # the largest id that Smartsheet and the log's database can store

Json = Any
Kinds = frozenset[type]

TEXT: Kinds = frozenset({str, NoneType})
WHOLE: Kinds = frozenset({int, NoneType})
PLAIN: Kinds = frozenset({str, int, float, bool, NoneType})
OBJECT: Kinds = frozenset({dict, NoneType})

SHEET = dict.fromkeys(("name", "accessLevel", "permalink", "modifiedAt"), TEXT) | dict.fromkeys(
    ("version", "totalRowCount"), WHOLE
)
COLUMN = dict.fromkeys(("title", "type", "symbol", "systemColumnType", "description", "formula", "format"), TEXT) | {
    "width": WHOLE
}
PERSON = {"name": TEXT, "email": TEXT}
ROW: Mapping[str, Kinds] = {  # are_rows() reads these names in this order
    "id": frozenset({int}),
    "parentId": WHOLE,
    "siblingId": WHOLE,
    "rowNumber": WHOLE,
    "format": TEXT,
    "modifiedAt": TEXT,
    "createdAt": TEXT,
    "modifiedBy": OBJECT,
    "createdBy": OBJECT,
    "cells": frozenset({list, NoneType}),
}
CELL = {  # _are_cells() reads these names in this order
    "columnId": frozenset({int}),
    "value": PLAIN,
    "displayValue": TEXT,
    "formula": TEXT,
    "format": TEXT,
    "objectValue": PLAIN | {dict},
}


def is_shallow(content: Json) -> bool:
    """Whether the JSON has at most 254 levels of objects and lists inside each other. This is the limit of
    orjson.dumps. orjson.loads accepts more levels, but comparing JSON with more levels would raise RecursionError.
    """
    try:
        orjson.dumps(content)
    except orjson.JSONEncodeError:
        return False
    return True


def is_sheet(content: Json) -> bool:
    """Whether this is a Sheet object, with all or some of its rows."""
    return is_listed_sheet(content) and is_list(content.get("columns"), is_column) and are_rows(content.get("rows", []))


def is_listed_sheet(content: Json) -> bool:
    """Whether this is a Sheet object of a list of sheets, which has no columns."""
    return is_record(content) and _has(content, SHEET)


def is_column(content: Json) -> bool:
    """Whether this is a Column object."""
    return (
        is_record(content)
        and _has(content, COLUMN)
        and _are_texts(content.get("options"))
        and _are_texts(content.get("tags"))
        and is_list(content.get("contactOptions") or [], is_person)
    )


def is_row(content: Json) -> bool:
    """Whether this is a Row object, with all, some or none of its cells."""
    return are_rows([content])


def are_rows(content: Json) -> bool:
    """Whether this is a list of Row objects."""
    if not are_objects(content):
        return False
    # The names are written out, because a loop over ROW takes nearly twice as long. They're in the order of ROW.
    found = {
        (
            type(row.get("id")),
            type(row.get("parentId")),
            type(row.get("siblingId")),
            type(row.get("rowNumber")),
            type(row.get("format")),
            type(row.get("modifiedAt")),
            type(row.get("createdAt")),
            type(row.get("modifiedBy") or None),
            type(row.get("createdBy") or None),
            type(row.get("cells") or None),
        )
        for row in content
    }
    if not _are_all_in(found, ROW):
        return False
    ids = [one for name in ("id", "parentId", "siblingId") for row in content if (one := row.get(name)) is not None]
    people = [one for name in ("modifiedBy", "createdBy") for row in content if (one := row.get(name))]
    return (
        all(0 < one <= LARGEST_ID for one in (min(ids, default=1), max(ids, default=1)))
        and all(map(is_person, people))
        and _are_cells([row.get("cells") or () for row in content])
    )


def is_state(content: Json) -> bool:
    """Whether this is a CellHistory object: a cell at an earlier time."""
    return (
        isinstance(content, dict)
        and type(content.get("modifiedAt")) in TEXT
        and is_person(content.get("modifiedBy") or {})
        and _are_cells([[{"columnId": 0} | content]])
    )


def is_person(content: Json) -> bool:
    """Whether this is an object that can have a person's name and address."""
    return isinstance(content, dict) and _has(content, PERSON)


def is_filter(content: Json) -> bool:
    """Whether this is a filter of a sheet."""
    return is_record(content) and type(content.get("name")) in TEXT and type(content.get("filterType")) in TEXT


def is_share(content: Json) -> bool:
    """Whether this is a Share object."""
    return is_person(content) and type(content.get("accessLevel")) in TEXT and type(content.get("type")) in TEXT


def is_record(content: Json) -> bool:
    """Whether this is an object with an id."""
    return isinstance(content, dict) and is_id(content.get("id"))


def is_list(content: Json, is_item: Callable[[Json], bool]) -> bool:
    """Whether this is a list of items for which `is_item` returns True."""
    return isinstance(content, list) and all(map(is_item, content))


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


def _has(content: Mapping[str, Json], kinds: Mapping[str, Kinds]) -> bool:
    return all(type(content.get(name)) in kinds[name] for name in kinds)


def _are_texts(content: Json) -> bool:
    return content is None or (isinstance(content, list) and all(isinstance(one, str) for one in content))


def _are_all_in(found: Iterable[Sequence[type]], kinds: Mapping[str, Kinds]) -> bool:
    """Whether these combinations of types are allowed. Each combination is in the order of `kinds`."""
    return all(kind in allowed for types in found for kind, allowed in zip(types, kinds.values(), strict=True))


def _are_cells(rows: Sequence[Sequence[Json]]) -> bool:
    """Whether these are lists of Cell objects, one list for each row."""
    cells = list(chain.from_iterable(rows))
    try:
        # The names are written out, because a loop over CELL takes nearly twice as long. They're in the order of CELL.
        found = {
            (
                type(cell.get("columnId")),
                type(cell.get("value")),
                type(cell.get("displayValue")),
                type(cell.get("formula")),
                type(cell.get("format")),
                type(cell.get("objectValue")),
            )
            for cell in cells
        }
    except AttributeError:  # not an object
        return False
    if not _are_all_in(found, CELL):
        return False
    if not any(dict in types for types in found):
        return True
    objects = [value for cell in cells if type(value := cell.get("objectValue")) is dict]
    return all(_are_values(value.get("values") or []) for value in objects)


def _are_values(values: Json) -> bool:
    return isinstance(values, list) and all(
        is_person(value) if isinstance(value, dict) else type(value) in PLAIN for value in values
    )
