"""Hooks for schemathesis (SCHEMATHESIS_HOOKS). They change the request bodies that schemathesis generates, so that the
server can use these bodies. The hooks run in the environment of schemathesis.

The OpenAPI document has the same schema for a row in a request as for a row in an answer. This schema has read-only
attributes too. Only the document's prose says which attributes a request can have. The hooks remove all other
attributes. The document allows empty comments, so the hooks always set a text. All ids in a request must exist, so the
hooks insert existing ids. If a request has a single row, the hooks put this row into a list. The reason is that the
document describes only an answer with a list, and the sandbox answers with a list only if the request has a list.
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
    """Replace the body of a generated request, if MENDED has a function for its operation."""
    mend = MENDED.get(case.operation.definition.raw["operationId"])
    if mend is not None and isinstance(case.body, dict | list):
        case.body = mend(case.body)


def rows_to_add(body: Any) -> Any:
    rows = body if isinstance(body, list) else [body]
    return [row_with_real_ids(row) for row in rows if isinstance(row, dict)]


def row_to_update(body: Any) -> Any:
    return [row | {"id": IDS["rowId"]} for row in rows_to_add(body)[:1]]


def row_with_real_ids(row: dict[str, Any]) -> dict[str, Any]:
    """Return the writable attributes of a row.

    Each cell gets the id of an existing column. No two cells get the same id.
    """
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
    """Return the body that creates a discussion. If the generated body has a file, the discussion is a separate part of
    the body, named `discussion`.
    """
    if "discussion" in body or "file" in body:
        return body | {"discussion": {"comment": {"text": TEXT}}}
    return {"comment": {"text": TEXT}}


def comment(body: Any) -> Any:
    """Return the body that creates a comment. If the generated body has a file, the comment is a separate part of the
    body, named `comment`.
    """
    return body | ({"comment": {"text": TEXT}} if "comment" in body or "file" in body else {"text": TEXT})


MENDED = {
    "rows-addToSheet": rows_to_add,
    "update-rows": row_to_update,
    "createWebhook": webhook,
    "row-discussions-create": discussion,
    "comments-create": comment,
}
schemathesis.hook(before_call)
