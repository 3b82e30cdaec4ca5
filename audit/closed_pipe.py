"""Helps a program whose output goes to another program. The other program, such as `head`, can stop reading early. This
module needs no Django.
"""

import os
import sys


def discard_output() -> None:
    """Discard the output that Python hasn't written yet. Call this after BrokenPipeError. Otherwise, when the program
    ends, Python would write the rest of its buffer and fail again.
    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
