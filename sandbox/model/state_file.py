"""Saves the state as a JSON file. To save, it writes a new file, and then replaces the old file with the new one."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from sandbox.model import file_store
from sandbox.model.state import State

Json = Any

DELAY_SECONDS = 0.5


class Unreadable(Exception):
    """The state file can't be read. The exception's message names the file and the reason."""


def load(path: Path | None) -> State | None:
    """Return the saved state; None if there is no file yet. Raises Unreadable if the file can't be read."""
    if path is None or not path.exists():
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        state = build(State, orjson.loads(content))
        if not isinstance(state, State) or not state.people:
            raise ValueError("it has no people")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(f"{path} isn't a saved state of the sandbox: {error}") from error
    file_store.load(state, path)
    return state


def save(path: Path, state: State) -> None:
    """Write the state. If the program crashes meanwhile, the file is either the old one or the new one."""
    file_store.save(state, path)
    content = orjson.dumps(state, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    file_store.tidy(state, path)


def build(kind: Any, data: Json) -> Json:
    """Return the value of type `kind` that the JSON describes. The type's annotations say how to read the JSON."""
    origin, arguments = get_origin(kind), get_args(kind)
    if data is None or kind is Any:
        return data
    if origin in (Union, types.UnionType):
        return _build_one_of(arguments, data)
    if origin is list:
        return [build(arguments[0], item) for item in data]
    if origin is tuple:
        return tuple(build(argument, item) for argument, item in zip(arguments, data, strict=True))
    if origin is dict:
        key_kind, value_kind = arguments
        return {(int(key) if key_kind is int else key): build(value_kind, item) for key, item in data.items()}
    if kind is datetime:
        return datetime.fromisoformat(data)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if isinstance(kind, type) and is_dataclass(kind):
        given = dict(data)
        return kind(**{name: build(hint, given[name]) for name, hint in _hints(kind).items() if name in given})
    return data


def _build_one_of(kinds: tuple[Any, ...], data: Json) -> Json:
    structured = [kind for kind in kinds if kind is datetime or is_dataclass(kind) or get_origin(kind)]
    return build(structured[0], data) if structured else data


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind) if not each.name.startswith("_")}


class Saver:
    """Saves the state shortly after a change, but not too often."""

    def __init__(self, path: Path | None, state: Callable[[], State]) -> None:
        self._path, self._state = path, state
        self._timer: asyncio.TimerHandle | None = None
        self._last_took = 0.0

    def soon(self) -> None:
        """Save soon, because something has changed."""
        if self._path and self._timer is None:
            delay = max(DELAY_SECONDS, 10 * self._last_took)
            self._timer = asyncio.get_running_loop().call_later(delay, self.now)

    def now(self) -> None:
        """Save now. If that fails, print the error on stderr and continue."""
        if self._timer:
            self._timer.cancel()
        self._timer = None
        if self._path is None:
            return
        started = time.monotonic()
        try:
            save(self._path, self._state())
        except (OSError, orjson.JSONEncodeError) as error:
            print(f"NOT SAVED: {error}", file=sys.stderr, flush=True)
        self._last_took = time.monotonic() - started
