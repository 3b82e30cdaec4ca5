from collections.abc import Iterator

import pytest

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid
from tests.sandbox.webhooks.hook import Hook, enabled_hook
from tests.sandbox.webhooks.receiver import Receiver

IMPATIENT = ("--webhook-debounce", "0.1", "--webhook-retry-factor", "0.00001", "--webhook-timeout", "2")


@pytest.fixture(scope="package")
def running_sandbox() -> Iterator[RunningSandbox]:
    """Yield a sandbox that waits only briefly before it sends callbacks. For example, it sends a late retry after a
    tenth of a second instead of three hours.
    """
    with RunningSandbox("--rate-limit", "0", *IMPATIENT) as sandbox:
        yield sandbox


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def hook(as_alice: Client, plan: Grid, receiver: Receiver) -> Hook:
    """Return a webhook of Alice's, which is enabled and subscribes to the whole site plan."""
    return enabled_hook(as_alice, plan.id, receiver)
