"""Sends the mails that wait in the database. The worker calls this module.

A worker claims a mail with one conditional UPDATE, which reserves the mail for a limited time. Then the worker sends
the mail, and then it marks the mail as sent. If the worker dies before it marks the mail, the reserved time ends, and
another worker sends the mail with the same Message-ID. So no mail is lost. A mail can arrive twice, but the recipient's
mail program can notice that by the Message-ID. No transaction is open while a worker talks to the mail server.

A mail that the server refuses permanently is never sent again. After any other failure, the worker tries again. The
pauses between its attempts get longer. It gives up when the mail is three days old.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.utils import timezone

from edits.conf import settings
from edits.forms.asking import problem_mails
from edits.forms.asking.answers import rows_without_answer
from edits.forms.asking.message import compose
from edits.forms.asking.models import Mail, MailKind, StoppedReminders
from edits.forms.asking.problem_mails import ProblemMail
from edits.forms.outgoing_mail import MailState, OutgoingMail

AT_ONCE = 100  # mails in one run
SECONDS = 20  # the longest wait for one step of SMTP, unless the setting EMAIL_TIMEOUT is set
LEASE = timedelta(minutes=10)  # longer than sending one mail can take: about 15 steps of SECONDS each
WAITS = [1, 2, 5, 15, 30, 60, 120, 240]  # minutes until the next attempt; the last one is repeated
PATIENCE = timedelta(days=3)  # from making a mail until giving up
MOST_ATTEMPTS = 30  # only reached if the worker often dies during an attempt; otherwise PATIENCE ends first
LONGEST_REASON = 300

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the mail server didn't take a mail. The asker's page shows `reason`. If `is_final` is true, another attempt
    is useless. If `is_away` is true, the server takes no mails at the moment.
    """

    reason: str
    is_final: bool = False
    is_away: bool = False


def is_set_up() -> bool:
    """True if this app can send mails, and if the settings let people ask for updates."""
    return problem_mails.can_send() and settings.ASK_MAILS_PER_DAY > 0


def send_due() -> int:
    """Send the mails that are due. Return how many of these mails the mail server took. If the server can't be reached,
    the other mails wait for the next run.
    """
    kinds: list[type[OutgoingMail]] = [Mail] if is_set_up() else []
    kinds += [ProblemMail] if problem_mails.is_set_up() else []
    sent = 0
    for kind in kinds:
        due = kind.objects.claimable(timezone.now()).order_by("due_at", "pk")
        for mail_id in list(due.values_list("pk", flat=True)[:AT_ONCE]):
            mail = claim(mail_id, kind)
            if mail is None:  # another worker was faster
                continue
            is_taken, is_away = _send(mail)
            sent += is_taken
            if is_away:
                return sent
    return sent


def claim(mail_id: int, kind: type[OutgoingMail] = Mail) -> OutgoingMail | None:
    """Reserve a mail for this worker, and count the attempt. Return None if another worker has reserved or sent the
    mail.
    """
    now = timezone.now()
    free = kind.objects.claimable(now).filter(pk=mail_id)
    if not free.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    found: OutgoingMail | None = kind.objects.select_related(*kind.related).filter(pk=mail_id).first()
    return found


def _send(mail: OutgoingMail) -> tuple[bool, bool]:
    """Send a claimed mail, and store the result. Return two values: whether the mail server took this mail, and whether
    the mail server takes no mails at the moment.
    """
    write = _writer(mail)
    if write is None:
        _finish(mail, MailState.DROPPED)
        return False, False
    if mail.attempts > MOST_ATTEMPTS:
        _finish(mail, MailState.GIVEN_UP, mail.reason or "All attempts to send the mail failed.")
        return False, False
    failure = _deliver(mail, write)
    if failure is None:
        _finish(mail, MailState.SENT)
        return True, False
    if failure.is_final:
        _finish(mail, MailState.REFUSED, failure.reason)
    else:
        _put_off(mail, failure)
    return False, failure.is_away


