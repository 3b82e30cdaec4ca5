"""Lists known answers of Smartsheet: for each request, the status, error code, keys, and kinds of values.

Names in braces stand for ids of objects that the test creates. {sheet} has a {row}, a text column {name}, and a column
of check boxes {done}. {other sheet} has an {other row} and a text column {other name}.

https://github.com/smartsheet/smartsheet-sdk-tests
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = Any
Shape = set[str]

ROWS, ROW = "/sheets/{sheet}/rows", "/sheets/{sheet}/rows/{row}"


def keys(**paths: str) -> Shape:
    """Return the shape of an answer. Each argument names a kind of value, and lists the paths that have values of this
    kind: `keys(number="id version")`.
    """
    return {f"{path}: {kind}" for kind, listed in paths.items() for path in listed.split()}


def within(prefix: str, shape: Shape) -> Shape:
    """Return the shape with `prefix` put before each path."""
    return {f"{prefix}.{path}" for path in shape}


TOP = {": object"}
SUCCESS = TOP | keys(string="message", number="resultCode")
ERROR = TOP | keys(string="message refId", number="errorCode")
REFUSED_ROW = ERROR | keys(object="detail", number="detail.index")
REFUSED_UPDATE = REFUSED_ROW | keys(number="detail.rowId")

ROW_KEYS = keys(number="id rowNumber", boolean="expanded", string="createdAt modifiedAt", array="cells")
ROW_KEYS |= keys(object="cells[]", number="cells[].columnId")
UPDATED = SUCCESS | keys(array="result", object="result[]", number="version") | within("result[]", ROW_KEYS)
ADDED = UPDATED | keys(number="result[].sheetId result[].siblingId")
TEXT = keys(string="result[].cells[].value result[].cells[].displayValue")
NUMBER = keys(number="result[].cells[].value", string="result[].cells[].displayValue")
TICK = keys(boolean="result[].cells[].value")
HYPERLINK = keys(object="result[].cells[].hyperlink", string="result[].cells[].hyperlink.url")

PAGE = TOP | keys(number="pageNumber pageSize totalPages totalCount", array="data", object="data[]")
COLUMN = keys(number="id version index width", string="title type", boolean="validation")
SOMEBODY = keys(string="name email")
COMMENT = keys(number="id", string="text createdAt modifiedAt", object="createdBy") | within("createdBy", SOMEBODY)
DISCUSSION = keys(number="id commentCount", string="title lastCommentedAt", array="comments", object="comments[]")
DISCUSSION |= keys(object="createdBy lastCommentedUser") | within("comments[]", COMMENT)
DISCUSSION |= within("createdBy", SOMEBODY) | within("lastCommentedUser", SOMEBODY)
LINK = keys(number="id parentId", string="name description url attachmentType parentType createdAt", object="createdBy")
LINK |= within("createdBy", SOMEBODY)


@dataclass(frozen=True, slots=True)
class Fact:
    """A request, and the answer that Smartsheet is known to give."""

    about: str
    method: str
    path: str
    body: Json
    shape: Shape
    status: int = 200
    error: int | None = None


def cells(*given: Json) -> list[Json]:
    """Return a list with one new row that has these cells."""
    return [{"cells": list(given)}]


def changed(*given: Json, **attributes: Json) -> list[Json]:
    """Return a list with a change of {row}."""
    return [{"id": "{row}", **({"cells": list(given)} if given else {}), **attributes}]


def name(value: Json = None, **more: Json) -> Json:
    """Return a cell of the text column {name}."""
    return {"columnId": "{name}", **({} if value is None else {"value": value}), **more}


URL, BOTH = {"url": "http://example.com"}, {"url": "http://example.com", "sheetId": "{other sheet}"}
LINK_IN = {"sheetId": "{other sheet}", "rowId": "{other row}", "columnId": "{other name}"}

FACTS = [
    Fact("a text is added", "POST", ROWS, cells(name("Apple")), ADDED | TEXT),
    Fact("a whole number is added", "POST", ROWS, cells(name(100)), ADDED | NUMBER),
    Fact("a fraction is added", "POST", ROWS, cells(name(2.1)), ADDED | NUMBER),
    Fact("a tick is added", "POST", ROWS, cells({"columnId": "{done}", "value": True}), ADDED | TICK),
    Fact("a link to a page is added", "POST", ROWS, cells(name("Page", hyperlink=URL)), ADDED | TEXT | HYPERLINK),
    Fact("a row is added at the top", "POST", ROWS, [{"toTop": True, "cells": [name("Apple")]}],
         ADDED - keys(number="result[].siblingId") | TEXT),
    Fact("a text is changed", "PUT", ROWS, changed(name("Pear")), UPDATED | TEXT),
    Fact("a text is cleared", "PUT", ROWS, changed(name("")), UPDATED),
    Fact("a link is cleared", "PUT", ROWS, changed(name("", hyperlink=None)), UPDATED),
    Fact("a cleared tick is false", "PUT", ROWS, changed({"columnId": "{done}", "value": ""}, name("")),
         UPDATED | TICK),
    Fact("a row moves to the bottom", "PUT", ROWS, changed(toBottom=True),
         UPDATED | TEXT | keys(number="result[].siblingId")),
    Fact("a formula admits no value", "POST", ROWS, cells(name("20", formula="=1 + 1")), REFUSED_ROW, 400, 1163),
    Fact("nor when changed", "PUT", ROWS, changed(name("20", formula="=1 + 1")), REFUSED_UPDATE, 400, 1163),
    Fact("a link leads to one place", "POST", ROWS, cells(name("Page", hyperlink=BOTH)), REFUSED_ROW, 400, 1112),
    Fact("also when changed", "PUT", ROWS, changed(name("Page", hyperlink=BOTH)), REFUSED_UPDATE, 400, 1112),
    Fact("a cell links in or out", "PUT", ROWS, changed(name("", hyperlink=URL, linkInFromCell=LINK_IN)),
         REFUSED_UPDATE, 400, 1109),
    Fact("a column must exist", "POST", ROWS, cells({"columnId": 3, "value": "Some Value"}), REFUSED_ROW, 400, 1036),
    Fact("a strict tick is true or false", "PUT", ROWS, changed({"columnId": "{done}", "value": "perhaps"}),
         REFUSED_UPDATE, 400, 1042),
    Fact("some rows succeed", "POST", f"{ROWS}?allowPartialSuccess=true",
         cells(name("Some Value")) + cells({"columnId": 3, "value": "Some Value"}),
         ADDED | TEXT
         | keys(array="failedItems", object="failedItems[] failedItems[].error", number="failedItems[].index")
         | within("failedItems[].error", ERROR - TOP)),
    Fact("rows are copied", "POST", f"{ROWS}/copy", {"rowIds": ["{row}"], "to": {"sheetId": "{other sheet}"}},
         TOP | keys(number="destinationSheetId rowMappings[].from rowMappings[].to", array="rowMappings",
                    object="rowMappings[]")),
    Fact("rows are deleted", "DELETE", f"{ROWS}?ids={{row}}", None,
         SUCCESS | keys(array="result", number="result[]")),
    Fact("a cell has a history", "GET", f"{ROW}/columns/{{name}}/history", None,
         PAGE | keys(number="data[].columnId", string="data[].value data[].displayValue data[].modifiedAt",
                     object="data[].modifiedBy") | within("data[].modifiedBy", SOMEBODY)),
    Fact("a column gets options", "PUT", "/sheets/{sheet}/columns/{done}",
         {"index": 1, "title": "Fruit", "type": "PICKLIST", "options": ["Apple", "Pear"], "width": 200},
         SUCCESS | keys(object="result", array="result.options", string="result.options[]") | within("result", COLUMN)),
    Fact("a column is added", "POST", "/sheets/{sheet}/columns", [{"title": "New", "type": "DATE", "index": 1}],
         SUCCESS | keys(array="result", object="result[]") | within("result[]", COLUMN)),
    Fact("a sheet needs columns", "POST", "/sheets", {"name": "New Sheet", "columns": []}, ERROR, 400, 1054),
    Fact("a row is discussed", "POST", f"{ROW}/discussions", {"comment": {"text": "This is a comment!"}},
         SUCCESS | keys(object="result", number="version") | within("result", DISCUSSION)),
    Fact("a link is attached", "POST", "/sheets/{sheet}/attachments",
         {"name": "Search", "description": "A page", "attachmentType": "LINK", "url": "http://example.com"},
         SUCCESS | keys(object="result", number="version") | within("result", LINK)),
    Fact("sheets are listed", "GET", "/sheets", None,
         PAGE | keys(number="data[].id",
                     string="data[].name data[].accessLevel data[].permalink data[].createdAt data[].modifiedAt")),
    Fact("the sheet's version", "GET", "/sheets/{sheet}/version", None, TOP | keys(number="version")),
    Fact("what is not there", "GET", "/sheets/1", None, ERROR, 404, 1006),
]  # fmt: skip
