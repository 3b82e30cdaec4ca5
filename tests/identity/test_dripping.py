"""A server that answers a byte at a time keeps nobody longer than the deadline, wherever in its answer it drips."""

from time import monotonic

import pytest
from pytest_django import Settings

from identity.regions import default_region
from identity.signin import oauth
from identity.signin.oauth import BadAnswer, Unavailable
from identity.transport import Deadline
from tests.gateway.scripted_server import ScriptedServer, answer

DRIPPING = {
    "status line": b"HTTP/1.1 " + b"2" * 100,
    "header": b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 100,
    "headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20,
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b" " * 100,
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 20,
}


@pytest.mark.parametrize("part", DRIPPING)
def test_a_profile_that_drips_is_waited_for_no_longer(settings: Settings, part: str) -> None:
    with ScriptedServer(DRIPPING[part], pause=0.05) as server:
        point_at(server, settings)
        begun = monotonic()
        with pytest.raises(Unavailable):
            oauth.fetch_profile(default_region(), access_token="a-token", deadline=Deadline(0.4))
        assert 0.3 < monotonic() - begun < 0.8


@pytest.mark.parametrize("part", ["header", "body"])
def test_a_token_that_drips_is_waited_for_no_longer(settings: Settings, part: str) -> None:
    with ScriptedServer(DRIPPING[part], pause=0.05) as server:
        point_at(server, settings)
        begun = monotonic()
        with pytest.raises(Unavailable):
            oauth.refresh_token(default_region(), spent="a-token", scope="", deadline=Deadline(0.4))
        assert 0.3 < monotonic() - begun < 0.8


def test_one_deadline_holds_for_all_requests(settings: Settings) -> None:
    slow = answer("{}")
    with ScriptedServer(slow, DRIPPING["header"], pause=0.01) as server:
        point_at(server, settings)
        begun, deadline = monotonic(), Deadline(0.8)
        with pytest.raises(BadAnswer):
            oauth.fetch_profile(default_region(), access_token="a-token", deadline=deadline)
        with pytest.raises(Unavailable):
            oauth.fetch_profile(default_region(), access_token="a-token", deadline=deadline)
        assert 0.7 < monotonic() - begun < 1.2


def point_at(server: ScriptedServer, settings: Settings) -> None:
    settings.SMARTSHEET_REGIONS = {"sandbox": settings.SMARTSHEET_REGIONS["sandbox"] | {"api_base": server.api}}
