"""Loaded by schemathesis (SCHEMATHESIS_HOOKS), in whose own environment it runs: makes generated bodies ones that the
server can act on.

The document describes the body of a row write by the Row object that answers hold, read-only attributes and all, and
says in words which may be sent; and ids have to exist. So: real ids, and of a row only what may be written. A single
row is sent as a list of one, since the schema of the answer knows the list alone.
"""

import json
import os
from typing import Any

import schemathesis

IDS = json.loads(os.environ["REAL_IDS"])
WRITABLE = ("cells", "expanded", "locked")
CELL_WRITABLE = ("value", "strict")


def map_body(context: Any, body: Any) -> Any:
    """The body, with what is generated put in the place of what exists."""
    operation = context.operation.definition.raw["operationId"]
    if operation in ("rows-addToSheet", "update-rows"):
        rows = body if isinstance(body, list) else [body]
        changed = [row_with_real_ids(row) for row in rows if isinstance(row, dict)]
        return changed if operation == "rows-addToSheet" else [row | {"id": IDS["rowId"]} for row in changed[:1]]
    if operation == "createWebhook" and isinstance(body, dict):
        return body | {"scopeObjectId": IDS["sheetId"], "subscope": {"columnIds": IDS["columnIds"]}}
    return body


def row_with_real_ids(row: dict[str, Any]) -> dict[str, Any]:
    """What may be written of a row; at most as many cells as there are columns."""
    kept = {name: row[name] for name in WRITABLE if name in row}
    if isinstance(kept.get("cells"), list):
        kept["cells"] = [
            {"columnId": column_id} | {name: cell[name] for name in CELL_WRITABLE if name in cell}
            for column_id, cell in zip(IDS["columnIds"], kept["cells"], strict=False)
        ]
    return kept


schemathesis.hook(map_body)
