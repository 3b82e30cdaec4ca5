"""The token is sent to Smartsheet and nowhere else."""

import logging
import pprint
import traceback
from collections.abc import Iterator
from types import TracebackType

import pytest

from edits.gateway.client import Gateway
from edits.gateway.errors import GatewayError, SignInAgain
from tests.gateway.conftest import Plan
from tests.gateway.failures import FAILURES, Failure
from tests.running_sandbox import Person, RunningSandbox

QUICK = [failure for failure in FAILURES if failure.name not in ("hung", "dripping")]


def what_a_report_shows(trace: TracebackType | None) -> Iterator[str]:
    """Yield the local variables of every frame, formatted as Django's error page and other error reports format
    them.
    """
    for frame, _ in traceback.walk_tb(trace):
        if frame.f_globals["__name__"] != __name__:
            yield from (pprint.pformat(value) for value in frame.f_locals.values())


@pytest.mark.parametrize("failure", QUICK, ids=lambda failure: failure.name)
def test_an_error_does_not_lead_back_to_it(
    server: RunningSandbox, gateway: Gateway, plan: Plan, people: dict[str, Person], failure: Failure
) -> None:
    server.fault(method="PUT", times=0, **failure.fault)
    with pytest.raises(GatewayError) as caught:
        gateway.update_rows(plan.sheet_id, [plan.change("x")])
    error, token = caught.value, people["alice"].token
    assert error.__cause__ is None
    assert error.__context__ is None
    shown = [str(error), repr(error), repr(vars(error)), *what_a_report_shows(error.__traceback__)]
    assert len(shown) > 10
    assert not [text for text in shown if token in text]


def test_the_log_never_has_it_nor_what_was_typed(
    server: RunningSandbox,
    gateway: Gateway,
    plan: Plan,
    people: dict[str, Person],
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in ("", "edits", "smartsheet", "urllib3", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)
    gateway.update_rows(plan.sheet_id, [plan.change("something private")])
    server.fault(method="GET", drop="before")
    gateway.row(plan.sheet_id, plan.row_id)
    server.fault(method="PUT", status=400, message="Not 'something private'.")
    with pytest.raises(GatewayError):
        gateway.update_rows(plan.sheet_id, [plan.change("something private")])
    assert "PUT update-rows: 200" in caplog.text
    assert "PUT update-rows: 400" in caplog.text
    assert people["alice"].token not in caplog.text
    assert "something private" not in caplog.text


@pytest.mark.parametrize("token", ["", "two\r\nlines", "žeton"])
def test_a_malformed_token_is_refused(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTSHEET_ACCESS_TOKEN", "the-token-of-somebody-else")
    with pytest.raises(SignInAgain):
        Gateway(region_api_base="http://127.0.0.1:1/2.0", token=token)


def test_a_gateway_does_not_change_the_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_CFG", "DEBUG")
    loggers = [logging.getLogger(name) for name in ("", "requests", "urllib3")]
    monkeypatch.setattr(loggers[1], "level", logging.CRITICAL)
    before = [(logger.level, list(logger.handlers)) for logger in loggers]
    Gateway(region_api_base="http://127.0.0.1:1/2.0", token="alices-token")
    assert [(logger.level, list(logger.handlers)) for logger in loggers] == before
