"""Runs another program and stores its output in a file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.conformance.places import SCRATCH

LONGEST = 900  # seconds; the first run downloads files


def run(command: Sequence[str], *, log: str, environment: Mapping[str, str], folder: Path = SCRATCH) -> tuple[int, str]:
    """Run a program. Returns its exit code and its output, and also writes the output to var/conformance/<log>.log."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    own = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # the first directory has pip
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": own, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    (SCRATCH / f"{log}.log").write_text(done.stdout)
    return done.returncode, done.stdout
