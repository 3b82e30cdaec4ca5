"""The result of a suite, and the table of all results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap

HEADINGS = ("suite", "passed", "failed", "skipped", "why")
WIDTH_OF_WHY = 90
FEWEST_STEPS = 3  # a client must make at least this many calls, because fewer calls don't show enough


@dataclass(slots=True)
class Outcome:
    """The result of a suite, which is one line of the table.

    `failed` has a sentence for each failure, and `skipped` has the number of skipped tests for each reason. If the
    suite makes named calls, `steps` has the names of the calls that passed.
    """

    suite: str
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    def skip(self, why: str, count: int = 1) -> None:
        """Count a test that was skipped."""
        self.skipped[why] = self.skipped.get(why, 0) + count

    def read_steps(self, printed: str) -> None:
        """Store which steps passed and which failed. `printed` is the output of a client's program. It has one line of
        JSON for each step, with the step's name and problem (null if the step passed).
        """
        steps = [json.loads(line) for line in printed.splitlines() if line.startswith('{"step"')]
        self.steps = [step["step"] for step in steps if step["problem"] is None]
        self.passed = len(self.steps)
        self.failed += [f"{step['step']}: {step['problem']}" for step in steps if step["problem"] is not None]
        if len(steps) < FEWEST_STEPS:
            self.failed.append(f"it took {len(steps)} steps: {printed.strip()[-200:]}")

    @property
    def line(self) -> tuple[str, str, str, str, str]:
        """The cells of this line in the table."""
        reasons = [why if count == 1 else f"{count} × {why}" for why, count in self.skipped.items()]
        counts = str(self.passed), str(len(self.failed)), str(sum(self.skipped.values()))
        return self.suite, *counts, "; ".join(reasons)


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the table of all suites, in aligned columns. Long reasons are wrapped."""
    lines = [HEADINGS, *(folded for outcome in outcomes for folded in _fold(outcome.line))]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADINGS))]
    rule = tuple("-" * width for width in widths)
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in [HEADINGS, rule, *lines[1:]])


def _fold(line: tuple[str, str, str, str, str]) -> list[tuple[str, str, str, str, str]]:
    first, *rest = wrap(line[4], WIDTH_OF_WHY) or [""]
    return [(*line[:4], first), *(("", "", "", "", text) for text in rest)]


def failures(outcomes: Sequence[Outcome]) -> str:
    """Return a line for every failure, with the name of its suite; "" if nothing failed."""
    return "\n".join(f"{outcome.suite}: {sentence}" for outcome in outcomes for sentence in outcome.failed)
