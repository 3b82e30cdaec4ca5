"""Checks what the gateway sends, that it follows no redirects, and after which errors it is certain that nothing was
sent.
"""

import json
import os
import socket
from contextlib import ExitStack
from pathlib import Path
from time import sleep
from uuid import uuid4

import pytest
from pytest_django import Settings

from edits.gateway import transport
from edits.gateway.client import Gateway
from edits.gateway.errors import OutcomeUnknown, Refused, Unavailable
from identity import connections
from tests.gateway.conftest import Plan
from tests.gateway.scripted_server import ScriptedServer, answer
from tests.running_sandbox import Person, RunningSandbox

NO_SHEETS = answer('{"data": []}')
UPDATED = answer('{"resultCode": 0, "result": [{"id": 1}]}')
DELETED = answer('{"resultCode": 0, "result": [1]}')


def gateway_to(server: ScriptedServer, *, deadline: float = 20.0) -> Gateway:
    return Gateway(region_api_base=server.api, token="alices-token", deadline=deadline)


def test_slow_headers_are_cut_off_at_the_deadline() -> None:
    with ScriptedServer(b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 600, pause=0.05) as server, pytest.raises(Unavailable):
        gateway_to(server, deadline=1.0).sheets()
    assert server.was_cut_off


@pytest.mark.parametrize("target", ["/2.0/elsewhere", "http://[", "\xff"])
def test_a_redirect_is_not_followed(target: str) -> None:
    elsewhere = answer("", f"Location: {target}", status="302 Found")
    with ScriptedServer(elsewhere, elsewhere) as server:
        with pytest.raises(Unavailable):
            gateway_to(server).sheets()
        with pytest.raises(OutcomeUnknown):
            gateway_to(server).update_rows(1, [{"id": 1}])
        assert len(server.requests) == 2


@pytest.mark.parametrize("body", ["[]", "3", "null", "{}", '{"resultCode": 5}', '{"id": 1}', '{"a":', "[" * 100_000])
def test_a_success_that_does_not_say_so_leaves_a_write_open(body: str) -> None:
    with ScriptedServer(answer(body)) as server, pytest.raises(OutcomeUnknown):
        gateway_to(server).update_rows(1, [{"id": 1}])


@pytest.mark.parametrize("body", ["[]", '{"errorCode": "x", "message": 7, "refId": [], "detail": 3}', "\xff"])
def test_a_malformed_error_is_still_an_error(body: str) -> None:
    with ScriptedServer(answer(body, status="400 Bad Request")) as server, pytest.raises(Refused) as caught:
        gateway_to(server).update_rows(1, [{"id": 1}])
    refusal = caught.value
    assert (refusal.message, refusal.error_code, refusal.ref_id) == ("Smartsheet refuses this.", None, "")
    assert refusal.detail == {}


def test_an_endless_or_broken_message_becomes_one_sentence() -> None:
    """Smartsheet's message has line breaks, control characters and a very long word. The gateway makes one short
    sentence of it, because the log's page shows the message in a table.
    """
    said = {"errorCode": 1042, "message": f"one\r\n\ttwo\x00\x1b[31m {'m' * 5_000}", "refId": "r" * 5_000}
    with ScriptedServer(answer(json.dumps(said), status="400 Bad Request")) as server, pytest.raises(Refused) as caught:
        gateway_to(server).update_rows(1, [{"id": 1}])
    refusal = caught.value
    assert refusal.message.startswith("Smartsheet refuses this: one two [31m mmm")
    assert refusal.message.endswith("m…")
    assert len(refusal.message) < 1_100
    assert (refusal.error_code, refusal.ref_id) == (1042, "")


def test_cookies_are_not_kept() -> None:
    with_cookie = answer('{"data": []}', "Set-Cookie: person=alice; Path=/")
    with ScriptedServer(with_cookie, NO_SHEETS) as server:
        gateway = gateway_to(server)
        gateway.sheets()
        gateway.sheets()
        assert len(server.requests) == 2
        assert "cookie" not in server.requests[1].lower()


