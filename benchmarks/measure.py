"""Measures one function of benchmarks.readers in this process: `python -m benchmarks.measure`. The parameters are read
from standard input, as JSON.
"""

import json
import os
import resource
import sys
from dataclasses import asdict, dataclass
from statistics import median
from subprocess import run
from time import perf_counter
from typing import Any

from benchmarks import readers

MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss is in bytes on macOS, in KB elsewhere


@dataclass(frozen=True, slots=True)
class Result:
    """The median time of one reading in seconds, and the peak memory of the process in MB."""

    seconds: float
    peak: float


def in_own_process(reader: str, target: readers.Target, *, times: int) -> Result:
    """Measure the function `reader` of benchmarks.readers in a new process, and return the median of `times` readings.
    If `times` is more than 1, the process first reads once without measuring.
    """
    order = {"reader": reader, "target": asdict(target), "times": times}
    done = run([sys.executable, "-m", __name__], input=json.dumps(order), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return Result(**json.loads(done.stdout))


def measured(order: dict[str, Any]) -> Result:
    read = getattr(readers, order["reader"])(readers.Target(**order["target"]))
    times = order["times"]
    if times > 1:
        read()
    seconds = median(_seconds(read) for _ in range(times))
    return Result(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE)


def _seconds(read: readers.Read) -> float:
    begun = perf_counter()
    read()
    return perf_counter() - begun


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["LOG_LEVEL"] = "WARNING"
    django.setup()
    print(json.dumps(asdict(measured(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
