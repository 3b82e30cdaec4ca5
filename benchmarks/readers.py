"""The ways of reading that the benchmark compares. Each way is a function that takes a Target and returns another
function. The returned function reads once.

Each function imports the modules that it needs when it is called. So a process that measures one way doesn't load the
modules of the other ways. For example, the gateway's modules can't change how the SDK connects while the SDK is
measured.
"""

from collections.abc import Callable
from dataclasses import dataclass

Read = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Target:
    """The API's address, a token, and the sheet, columns and row to read."""

    api: str
    token: str
    sheet_id: int
    column_ids: list[int]
    row_id: int


def sheet_by_gateway(target: Target) -> Read:
    from edits.gateway.client import Gateway

    def read() -> object:
        gateway = Gateway(region_api_base=target.api, token=target.token, deadline=60)
        return gateway.sheet(target.sheet_id, column_ids=target.column_ids)

    return read


def sheet_by_requests(target: Target) -> Read:
    import orjson
    import requests

    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {target.token}"
    columns = ",".join(map(str, target.column_ids))
    url = f"{target.api}/sheets/{target.sheet_id}?level=2&include=objectValue&columnIds={columns}"
    return lambda: orjson.loads(session.get(url, timeout=60).content)


def sheet_by_sdk(target: Target) -> Read:
    from smartsheet import Smartsheet

    client = Smartsheet(target.token, api_base=target.api, user_agent="Byline")
    client.errors_as_exceptions()
    return lambda: client.Sheets.get_sheet(
        target.sheet_id, include="objectValue", level=2, column_ids=target.column_ids
    )


def row_by_gateway(target: Target) -> Read:
    from edits.gateway.client import Gateway

    return lambda: Gateway(region_api_base=target.api, token=target.token).row(target.sheet_id, target.row_id)


def row_by_sdk(target: Target) -> Read:
    from smartsheet import Smartsheet

    def read() -> object:
        client = Smartsheet(target.token, api_base=target.api, user_agent="Byline")
        client.errors_as_exceptions()
        return client.Sheets.get_row(target.sheet_id, target.row_id, level=2)

    return read
