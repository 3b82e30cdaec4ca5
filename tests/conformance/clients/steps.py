"""Runs the steps of a client's program. Each step is a named call with assertions about the result.

This module uses only the standard library, because it runs in every client's environment. A program is started with two
arguments: the address of the sandbox's API, and a person's token.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from typing import TypeVar

API, TOKEN = sys.argv[1:3]

E = TypeVar("E", bound=Exception)
_steps: list[tuple[str, Callable[[], None]]] = []


def step(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Return a decorator that registers a function as a step. `name` names the call that the step tries."""

    def register(act: Callable[[], None]) -> Callable[[], None]:
        _steps.append((name, act))
        return act

    return register


def refusal(kind: type[E], act: Callable[[], object]) -> E:
    """Call `act`, and return the error of this `kind` that `act` raises. If there is no error, raise AssertionError."""
    try:
        act()
    except kind as error:
        return error
    raise AssertionError("it was not refused")


def run_steps() -> None:
    """Run all steps in order. Prints one line of JSON for each step: its name, and its problem (null if it passed)."""
    for name, act in _steps:
        problem = None
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever a client raises is the result of its step
            traceback.print_exc()
            line = traceback.extract_tb(error.__traceback__)[-1].line
            problem = f"{type(error).__name__}: {str(error) or line}".splitlines()[0]
        print(json.dumps({"step": name, "problem": problem}), flush=True)
