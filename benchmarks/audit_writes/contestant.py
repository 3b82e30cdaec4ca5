"""What every contestant does: tells that it is ready, then answers each line it reads with the seconds that it took.

A line is a number of times to do its work, or "for S": as often as it can in S seconds, answered with how often.
"""

import sys
from collections.abc import Callable
from time import perf_counter


def serve(work: Callable[[], object], *, warm_up: int = 20) -> None:
    """Do `work` as the lines on stdin say, until they end."""
    for _ in range(warm_up):
        work()
    print("ready", flush=True)
    for line in sys.stdin:
        order = line.split()
        answer = how_often(work, float(order[1])) if order[0] == "for" else how_long(work, int(order[0]))
        print(answer, flush=True)


def how_long(work: Callable[[], object], times: int) -> float:
    begun = perf_counter()
    for _ in range(times):
        work()
    return perf_counter() - begun


def how_often(work: Callable[[], object], seconds: float) -> int:
    count, end = 0, perf_counter() + seconds
    while perf_counter() < end:
        work()
        count += 1
    return count
