"""Helps a program that prints to a reader, such as `head`, which may stop reading early. It needs no Django."""

import os
import sys


def discard_output() -> None:
    """Discard what is still to be printed on standard output. Call it after BrokenPipeError: at its end, Python prints
    what is left in the buffer, and would fail again. https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
