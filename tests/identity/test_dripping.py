"""If a server sends its answer byte by byte, no one waits beyond the deadline."""

import pytest
from pytest_django import Settings

from identity.regions import default_region
from identity.signin import oauth
from identity.signin.oauth import BadAnswer, Unavailable
from identity.transport import Deadline
from tests.gateway.scripted_server import ScriptedServer, answer

DRIPPING = {
    "status line": b"HTTP/1.1 " + b"2" * 600,
    "header": b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 600,
    "headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 120,
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n" + b" " * 600,
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 120,
}


@pytest.mark.parametrize("part", DRIPPING)
def test_a_slow_profile_is_cut_off_at_the_deadline(settings: Settings, part: str) -> None:
    with ScriptedServer(DRIPPING[part], pause=0.05) as server:
        point_at(server, settings)
        with pytest.raises(Unavailable):
            oauth.fetch_profile(default_region(), access_token="a-token", deadline=Deadline(1.5))
    assert server.was_cut_off


@pytest.mark.parametrize("part", ["header", "body"])
def test_a_slow_token_answer_is_cut_off_at_the_deadline(settings: Settings, part: str) -> None:
    with ScriptedServer(DRIPPING[part], pause=0.05) as server:
        point_at(server, settings)
        with pytest.raises(Unavailable):
            oauth.refresh_token(default_region(), spent="a-token", scope="", deadline=Deadline(1.5))
    assert server.was_cut_off


def test_all_requests_share_one_deadline(settings: Settings) -> None:
    slow, slower = answer("{}"), answer("{}" + " " * 50)  # these answers take about 0.8 and 1.8 seconds
    with ScriptedServer(slow, slower, pause=0.02) as server:
        point_at(server, settings)
        deadline = Deadline(2)
        with pytest.raises(BadAnswer):
            oauth.fetch_profile(default_region(), access_token="a-token", deadline=deadline)
        with pytest.raises(Unavailable):
            oauth.fetch_profile(default_region(), access_token="a-token", deadline=deadline)
    assert server.was_cut_off


def point_at(server: ScriptedServer, settings: Settings) -> None:
    settings.SMARTSHEET_REGIONS = {"sandbox": settings.SMARTSHEET_REGIONS["sandbox"] | {"api_base": server.api}}
