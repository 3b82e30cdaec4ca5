"""Updates the table of clients in docs/sandbox.md. The table lists, for each client, the calls that passed in the last
run of `make test-sandbox`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.conformance import javascript_suite, python_clients
from tests.conformance.outcome import Outcome
from tests.sandbox.documentation import DOCUMENT, replace_block

MARK = "clients"
ADDRESSES = {name: client.address for name, client in python_clients.CLIENTS.items()} | {
    name: javascript_suite.address(version) for name, version in javascript_suite.VERSIONS.items()
}


def write_table(outcomes: Sequence[Outcome]) -> str:
    """Write the table into docs/sandbox.md if every client was tried and none failed.

    If the page changes, returns a sentence that asks the developer to commit the page. Otherwise returns "".
    """
    tried = [outcome for outcome in outcomes if outcome.suite in ADDRESSES]
    if len(tried) < len(ADDRESSES) or any(outcome.failed for outcome in tried):
        return ""
    text = DOCUMENT.read_text()
    updated = replace_block(text, MARK, client_table(tried))
    if updated == text:
        return ""
    DOCUMENT.write_text(updated)
    return "The table of clients in docs/sandbox.md was out of date. It has been rewritten: commit it."


def client_table(outcomes: Sequence[Outcome]) -> str:
    """Return the table in Markdown, with one line for each client."""
    lines = ["| Client | Calls that are checked |", "| --- | --- |"]
    for outcome in outcomes:
        calls = [*outcome.steps, *(f"not installed: {why}" for why in outcome.skipped)]
        lines.append(f"| [{outcome.suite}]({ADDRESSES[outcome.suite]}) | {'; '.join(calls)} |")
    return "\n".join(lines)