def test_a_write_says_which_edit_it_belongs_to() -> None:
    edit_id = uuid4()
    with ScriptedServer(UPDATED, DELETED, NO_SHEETS) as server:
        gateway = gateway_to(server)
        gateway.update_rows(1, [{"id": 1}], edit_id=edit_id)
        gateway.delete_rows(1, [1])
        gateway.sheets()
    update, delete, read = server.requests
    assert f"Smartsheet-Change-Agent: Byline {edit_id}\r\n" in update
    assert "Content-Type: application/json\r\n" in update
    assert "Smartsheet-Change-Agent: Byline\r\n" in delete
    assert "Smartsheet-Change-Agent" not in read
    for request in server.requests:
        assert "Authorization: Bearer alices-token\r\n" in request
        assert "smartsheet-integration-source: APPLICATION,Byline,Byline\r\n" in request


def test_proxies_and_netrc_of_the_environment_are_not_used(
    server: RunningSandbox, gateway: Gateway, plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert gateway.row(plan.sheet_id, plan.row_id)["id"] == plan.row_id


def test_a_write_without_a_connection_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    gateway = Gateway(region_api_base=f"http://127.0.0.1:{port}/2.0", token="alices-token", deadline=1)
    with pytest.raises(Unavailable, match="can't be reached right now"):
        gateway.update_rows(1, [{"id": 1}])


def test_a_host_with_many_silent_addresses_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as stack:
        for _ in range(8):  # these are more than the listener accepts, so the next connection has to wait
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        silent = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", listener.getsockname())
        # Trying all of these addresses would take five minutes.
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [silent] * 1000)
        monkeypatch.setattr(connections, "CONNECT_SECONDS", 0.3)
        gateway = Gateway(region_api_base="http://smartsheet.test/2.0", token="alices-token", deadline=1)
        with pytest.raises(Unavailable, match="can't be reached right now"):
            gateway.update_rows(1, [{"id": 1}])


@pytest.mark.skipif(connections.USER_TIMEOUT is None, reason="this system cannot be told to drop what was written")
def test_requests_not_accepted_in_time_are_never_delivered() -> None:
    """The gateway closes a connection whose request isn't accepted in time. If the connection stayed open, the
    operating system would still deliver the request minutes later, even if the process has ended.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        gateway = Gateway(region_api_base=f"http://127.0.0.1:{port}/2.0", token="alices-token", deadline=5)
        with pytest.raises(OutcomeUnknown):
            gateway.update_rows(1, [{"id": 1, "cells": [{"columnId": 1, "value": "x" * 4_000_000}]}])
        sleep(2)
        taken, _ = listener.accept()
        with taken, taken.makefile("rb") as stream, pytest.raises(ConnectionResetError):
            stream.read()


def test_a_write_to_a_stranger_was_not_sent(tls_sandbox: RunningSandbox, settings: Settings) -> None:
    settings.SMARTSHEET_CA_BUNDLE = ""  # the system's authorities, which don't include this server's
    tls_sandbox.reset()
    alice = tls_sandbox.people()["alice"]
    gateway = Gateway(region_api_base=tls_sandbox.api, token=alice.token, deadline=1)
    with pytest.raises(Unavailable, match="can't be reached right now"):
        gateway.update_rows(1, [{"id": 1}])
    assert tls_sandbox.requests(path="/2.0/") == []


def test_people_share_connections_and_nothing_else(server: RunningSandbox, people: dict[str, Person]) -> None:
    adapters = {
        id(Gateway(region_api_base=server.api, token=person.token)._session.get_adapter(server.api))
        for person in people.values()
    }
    assert len(adapters) == 1


def test_a_forked_process_makes_connections_of_its_own() -> None:
    before = transport.new_session().get_adapter("https://api.smartsheet.com")
    child = os.fork()
    if child == 0:
        after = transport.new_session().get_adapter("https://api.smartsheet.com")
        os._exit(0 if after is not before else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_an_answer_without_end_is_cut_off(
    server: RunningSandbox, gateway: Gateway, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(transport.LARGEST_ANSWERS, "getSheet", 500)
    with pytest.raises(Unavailable):
        gateway.sheet(plan.sheet_id)
    assert gateway.row(plan.sheet_id, plan.row_id)["id"] == plan.row_id  # reading a row has a separate limit


def test_fault_25_all_answers_together_have_a_limit(
    gateway: Gateway, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LARGEST_TOTAL", 5_000_000)
    with transport.Room("getSheet") as room:
        room.take(4_999_900, is_error=False)
        with pytest.raises(Unavailable):
            gateway.sheet(plan.sheet_id)
    assert gateway.sheet(plan.sheet_id)["id"] == plan.sheet_id
