"""The loop that every contestant runs. It prints "ready", and then answers each line on its standard input.

If the line is a number, the contestant repeats its work that many times, and prints how many seconds this took. If the
line is "for S", the contestant repeats its work for S seconds, and prints the number of repetitions.
"""

import sys
from collections.abc import Callable
from time import perf_counter


def serve(work: Callable[[], object], *, warm_up: int = 20) -> None:
    """Run `work` `warm_up` times, and print "ready". Then run `work` as many times, or for as many seconds, as each
    line on standard input says, until the input ends.
    """
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
