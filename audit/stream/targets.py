"""Sends a stream's lines to its target. Each function returns only after the target has accepted the lines."""

import http.client
import re
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from audit.stream import signature
from audit.stream.addresses import Address
from audit.stream.json_lines import Line

TIMEOUT = 10.0  # the most seconds to wait for the next data
DEADLINE = 30.0  # the most seconds for one delivery, even a slow one, because other targets wait
TAKEN, TOO_MUCH = range(200, 300), 413  # HTTP status codes

_PRIORITY = 13 * 8 + 6  # log audit, informational: https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1
_LARGEST_SEQUENCE = 2**31 - 1  # https://www.rfc-editor.org/rfc/rfc5424#section-7.3.1
_NOT_PRINTABLE = re.compile(r"[^!-~]")

Send = Callable[[Sequence[Line]], None]


class NotDelivered(Exception):
    """The target didn't accept the lines, or didn't confirm that it has accepted them. Send the lines again. The
    message has no secrets.
    """


class TooMuch(NotDelivered):
    """The target refused the lines because there were too many of them, or because they were too long."""


def sender(address: Address, *, secret: str) -> Send:
    """Return the function that sends lines to this address. The returned function raises NotDelivered if it can't send
    the lines.
    """
    if address.kind == "stdout":
        return _print
    if address.kind == "syslog":
        return lambda lines: _send_syslog(address, lines)
    return lambda lines: _post(address, lines, secret)


def _print(lines: Sequence[Line]) -> None:
    try:
        sys.stdout.buffer.writelines(line.json + b"\n" for line in lines)
        sys.stdout.buffer.flush()
    except OSError as error:
        raise NotDelivered(f"Standard output can't be written: {error.strerror}.") from error


def _post(address: Address, lines: Sequence[Line], secret: str) -> None:
    body = b"".join(line.json + b"\n" for line in lines)
    delivery = f"{lines[0].seq}-{lines[-1].seq}"
    headers = {"Content-Type": "application/x-ndjson", "User-Agent": "Byline"}
    headers |= signature.headers(secret, delivery=delivery, at=int(time.time()), body=body)
    connection = http.client.HTTPConnection(address.host, address.port)
    connection.default_port = 443 if address.is_tls else 80  # so that the header Host doesn't contain the port
    try:
        with _connected(address) as connection.sock:
            connection.request("POST", address.path, body, headers)
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered(f"{address.name} cannot be reached: {type(error).__name__}.") from error
    finally:
        connection.close()
    if status == TOO_MUCH:
        raise TooMuch(f"{address.name} answered {status}.")
    if status not in TAKEN:
        raise NotDelivered(f"{address.name} answered {status}.")


@contextmanager
def _connected(address: Address) -> Iterator[socket.socket]:
    """A connection to the address, with TLS if the address says so. It is closed after DEADLINE seconds at the
    latest.
    """
    with socket.create_connection((address.host, address.port), timeout=TIMEOUT) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not address.is_tls:
            with _ended_in_time(plain):
                yield plain
            return
        context = ssl.create_default_context()
        with (
            context.wrap_socket(plain, server_hostname=address.host, do_handshake_on_connect=False) as tls,
            _ended_in_time(tls),
        ):
            tls.do_handshake()
            yield tls


@contextmanager
def _ended_in_time(connection: socket.socket) -> Iterator[None]:
    """Close the connection if the block takes longer than DEADLINE seconds. The socket is closed without ending TLS
    first, because TLS would wait until the other side closes too.

    Raises TimeoutError if the connection was closed in this way. In that case, no one knows how much the other side has
    read.
    """
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        with suppress(OSError):  # the connection is already closed
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(DEADLINE, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if is_over.is_set():
        raise TimeoutError


def _send_syslog(address: Address, lines: Sequence[Line]) -> None:
    """Send each line as a frame that begins with its length. After the last frame, end the sending side of the
    connection. Then wait until the receiver has read everything and closes the connection.

    https://www.rfc-editor.org/rfc/rfc6587#section-3.4.1
    """
    try:
        with _connected(address) as connection:
            _send_frames(connection, lines)
            if isinstance(connection, ssl.SSLSocket):
                _await_end_of_tls(connection)
            else:
                connection.shutdown(socket.SHUT_WR)
                _await_end(connection)
    except OSError as error:
        raise NotDelivered(f"{address.name} cannot be reached, or closed early: {type(error).__name__}.") from error


def _send_frames(connection: socket.socket, lines: Sequence[Line]) -> None:
    hostname = _header(socket.gethostname())
    for line in lines:
        message = _message(line, hostname)
        connection.sendall(b"%d %s" % (len(message), message))


def _await_end(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def _await_end_of_tls(connection: ssl.SSLSocket) -> None:
    try:
        connection.unwrap()
    except ssl.SSLEOFError:  # the receiver closed without ending TLS, but it had read everything
        return


def _message(line: Line, hostname: str) -> bytes:
    """A line as a syslog message in UTF-8. A byte order mark comes before the JSON.

    https://www.rfc-editor.org/rfc/rfc5424#section-6
    """
    sequence = (line.seq - 1) % _LARGEST_SEQUENCE + 1
    at = datetime.fromisoformat(line.at).isoformat(timespec="microseconds").replace("+00:00", "Z")
    said = f'<{_PRIORITY}>1 {at} {hostname} byline - {_header(line.action)[:32]} [meta sequenceId="{sequence}"] '
    return said.encode() + b"\xef\xbb\xbf" + line.json


def _header(text: str) -> str:
    return _NOT_PRINTABLE.sub("?", text)[:255] or "-"
