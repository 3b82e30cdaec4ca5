"""A mail server for tests. It speaks SMTP over a real socket. A test can tell it to refuse mails, or to close a
connection too early.
"""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default


@dataclass(frozen=True, slots=True)
class Received:
    """A mail that the server has accepted."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=default)

    def part(self, kind: str) -> str:
        """Return the text of the part "plain" or "html", with \\n at the ends of lines."""
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


@dataclass
class MailServer:
    """The mails that a server accepted, and how the server behaves.

    `answers` has the server's answer to a command, or to RCPT with an address. `breaks_off` lists commands. When the
    server gets a listed command for the first time, it closes the connection without an answer. The word “body” stands
    for the end of a mail's text, which isn't a command. If the server closes the connection at “body”, it has accepted
    the mail.
    """

    mails: list[Received] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    breaks_off: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def ids(self) -> list[str]:
        """Return the Message-IDs of all mails that were accepted."""
        return [str(one.message["Message-ID"]) for one in self.mails]

    def to(self, address: str) -> list[Received]:
        return [one for one in self.mails if one.recipient == address]


class _Conversation(socketserver.StreamRequestHandler):
    """Handles one connection."""

    def handle(self) -> None:
        assert isinstance(self.server, _Server)
        known = self.server.known
        known.connections += 1
        self._say("220 test")
        sender = recipient = ""
        for line in self.rfile:
            command, _, rest = line.decode().strip().partition(" ")
            command = command.upper()
            if self._breaks_off(known, command):
                return
            address = rest.partition("<")[2].partition(">")[0]
            if answer := known.answers.get(command) or known.answers.get(address if command == "RCPT" else ""):
                self._say(answer)
            elif command == "MAIL":
                sender = address
                self._say("250 ok")
            elif command == "RCPT":
                recipient = address
                self._say("250 ok")
            elif command == "DATA":
                self._say("354 go on")
                raw = self._body()
                if refusal := known.answers.get("body"):
                    self._say(refusal)
                    continue
                known.mails.append(Received(sender, recipient, raw))
                if self._breaks_off(known, "body"):
                    return
                self._say("250 taken")
            elif command == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 test")

    def _body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())

    def _breaks_off(self, known: MailServer, command: str) -> bool:
        if command in known.breaks_off:
            known.breaks_off.remove(command)
            return True
        return False


class _Server(socketserver.ThreadingTCPServer):
    known: MailServer
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_args: object) -> None:
        """Print nothing: it isn't an error if a client was killed."""


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server on a free port of this machine."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        known = MailServer(port=server.server_address[1])
        server.known = known
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield known
        finally:
            server.shutdown()
            thread.join()