def _writer(mail: OutgoingMail) -> Callable[[], EmailMultiAlternatives] | None:
    """Return the function that writes the mail; None if the mail needn't be sent any more."""
    if isinstance(mail, ProblemMail):
        sentences = problem_mails.keep_true(mail)
        return partial(problem_mails.compose, mail, sentences) if sentences else None
    if not isinstance(mail, Mail):
        raise TypeError(mail)
    rows = rows_without_answer(mail.person) if mail.kind == MailKind.REMINDER else mail.person.asked_rows
    return partial(compose, mail, rows) if rows and not is_needless(mail) else None


def _deliver(mail: OutgoingMail, write: Callable[[], EmailMultiAlternatives]) -> Failure | None:
    try:
        message = write()
    except Exception:
        logger.exception("The mail %s can't be written.", mail.pk)
        return Failure("This app couldn't write the mail.")
    return hand_over(message)


def is_needless(mail: Mail) -> bool:
    """Whether the mail needn't be sent any more."""
    person, request = mail.person, mail.person.request
    if not person.email or not request.is_open or request.form.is_over:
        return True
    is_stopped = mail.kind == MailKind.REMINDER and person.email in StoppedReminders.addresses_of(request.form_id)
    return is_stopped or (mail.kind == MailKind.REMINDER and person.confirmed_at is not None)


def hand_over(message: EmailMultiAlternatives) -> Failure | None:
    """Give one mail to the mail server. Return None if the server has taken the mail.

    An error after the server has taken the mail doesn't count as a failure. For example, such an error can occur while
    this app closes the connection.
    """
    connection = get_connection()
    if getattr(connection, "timeout", 0) is None:
        connection.timeout = SECONDS  # type: ignore[attr-defined] # only the backend for SMTP has `timeout`
    try:
        connection.open()
    except (OSError, SMTPException) as error:  # SMTPException is a subclass of OSError, but Python doesn't promise that
        logger.warning("The mail server can't be used: %s", _name(error))
        _close(connection)
        if isinstance(error, SMTPAuthenticationError):
            return Failure("The mail server doesn't let this app sign in.", is_away=True)
        return Failure("The mail server can't be reached.", is_away=True)
    try:
        connection.send_messages([message])
    except Exception as error:  # noqa: BLE001 # other backends have errors of their own; the mail waits for the next try
        logger.warning("A mail wasn't taken: %s", _name(error))
        return _failure(error)
    finally:
        _close(connection)
    return None


def _failure(error: Exception) -> Failure:
    if isinstance(error, SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return Failure(_said(code, answer), is_final=500 <= code < 600)
    if isinstance(error, SMTPDataError):
        return Failure(_said(error.smtp_code, error.smtp_error), is_final=500 <= error.smtp_code < 600)
    if isinstance(error, SMTPSenderRefused):
        return Failure("The mail server doesn't take mails from this app’s address.", is_away=True)
    if isinstance(error, SMTPResponseException):
        return Failure(_said(error.smtp_code, error.smtp_error))
    return Failure("The connection to the mail server was lost.")


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    seen = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in f"{code} {text}")
    return " ".join(seen.split())[:LONGEST_REASON]


def _name(error: Exception) -> str:
    """The error's type and the server's code. Log lines have only these two facts, because other parts of the error can
    contain addresses.
    """
    return f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()


def _finish(mail: OutgoingMail, state: MailState, reason: str = "") -> None:
    sent_at = timezone.now() if state == MailState.SENT else None
    waiting = type(mail).objects.filter(pk=mail.pk, state=MailState.WAITING)
    waiting.update(state=state, sent_at=sent_at, reason=reason, lease_until=None)


def _put_off(mail: OutgoingMail, failure: Failure) -> None:
    now = timezone.now()
    if now >= mail.created_at + PATIENCE:
        _finish(mail, MailState.GIVEN_UP, failure.reason)
        return
    waiting = type(mail).objects.filter(pk=mail.pk, state=MailState.WAITING)
    waiting.update(due_at=next_attempt(now, mail.attempts), reason=failure.reason, lease_until=None)


def next_attempt(now: datetime, attempts: int) -> datetime:
    """The time of the next attempt. `attempts` is how many attempts have failed so far."""
    return now + timedelta(minutes=WAITS[min(attempts, len(WAITS)) - 1])


def _close(connection: object) -> None:
    with suppress(Exception):
        connection.close()  # type: ignore[attr-defined] # Django's backends have no common type here
