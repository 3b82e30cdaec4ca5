"""Defines faults. A fault causes an error, a delay or a dropped connection for the next requests that match it."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field, fields
from random import Random
from typing import Any

from sandbox.errors import CODE_OF_STATUS, ERRORS, ApiError
from sandbox.http.routing import OPERATIONS

Json = Any

# The HTTP statuses of errors that aren't in ERRORS. Only faults cause such errors. Errors in neither list have
# 400.
RARE_CODES: dict[int, tuple[int, ...]] = {
    403: (
        *(1013, 1014, 1017, 1022, 1045, 1048, 1076, 1096, 1138, 1139, 1141, 1173, 1174, 1175, 1180, 1181, 1186, 1187),
        *(1188, 1192, 1232, 1269, 1270, 1271, 1275, 1287, 1288, 1297, 1301, 1317, 1331, 1334, 1335, 1337, 1354, 1356),
        *(1359, 1361, 1362, 1363),
    ),
    404: (1007, 1043, 1204, 1311),
    500: (1119, 1170, 1171, 1172, 1278, 1285, 1325, 5151, 5502),
    501: (1333, 1353, 1358),
}

STATUS_OF_RARE = {code: status for status, codes in RARE_CODES.items() for code in codes}

DROPS = ("before", "during", "after")
BODIES = ("html", "empty", "truncated", "drip", "endless")
PAGES = ("authorize",)  # routes that a fault can name although they aren't operations


class BadFault(ValueError):
    """The description of a fault isn't valid. The exception's message says why."""


@dataclass(slots=True)
class Fault:
    """A fault. docs/sandbox.md explains each attribute.

    `method`, `path`, `operation` and `person` are the conditions. None means that any request meets the condition. If
    `seed` is None, the fault's random numbers depend on the sandbox's own seed and on the fault's number.

    The waits `delay` and `hold` continue if the client closes the connection. They end when all faults are removed.
    """

    method: str | None = None
    path: str | None = None
    operation: str | None = None
    person: int | None = None
    times: int = 1
    probability: float = 1.0
    seed: int | None = None
    status: int | None = None
    errorCode: int | None = None  # noqa: N815 - the fields are the keys of the JSON object
    message: str | None = None
    detail: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hold: float = 0.0
    drop: str | None = None
    body: str | None = None
    content: Json = None
    apply: bool = False

    def matches(self, *, method: str, path: str, operation: str | None, person_id: int | None) -> bool:
        """Whether the request meets the fault's conditions."""
        return (
            self.method in (None, method)
            and self.operation in (None, operation)
            and self.person in (None, person_id)
            and (self.path is None or re.search(self.path, path) is not None)
        )

    @property
    def carries_out(self) -> bool:
        """Whether the sandbox carries out the operation of a request to which the fault applies."""
        if self.drop:
            return self.drop != "before"
        return self.apply or self.body in ("truncated", "drip") or not (self.body or self.has_content or self.refuses)

    @property
    def has_content(self) -> bool:
        """Whether other JSON is sent instead of the operation's result."""
        return self.content is not None

    @property
    def refuses(self) -> bool:
        """Whether the answer is an error."""
        return self.status is not None or self.errorCode is not None

    def error(self) -> ApiError:
        """Return the error for the answer. Attributes that the fault doesn't set have Smartsheet's usual values."""
        code = self.errorCode or CODE_OF_STATUS.get(self.status or 0, 4000)
        message = self.message
        if message is None:
            message = re.sub(r"\{\d\}", "?", ERRORS.get(code, (0, "An error has occurred."))[1])
        return ApiError(code, status=self.status or STATUS_OF_RARE.get(code), message=message, detail=self.detail)

    def json(self) -> dict[str, Json]:
        """Return the fault as JSON, including the default values."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def read_fault(description: Json) -> Fault:
    """Read a fault from a JSON object. Raises BadFault."""
    if not isinstance(description, dict):
        raise BadFault("a fault must be a JSON object")
    known = {each.name for each in fields(Fault)}
    if unknown := sorted(set(description) - known):
        raise BadFault(f"unknown keys: {', '.join(unknown)}; known keys: {', '.join(sorted(known))}")
    given = {name: value for name, value in description.items() if value is not None}
    fault = Fault(**given)
    _check(fault)
    return fault


def _check(fault: Fault) -> None:
    if fault.drop not in (None, *DROPS):
        raise BadFault(f"drop must be one of {', '.join(DROPS)}")
    if fault.body not in (None, *BODIES):
        raise BadFault(f"body must be one of {', '.join(BODIES)}")
    if fault.body and fault.has_content:
        raise BadFault("a fault can have body or content, but not both")
    kinds: dict[str, type | tuple[type, ...]] = {
        "method": (str, type(None)),
        "path": (str, type(None)),
        "operation": (str, type(None)),
        "message": (str, type(None)),
        "times": int,
        "status": (int, type(None)),
        "errorCode": (int, type(None)),
        "person": (int, type(None)),
        "probability": (int, float),
        "seed": (int, type(None)),
        "delay": (int, float),
        "hold": (int, float),
        "headers": dict,
        "apply": bool,
    }
    for name, kind in kinds.items():
        if not isinstance(getattr(fault, name), kind):
            raise BadFault(f"{name} has the wrong type")
    _check_sizes(fault)
    if fault.operation not in (None, *PAGES, *OPERATIONS):
        raise BadFault(f"operation {fault.operation} isn't an operation of the sandbox")
    texts: list[Json] = [text for header in fault.headers.items() for text in header]
    if not all(isinstance(text, str) and text.isprintable() for text in texts):
        raise BadFault("headers must be texts without line breaks")
    try:
        re.compile(fault.path or "")
    except re.error as error:
        raise BadFault(f"path isn't a valid regular expression: {error}") from None


def _check_sizes(fault: Fault) -> None:
    if not 0 <= fault.probability <= 1:
        raise BadFault("probability must be between 0 and 1")
    if fault.status is not None and not 200 <= fault.status <= 599:
        raise BadFault("status must be between 200 and 599")
    for name in ("times", "delay", "hold"):
        if getattr(fault, name) < 0:
            raise BadFault(f"{name} must be 0 or more")


class Faults:
    """The pending faults, in the order in which they were added."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._ordered = 0
        self._pending: list[tuple[Fault, Random]] = []
        self._cleared = asyncio.Event()

    @property
    def pending(self) -> list[Fault]:
        """The pending faults."""
        return [fault for fault, _chance in self._pending]

    def add(self, faults: list[Fault]) -> None:
        """Add faults."""
        for fault in faults:
            self._ordered += 1
            seed = f"fault {self._ordered} of {self._seed}" if fault.seed is None else fault.seed
            self._pending.append((fault, Random(seed)))

    def clear(self) -> None:
        """Remove all faults, and end the waits that they caused. The next fault is number 1 again."""
        self._ordered, self._pending = 0, []
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Wait this many seconds, or until all faults are removed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._cleared.wait()

    def take(self, *, method: str, path: str, operation: str | None, person_id: int | None) -> Fault | None:
        """Return the fault that applies to this request, and count its use. Return None if no fault applies."""
        for place, (fault, chance) in enumerate(self._pending):
            is_meant = fault.matches(method=method, path=path, operation=operation, person_id=person_id)
            if is_meant and chance.random() < fault.probability:
                self._use(place)
                return fault
        return None

    def _use(self, place: int) -> None:
        fault, _chance = self._pending[place]
        if fault.times == 1:
            del self._pending[place]
        elif fault.times > 1:
            fault.times -= 1
