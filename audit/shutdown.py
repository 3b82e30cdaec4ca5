"""Lets a command run until a signal tells it to stop."""

import signal
import threading
from types import FrameType

HANG_UP = getattr(signal, "SIGHUP", None)  # missing on Windows


def told_to_stop() -> threading.Event:
    """Return an event that is set when the process is told to stop, by SIGTERM, by ^C, or because its terminal closed.

    Call this function from the main thread. Check the event between two rounds of work, so that a round is always
    finished.
    """
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    # nohup makes the process ignore SIGHUP. Such a process must continue when its terminal closes.
    if HANG_UP is not None and signal.getsignal(HANG_UP) != signal.SIG_IGN:
        signal.signal(HANG_UP, stop)
    return stopped
