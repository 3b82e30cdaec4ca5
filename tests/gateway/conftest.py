"""The sandbox over http and over TLS, with a separate sheet for the tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from pytest_django import Settings

from edits.gateway.client import Gateway
from tests.running_sandbox import Person, RunningSandbox

OpenGateway = Callable[..., Gateway]
DEADLINE = 4.0  # seconds; enough for a read with two retries on a busy machine


@dataclass(frozen=True, slots=True)
class Plan:
    """A sheet that Alice and Bob can edit, one of its rows, and that row's first cell."""

    sheet_id: int
    row_id: int
    column_id: int

    def change(self, value: object) -> dict[str, Any]:
        """Return the JSON of the row for a write that sets the cell to this value."""
        return {"id": self.row_id, "cells": [{"columnId": self.column_id, "value": value}]}

    def value(self, row: dict[str, Any]) -> object:
        """Return the cell's value from a row that Smartsheet returned."""
        return next(cell.get("value") for cell in row["cells"] if cell["columnId"] == self.column_id)


@pytest.fixture(scope="session")
def ca_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the certificate of a certificate authority. The same folder has server.pem and server.key, the
    certificate and key of a server at 127.0.0.1.
    """
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server = authority.issue_cert("127.0.0.1")
    server.private_key_pem.write_to_path(str(folder / "server.key"))
    for number, part in enumerate(server.cert_chain_pems):
        part.write_to_path(str(folder / "server.pem"), append=number > 0)
    return folder / "ca.pem"


@pytest.fixture(scope="session")
def tls_sandbox(ca_bundle: Path) -> Iterator[RunningSandbox]:
    pair = [str(ca_bundle.with_name(name)) for name in ("server.pem", "server.key")]
    with RunningSandbox("--rate-limit", "0", "--tls", *pair, ca_bundle=str(ca_bundle)) as sandbox:
        yield sandbox


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest, settings: Settings) -> RunningSandbox:
    """The sandbox in its initial state. Each test runs over http and over TLS."""
    sandbox: RunningSandbox
    if request.param == "https":
        sandbox = request.getfixturevalue("tls_sandbox")
        settings.SMARTSHEET_CA_BUNDLE = str(request.getfixturevalue("ca_bundle"))
    else:
        sandbox = request.getfixturevalue("running_sandbox")
    sandbox.reset()
    return sandbox


@pytest.fixture
def people(server: RunningSandbox) -> dict[str, Person]:
    return server.people()


@pytest.fixture
def open_gateway(server: RunningSandbox) -> OpenGateway:
    """Return open_gateway(), which returns a gateway with a person's token: open_gateway(alice, deadline=1)."""

    def opened(person: Person, *, deadline: float = DEADLINE) -> Gateway:
        return Gateway(region_api_base=server.api, token=person.token, deadline=deadline)

    return opened


@pytest.fixture
def gateway(open_gateway: OpenGateway, people: dict[str, Person]) -> Gateway:
    return open_gateway(people["alice"])


@pytest.fixture
def plan(server: RunningSandbox, people: dict[str, Person]) -> Plan:
    sheet = server.sheet(people["alice"], "Site plan")
    primary = next(column["id"] for column in sheet["columns"] if column.get("primary"))
    row = next(row for row in sheet["rows"] if not row.get("locked"))
    server.forget_requests()
    return Plan(sheet_id=sheet["id"], row_id=row["id"], column_id=primary)
