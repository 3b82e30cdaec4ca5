"""Updates the generated parts of docs/sandbox.md: `python -m tests.sandbox.documentation`."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.running_sandbox import ROOT

DOCUMENT = ROOT / "docs" / "sandbox.md"
GENERATED = {
    "help": "--help",
    "operations": "--operations",
}  # mark in the document → option that makes the sandbox print the part
WIDTH = "116"


def updated(document: str) -> str:
    """Return the document. Each generated part is replaced by the output of the sandbox."""
    for mark, option in GENERATED.items():
        said = printed(option)
        block = f"```text\n{said}\n```" if mark == "help" else said
        document = replace_block(document, mark, block)
    return document


def replace_block(document: str, mark: str, block: str) -> str:
    """Return the document. The text between the comments `mark` and `end of mark` is replaced by `block`."""
    start, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, _, rest = document.partition(start)
    return f"{before}{start}\n{block}\n{end}{rest.partition(end)[2]}"


def printed(option: str) -> str:
    """Return what the sandbox prints if it is started with this option."""
    command = [sys.executable, "-m", "sandbox", option]
    environment = os.environ | {"COLUMNS": WIDTH}
    return subprocess.check_output(command, cwd=ROOT, env=environment, text=True).strip()


def examples(language: str) -> list[str]:
    """Return the document's code blocks in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    DOCUMENT.write_text(updated(DOCUMENT.read_text()))
