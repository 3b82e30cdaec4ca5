"""With each protocol, receivers get every entry. If a receiver is down, nothing is lost."""

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from audit.models import Cursor
from audit.recording import Change, note
from audit.stream import delivery
from audit.stream.delivery import stream_to
from audit.stream.targets import NotDelivered
from tests.audit.edits import ALICE, saved
from tests.audit.stream.conftest import SECRET
from tests.audit.stream.receivers import certificates, http_receiver, is_signed, syslog_receiver

pytestmark = pytest.mark.usefixtures("log")


def test_an_endpoint_gets_every_entry_signed_and_once() -> None:
    saved()
    with http_receiver() as received:
        target = stream_to(f"http://127.0.0.1:{received.port}/log")
        assert target.send_next() == 2
        assert target.send_next() == 0
        saved()
        assert (target.send_next(1), target.send_next(1)) == (1, 1)

    assert received.seqs == [1, 2, 3, 4]
    assert all(is_signed(headers, body, SECRET) for headers, body in received.deliveries)
    assert not any(is_signed(headers, body, "another") for headers, body in received.deliveries)
    assert [headers["X-Byline-Delivery"] for headers, _ in received.deliveries] == ["1-2", "3-3", "4-4"]


def test_entries_that_were_not_accepted_are_sent_again() -> None:
    saved()
    with http_receiver() as received:
        target = stream_to(f"http://127.0.0.1:{received.port}/log")
        received.answers = [500, 302]
        for status in received.answers[:]:
            with pytest.raises(NotDelivered, match=str(status)):
                target.send_next()
        assert target.send_next() == 2

    assert received.seqs == [1, 2]


def test_a_target_that_refuses_too_much_gets_less(settings: Settings) -> None:
    for _ in range(3):
        saved()
    with http_receiver() as received:
        target = stream_to(f"http://127.0.0.1:{received.port}/log")
        received.answers = [413, 413]
        for _ in range(2):
            with pytest.raises(NotDelivered, match="413"):
                target.send_next()
        while target.send_next():
            pass

    assert received.seqs == [1, 2, 3, 4, 5, 6]
    assert [headers["X-Byline-Delivery"] for headers, _ in received.deliveries] == [
        "1-1",
        "2-2",
        "3-3",
        "4-4",
        "5-5",
        "6-6",
    ]
    assert {headers["Host"] for headers, _ in received.deliveries} == {f"127.0.0.1:{received.port}"}


def test_a_full_standard_output_is_reported_and_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    saved()
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stdout", full)
        with pytest.raises(CommandError, match="Standard output can't be written: No space left on device"):
            call_command("audit_stream", "--to", "stdout", "--once")
        monkeypatch.undo()
        with suppress(OSError):
            full.close()
    assert Cursor.objects.get().seq == 0


def test_https_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved()
    context, authority = certificates(tmp_path)
    with http_receiver(tls=context) as received:
        target = stream_to(f"https://127.0.0.1:{received.port}/log")
        with pytest.raises(NotDelivered, match="SSLCertVerificationError"):
            target.send_next()
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert target.send_next() == 2

    assert received.seqs == [1, 2]


def test_syslog_gets_frames_of_rfc_5424() -> None:
    saved()
    with syslog_receiver() as received:
        assert stream_to(f"syslog://127.0.0.1:{received.port}?tcp").send_next() == 2

    head, text = received.frames[0].split(b"\xef\xbb\xbf")
    assert re.fullmatch(
        rb'<110>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \S+ byline - change \[meta sequenceId="1"\] ', head
    )
    assert json.loads(text)["entry"]["new"] == '"Done"'
    assert received.seqs == [1, 2]


def test_syslog_over_tls_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved()
    context, authority = certificates(tmp_path)
    with syslog_receiver(tls=context) as received:
        target = stream_to(f"syslog://127.0.0.1:{received.port}?tls")
        with pytest.raises(NotDelivered, match="SSLCertVerificationError"):
            target.send_next()
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert target.send_next() == 2

    assert received.seqs == [1, 2]


def test_standard_output_gets_lines(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    saved()

    call_command("audit_stream", "--to", "stdout", "--once")

    assert [json.loads(line)["seq"] for line in capfdbinary.readouterr().out.splitlines()] == [1, 2]


def test_personal_things_are_commitments_unless_settings_say_else(settings: Settings) -> None:
    note(actor=ALICE, action="change", changes=[Change(1, "", 2, "", "born 1970", "born 1971", is_personal=True)])
    with http_receiver() as received:
        target = stream_to(f"http://127.0.0.1:{received.port}/")
        target.send_next()
        Cursor.objects.update(seq=0)
        settings.AUDIT_STREAM_CLEAR_TEXT = True
        target.send_next()

    (_, without), (_, clear) = received.deliveries
    assert not [text for text in (b"Alice", b"alice@", b"born", b"salt") if text in without]
    assert not [text for text in (b"Alice Archer", b"born 1970", b"born 1971") if text not in clear]


def test_the_worker_sends_to_all_targets_and_skips_failing_ones(settings: Settings) -> None:
    saved()
    with http_receiver() as received, syslog_receiver() as other:
        away = "http://127.0.0.1:9/"
        there = [f"http://127.0.0.1:{received.port}/", f"syslog://127.0.0.1:{other.port}"]
        settings.AUDIT_STREAM_TO = [away, *there]
        assert delivery.send_new(1) == 2
        assert delivery.send_new(1) == 2
        assert delivery.send_new(1) == 0

    assert (received.seqs, other.seqs) == ([1, 2], [1, 2])
    assert not delivery._streams[away].rest.is_over


def test_a_failure_is_reported_without_the_secret(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    saved()
    settings.AUDIT_STREAM_TO = ["http://127.0.0.1:9/"]

    delivery.send_new()

    assert "The audit log is not streamed: http 127.0.0.1:9/ cannot be reached: ConnectionRefusedError." in caplog.text
    assert SECRET not in caplog.text


def test_the_command_says_what_it_cannot_stream_to(settings: Settings) -> None:
    with pytest.raises(CommandError, match="https"):
        call_command("audit_stream", "--to", "http://siem.example.com/")
    settings.AUDIT_STREAM_SECRET = ""
    with pytest.raises(CommandError, match="AUDIT_STREAM_SECRET is not set"):
        call_command("audit_stream", "--to", "https://siem.example.com/")
