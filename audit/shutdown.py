"""Commands that go on until they are stopped."""

import signal
import threading
from types import FrameType

HANG_UP = getattr(signal, "SIGHUP", None)  # not known on Windows


def told_to_stop() -> threading.Event:
    """An event that is set when the process is told to stop: by SIGTERM, ^C, or the end of its terminal.

    Call it from the main thread. What is under way is finished first: wait on the event between two rounds.
    """
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if HANG_UP is not None and signal.getsignal(HANG_UP) != signal.SIG_IGN:  # nohup ignores it, to go on
        signal.signal(HANG_UP, stop)
    return stopped
