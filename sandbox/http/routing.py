"""Contains the registry of operations. The decorator `operation` on a handler adds an operation to the registry.

The server, the faults, the request journal and the docs all use this registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.errors import ApiError
from sandbox.model.access import Access
from sandbox.model.cell_json import permalink_token
from sandbox.model.event_bus import Event
from sandbox.model.sheet import Sheet
from sandbox.model.state import Person, State, Token

if TYPE_CHECKING:
    from sandbox.http.webhook_delivery import Courier
    from sandbox.settings import Settings

Json = Any
Handler = Callable[["Call"], Json]

HEAVY = 10
LARGEST = 2**63 - 1
JSON_TYPE = "application/json"
ID_NAMES = ("id", "Id", "Ids")
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the API, with its id in Smartsheet's OpenAPI document, its path and its requirements.

    If `scope` is "", any valid token is accepted. `access` is the lowest access level that the operation requires for
    the sheet in the path. The rate limit counts a call as `cost` requests. If `takes_file` is true, a call with a file
    counts as a heavy request. `is_open` marks operations that need no token. `media_types` are the types that the
    answer can have in addition to JSON.
    """

    id: str
    method: str
    path: str
    handler: Handler
    scope: str = ""
    access: Access = Access.VIEWER
    cost: int = 1
    is_open: bool = False
    takes_file: bool = False
    media_types: tuple[str, ...] = ()

    def is_heavy(self, headers: Mapping[str, str]) -> bool:
        """Whether a request with these headers counts several times against the rate limit."""
        is_multipart = headers.get("Content-Type", "").lower().startswith("multipart/")
        is_file = is_multipart or headers.get("Content-Disposition", "").lower().startswith("attachment")
        return self.cost >= HEAVY or (self.takes_file and is_file)

    @property
    def changes_sheet(self) -> bool:
        """Whether the operation can change the sheet in the path.

        While a request changes a sheet, other requests that have the same token can't change this sheet (4004).
        """
        return self.method != "GET" and self.path.startswith("/sheets/{sheetId}")


OPERATIONS: dict[str, Operation] = {}


def operation(
    operation_id: str,
    method: str,
    path: str,
    *,
    scope: str = "",
    access: Access = Access.VIEWER,
    cost: int = 1,
    is_open: bool = False,
    takes_file: bool = False,
    media_types: tuple[str, ...] = (),
) -> Callable[[Handler], Handler]:
    """Register a function as an operation. The class `Operation` documents the arguments."""

    def declare(handler: Handler) -> Handler:
        declared = Operation(operation_id, method, path, handler, scope, access, cost, is_open, takes_file, media_types)
        OPERATIONS[operation_id] = declared
        return handler

    return declare


@dataclass(slots=True)
class Call:
    """A request to an operation. `person` is the caller who makes the request. `media_type` is the answer's type."""

    state: State
    settings: Settings
    operation: Operation
    token: Token
    person: Person
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    courier: Courier
    media_type: str = JSON_TYPE
    loaded_sheet: Sheet | None = None

    @property
    def sheet(self) -> Sheet:
        """The sheet in the path. Raises ApiError 1006 if the caller can't see the sheet, and 1004 if the caller's
        access is too low.
        """
        if self.loaded_sheet is None:
            sheet = self._sheet_by_permalink() or self.state.sheets.get(self.path_id("sheetId"))
            access = sheet.access_of(self.person.id) if sheet else None
            if sheet is None or access is None:
                raise ApiError(1006)
            if access < self.operation.access:
                raise ApiError(1004)
            self.loaded_sheet = sheet
        return self.loaded_sheet

    def _sheet_by_permalink(self) -> Sheet | None:
        """Return the sheet whose permalink token is in the path.

        Only `getSheet` accepts such a token in place of an id.
        """
        token = self.path["sheetId"]
        if self.operation.id != "getSheet" or token.isdecimal():
            return None
        return next((sheet for sheet in self.state.sheets.values() if permalink_token(sheet.id) == token), None)

    @property
    def access(self) -> Access:
        """The caller's access level for the sheet in the path."""
        return self.sheet.access_of(self.person.id) or Access.VIEWER

    def check(self) -> None:
        """Check what all operations share: the sheet in the path, and parameters that every operation can have."""
        self.flag("numericDates")
        _ = self.api_level
        if "sheetId" in self.path:
            _ = self.sheet

    def announce(self, kind: str, object_id: int | str, change: str, **details: Json) -> None:
        """Publish an event that the caller caused. If the path names a sheet, the event belongs to this sheet.

        See event_bus.py.
        """
        sheet_id = self.loaded_sheet.id if self.loaded_sheet else None
        self.state.announce(Event(kind, change, object_id, self.person.id, sheet_id, details=details))

    def path_id(self, name: str) -> int:
        """Return an id in the path. Raises ApiError 1018 if it isn't a number."""
        return _number(self.path[name], name)

    def json(self) -> Json:
        """Return the JSON body.

        Raises ApiError 1024 if there is no body, 1124 if its type isn't JSON, and 1008 if it can't be read.
        """
        if not self.body.strip():
            raise ApiError(1024)
        if "json" not in self.headers.get("Content-Type", "application/json").lower():
            raise ApiError(1124)
        try:
            return with_numeric_ids(orjson.loads(self.body))
        except orjson.JSONDecodeError as error:
            raise ApiError(1008, f"Malformed JSON. {error}") from None
        except RecursionError:
            raise ApiError(1008, "Malformed JSON. It is nested too deeply.") from None

    def flag(self, name: str) -> bool:
        """Return whether a parameter is `true`; False if it isn't given. Raises ApiError 1018 for other values."""
        value = self.query.get(name, "false").lower()
        if value not in ("true", "false"):
            raise ApiError(1018, value, name)
        return value == "true"

    def number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        """Return a parameter as a whole number, or `default` if it isn't given.

        Raises ApiError 1018 if it isn't a whole number from `least` to `most`.
        """
        value = self.query.get(name)
        if value is None or value == "":
            return default
        number = _number(value, name)
        if number < least or number > (LARGEST if most is None else most):
            raise ApiError(1018, value, name)
        return number

    def words(self, name: str) -> frozenset[str]:
        """Return the words in a comma-separated parameter."""
        return frozenset(word.strip() for word in self.query.get(name, "").split(",") if word.strip())

    def numbers(self, name: str) -> list[int] | None:
        """Return the ids in a comma-separated parameter, in the given order and without duplicates.

        Return None if the parameter isn't given.
        """
        if not self.query.get(name):
            return None
        return list(dict.fromkeys(_number(part.strip(), name) for part in self.query[name].split(",") if part.strip()))

    @property
    def api_level(self) -> int:
        """The parameter `accessApiLevel`. If it is 0, answers show the access level COMMENTER as VIEWER."""
        return self.number("accessApiLevel", 0)


def with_numeric_ids(body: Json, name: str = "") -> Json:
    """Return the body with all ids as numbers. Clients in JavaScript send ids as strings."""
    match body:
        case dict():
            return {key: with_numeric_ids(value, key) for key, value in body.items()}
        case list():
            return [with_numeric_ids(item, name) for item in body]
        case str() if name.endswith(ID_NAMES) and body.isdecimal() and body.isascii() and len(body) <= MOST_DIGITS:
            return int(body)
    return body


def _number(text: str, name: str) -> int:
    try:
        number = float(text)
    except ValueError:
        raise ApiError(1018, text, name) from None
    if not number.is_integer() or "e" in text.lower():
        raise ApiError(1018, text, name)
    return int(number) if "." in text else int(text)
