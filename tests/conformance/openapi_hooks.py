"""Hooks for schemathesis (SCHEMATHESIS_HOOKS), which run in its own environment. They replace generated request bodies
by bodies that the server can use.

The OpenAPI document describes the body of a row write by the Row of answers, which has read-only attributes. Only its
text says which attributes can be sent. The document also allows empty comments. And all ids in a request must exist. So
the hooks insert existing ids, keep only the writable attributes of rows, and always set a text. A single row is sent as
a list of one row, because the schema of the answer has a list.
"""

import json
import os
from typing import Any

import schemathesis

IDS = json.loads(os.environ["REAL_IDS"])
WRITABLE = ("cells", "expanded", "locked")
CELL_WRITABLE = ("value", "strict")
TEXT = "Is this the final date?"


def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Replace generated values by ones that exist in the sandbox."""
    mend = MENDED.get(case.operation.definition.raw["operationId"])
    if mend is not None and isinstance(case.body, dict | list):
        case.body = mend(case.body)


def rows_to_add(body: Any) -> Any:
    rows = body if isinstance(body, list) else [body]
    return [row_with_real_ids(row) for row in rows if isinstance(row, dict)]


def row_to_update(body: Any) -> Any:
    return [row | {"id": IDS["rowId"]} for row in rows_to_add(body)[:1]]


def row_with_real_ids(row: dict[str, Any]) -> dict[str, Any]:
    """Return the writable attributes of a row, with at most one cell for each column."""
    kept = {name: row[name] for name in WRITABLE if name in row}
    if isinstance(kept.get("cells"), list):
        kept["cells"] = [
            {"columnId": column_id} | {name: cell[name] for name in CELL_WRITABLE if name in cell}
            for column_id, cell in zip(IDS["columnIds"], kept["cells"], strict=False)
        ]
    return kept


def webhook(body: Any) -> Any:
    return body | {"scopeObjectId": IDS["sheetId"], "subscope": {"columnIds": IDS["columnIds"]}}


def discussion(body: Any) -> Any:
    """Return the body that creates a discussion: its JSON, or the part `discussion` next to a file."""
    if "discussion" in body or "file" in body:
        return body | {"discussion": {"comment": {"text": TEXT}}}
    return {"comment": {"text": TEXT}}


def comment(body: Any) -> Any:
    """Return the body that creates a comment: its JSON, or the part `comment` next to a file."""
    return body | ({"comment": {"text": TEXT}} if "comment" in body or "file" in body else {"text": TEXT})


MENDED = {
    "rows-addToSheet": rows_to_add,
    "update-rows": row_to_update,
    "createWebhook": webhook,
    "row-discussions-create": discussion,
    "comments-create": comment,
}
schemathesis.hook(before_call)
