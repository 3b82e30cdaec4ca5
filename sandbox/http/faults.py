"""Faults: what goes wrong with the next matching requests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from random import Random
from typing import Any

from sandbox.errors import CODE_OF_STATUS, ERRORS, STATUS_OF_RARE, ApiError
from sandbox.http.routing import OPERATIONS

Json = Any

DROPS = ("before", "during", "after")
BODIES = ("html", "empty", "truncated", "drip", "endless")
PAGES = ("authorize",)  # routes with a name that aren't operations


class BadFault(ValueError):
    """The description of a fault isn't valid; the text says why."""


@dataclass(slots=True)
class Fault:
    """What happens to matching requests. A condition that is None matches any request.

    It applies with `probability`, and `times` counts how often it did; 0 means until it is removed. The same `seed`
    (by default the run's seed and the fault's number) chooses the same of the matching requests again.

    `delay` seconds pass before the operation, `hold` seconds between the operation and the answer. Both happen even if
    the client has closed the connection. `drop` closes the connection: before or after the operation, or during the
    answer. `body` sends an answer that isn't JSON, `content` other JSON; with `apply` the operation is carried out all
    the same. Without drop, body, content, status and errorCode the request is only delayed.
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
        """Whether the fault applies to a request."""
        return (
            self.method in (None, method)
            and self.operation in (None, operation)
            and self.person in (None, person_id)
            and (self.path is None or re.search(self.path, path) is not None)
        )

    @property
    def carries_out(self) -> bool:
        """Whether the operation is carried out all the same."""
        if self.drop:
            return self.drop != "before"
        return self.apply or self.body in ("truncated", "drip") or not (self.body or self.has_content or self.refuses)

    @property
    def has_content(self) -> bool:
        """Whether other JSON is sent in place of the answer's own."""
        return self.content is not None

    @property
    def refuses(self) -> bool:
        """Whether an error is the answer."""
        return self.status is not None or self.errorCode is not None

    def error(self) -> ApiError:
        """The error to answer with. Omitted parts come from Smartsheet's list of errors."""
        code = self.errorCode or CODE_OF_STATUS.get(self.status or 0, 4000)
        message = self.message
        if message is None:
            message = re.sub(r"\{\d\}", "?", ERRORS.get(code, (0, "An error has occurred."))[1])
        return ApiError(code, status=self.status or STATUS_OF_RARE.get(code), message=message, detail=self.detail)

    def json(self) -> dict[str, Json]:
        """The fault as JSON, with defaults filled in."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def read_fault(description: Json) -> Fault:
    """Read a fault from a JSON object. Raises BadFault."""
    if not isinstance(description, dict):
        raise BadFault("a fault is a JSON object")
    known = {each.name for each in fields(Fault)}
    if unknown := sorted(set(description) - known):
        raise BadFault(f"unknown keys: {', '.join(unknown)}; known are: {', '.join(sorted(known))}")
    given = {name: value for name, value in description.items() if value is not None}
    fault = Fault(**given)
    _check(fault)
    return fault


def _check(fault: Fault) -> None:
    if fault.drop not in (None, *DROPS):
        raise BadFault(f"drop is one of {', '.join(DROPS)}")
    if fault.body not in (None, *BODIES):
        raise BadFault(f"body is one of {', '.join(BODIES)}")
    if fault.body and fault.has_content:
        raise BadFault("body and content exclude each other")
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
        raise BadFault(f"operation {fault.operation} is none of those emulated")
    texts: list[Json] = [text for header in fault.headers.items() for text in header]
    if not all(isinstance(text, str) and text.isprintable() for text in texts):
        raise BadFault("headers are texts of one line")
    try:
        re.compile(fault.path or "")
    except re.error as error:
        raise BadFault(f"path is no regular expression: {error}") from None


def _check_sizes(fault: Fault) -> None:
    if not 0 <= fault.probability <= 1:
        raise BadFault("probability is between 0 and 1")
    if fault.status is not None and not 200 <= fault.status <= 599:
        raise BadFault("status is between 200 and 599")
    for name in ("times", "delay", "hold"):
        if getattr(fault, name) < 0:
            raise BadFault(f"{name} is 0 or more")


class Faults:
    """The pending faults, in the order in which they were added."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._ordered = 0
        self._pending: list[tuple[Fault, Random]] = []

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
        """Remove all faults. The next fault counts as the first."""
        self._ordered, self._pending = 0, []

    def take(self, *, method: str, path: str, operation: str | None, person_id: int | None) -> Fault | None:
        """The fault that applies to this request. It is used up by it."""
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
