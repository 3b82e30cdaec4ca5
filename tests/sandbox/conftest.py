from collections.abc import Callable, Iterator

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid


@pytest.fixture
def sandbox(running_sandbox: RunningSandbox) -> RunningSandbox:
    """Return the sandbox in its initial state. This fixture changes no Django settings, unlike the fixture of the same
    name in tests/conftest.py.
    """
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def client_of(sandbox: RunningSandbox) -> Iterator[Callable[[Person | str | None], Client]]:
    """Yield the function `client_of`, which returns a client. `client_of(alice)` has Alice's token, `client_of("abc")`
    has the token "abc", and `client_of(None)` has no token.
    """
    clients: list[Client] = []

    def make(holder: Person | str | None) -> Client:
        clients.append(Client(sandbox, holder.token if isinstance(holder, Person) else holder))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def as_alice(client_of: Callable[[Person], Client], alice: Person) -> Client:
    """Return the client of Alice, who owns the site plan."""
    return client_of(alice)


@pytest.fixture
def as_bob(client_of: Callable[[Person], Client], bob: Person) -> Client:
    """Return the client of Bob, who is an editor of the site plan."""
    return client_of(bob)


@pytest.fixture
def as_charlie(client_of: Callable[[Person], Client], charlie: Person) -> Client:
    """Return the client of Charlie, who can only read the site plan."""
    return client_of(charlie)


@pytest.fixture
def as_dora(client_of: Callable[[Person], Client], sandbox: RunningSandbox) -> Client:
    """Return the client of Dora, who can comment on the site plan."""
    return client_of(sandbox.people()["dora"])


@pytest.fixture
def as_erika(client_of: Callable[[Person], Client], sandbox: RunningSandbox) -> Client:
    """Return the client of Erika, who is an admin of the site plan but not its owner."""
    return client_of(sandbox.people()["erika"])


@pytest.fixture
def as_nobody(client_of: Callable[[None], Client]) -> Client:
    """Return a client without a token."""
    return client_of(None)


def sheet_id(client: Client, name: str) -> int:
    """Return the id of the client's sheet with this name."""
    sheets = client.json("/sheets?includeAll=true")["data"]
    found: int = next(sheet["id"] for sheet in sheets if sheet["name"] == name)
    return found


@pytest.fixture
def plan(as_alice: Client) -> Grid:
    """Return the site plan as its owner sees it."""
    return Grid(as_alice, sheet_id(as_alice, "Site plan"))


@pytest.fixture
def bobs_plan(as_bob: Client) -> Grid:
    """Return the site plan as an editor sees it."""
    return Grid(as_bob, sheet_id(as_bob, "Site plan"))


@pytest.fixture
def budget(as_alice: Client) -> Grid:
    """Return the budget as its owner sees it."""
    return Grid(as_alice, sheet_id(as_alice, "Budget"))


@pytest.fixture(scope="session")
def limited_sandbox() -> Iterator[RunningSandbox]:
    """Yield a sandbox that allows 25 requests a minute."""
    with RunningSandbox("--rate-limit", "25") as sandbox:
        yield sandbox


@pytest.fixture
def alice_limited(limited_sandbox: RunningSandbox) -> Iterator[tuple[RunningSandbox, Client, Grid]]:
    """Yield the sandbox that allows 25 requests a minute, with Alice's client and the site plan."""
    limited_sandbox.reset()
    client = Client(limited_sandbox, limited_sandbox.people()["alice"].token)
    yield limited_sandbox, client, Grid(client, sheet_id(client, "Site plan"))
    client.close()
