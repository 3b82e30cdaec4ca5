"""Pauses Python's garbage collector while a large answer is parsed and converted.

A large sheet makes half a million new objects, and none of them is garbage. The collector would visit all of these
objects several times, which takes as long as parsing the answer. During the pause, Python still frees objects that are
no longer used, except for objects that refer to each other.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar

LARGE = 2**18  # bytes; a smaller answer makes few objects

_converting: ContextVar[ExitStack | None] = ContextVar("converting", default=None)


@contextmanager
def paused_until_converted() -> Iterator[None]:
    """Pause the collector from the parsing of a large answer until the end of the block. Call Smartsheet only once in
    the block, at the start. During a second call, the collector would be paused while this thread waits for Smartsheet,
    but other threads need the collector.
    """
    with ExitStack() as converting:
        mark = _converting.set(converting)
        try:
            yield
        finally:
            _converting.reset(mark)


@contextmanager
def paused_while_parsing(size: int) -> Iterator[None]:
    """If the answer is large (`size` is in bytes), pause the collector until the end of the block. Within a block of
    paused_until_converted(), pause it until the end of that outer block.
    """
    with ExitStack() as parsing:
        if size >= LARGE:
            (_converting.get() or parsing).enter_context(_paused())
        yield


@contextmanager
def _paused() -> Iterator[None]:
    is_ours_to_pause = gc.isenabled()  # if another thread has paused the collector, that thread resumes it
    if is_ours_to_pause:
        gc.disable()
    try:
        yield
    finally:
        if is_ours_to_pause:
            gc.enable()
