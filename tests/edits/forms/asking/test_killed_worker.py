"""Workers are killed at every step of sending. No mail is lost, and a mail that comes twice has the same Message-ID."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest

from edits.forms.asking.models import Mail
from edits.forms.asking.problem_mails import ProblemMail
from edits.forms.models import FormDefinition
from edits.forms.outgoing_mail import MailState, message_id
from tests.audit.test_killed_process import ROOT, database_url
from tests.edits.forms.asking.conftest import SENDER, SITE, asked, rows_of
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.smtp_server import MailServer

# The workers are forked, so that modules are imported only once. Each line of the input has the arguments of some
# workers that run at the same time. When they have ended, their exit codes are printed.
#
# A worker kills itself before or after one call. Its lease is short, so that the next worker needn't wait long. Other
# workers have the usual lease, because the first mail of a process can take more than a second.
WORKERS = """
import json, os, signal, smtplib, sys
from datetime import timedelta
import django
django.setup()
import config.urls  # the mails have links, and this is most of what is imported
from django.conf import settings
from edits.forms.asking import sending

def work(port, where="", name="", when="", number=0):
    settings.EMAIL_PORT = port
    calls = 0

    def killing(function):
        def called(*args, **kwargs):
            nonlocal calls
            calls += 1
            if when == "before" and calls == number:
                os.kill(os.getpid(), signal.SIGKILL)
            result = function(*args, **kwargs)
            if when == "after" and calls == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return result
        return called

    if where:
        place = {"sending": sending, "smtp": smtplib.SMTP}[where]
        sending.LEASE = timedelta(seconds=1)
        setattr(place, name, killing(getattr(place, name)))
    sending.send_due()

def started(arguments):
    process = os.fork()
    if process == 0:
        work(*arguments)
        sys.exit()
    return process

for line in sys.stdin:
    processes = [started(arguments) for arguments in json.loads(line)]
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in processes]), flush=True)
"""
# Where the worker is killed, and whether the server already has the mail at that moment.
STEPS = [
    ("sending", "claim", "before", False),
    ("sending", "claim", "after", False),
    ("sending", "compose", "after", False),
    ("smtp", "connect", "after", False),
    ("smtp", "mail", "before", False),
    ("smtp", "mail", "after", False),
    ("smtp", "rcpt", "after", False),
    ("smtp", "data", "before", False),
    ("smtp", "data", "after", True),
    ("smtp", "quit", "before", True),
    ("sending", "hand_over", "after", True),
    ("sending", "_finish", "before", True),
    ("sending", "_finish", "after", True),
]
ADDRESSES = ["dora@example.com", "frank@example.com", "bob@example.com"]


Run = Callable[..., list[int]]


@pytest.fixture(scope="module")
def run(django_db_setup: None) -> Iterator[Run]:
    """Yield run(), which runs several workers at the same time, waits until all have ended, and returns their exit
    codes.

    Each argument is a list for one worker. With [port], the worker sends mails to this port. With [port, "smtp",
    "data", "after", 1], the worker is also killed: after its first call of the function `data` of smtplib.SMTP.
    """
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EMAIL_URL": "smtp://127.0.0.1",
        "DEFAULT_FROM_EMAIL": SENDER,
        "BASE_URL": SITE,
    }
    command = [sys.executable, "-c", WORKERS]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdin
        assert parent.stdout
        requests, answers = parent.stdin, parent.stdout

        def run_workers(*workers: Sequence[int | str]) -> list[int]:
            requests.write(f"{json.dumps(workers)}\n")
            requests.flush()
            codes: list[int] = json.loads(answers.readline())
            return codes

        yield run_workers


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("alices")
@pytest.mark.parametrize(
    ("where", "name", "when", "is_taken", "number"),
    [(*step, place % 2 + 1) for place, step in enumerate(STEPS)],  # at the first mail, or at the second
)
def test_no_mail_is_lost(
    form: FormDefinition,
    alice: Person,
    plan: SitePlan,
    mailbox: MailServer,
    run: Run,
    where: str,
    name: str,
    when: str,
    is_taken: bool,
    number: int,
) -> None:
    asked(form, alice, {one: rows_of(plan, "Pour slab") for one in ADDRESSES})
    assert run([mailbox.port, where, name, when, number]) == [-signal.SIGKILL]
    assert len(mailbox.mails) == number - 1 + is_taken
    is_marked = (name, when) == ("_finish", "after")
    assert Mail.objects.filter(state=MailState.SENT).count() == number - 1 + is_marked
    while Mail.objects.filter(state=MailState.WAITING).exists():
        assert run([mailbox.port]) == [0]
    ids = dict(Mail.objects.values_list("person__email", "message_id"))
    assert {one.recipient: one.message["Message-ID"] for one in mailbox.mails} == ids
    repeated = [address for address, count in Counter(one.recipient for one in mailbox.mails).items() if count > 1]
    assert len(repeated) == int(is_taken and not is_marked)
    assert len(mailbox.mails) == len(ADDRESSES) + len(repeated)
    for one in repeated:  # a repeated mail is identical
        first, second = ([mail.part("plain"), mail.part("html"), mail.message["Date"]] for mail in mailbox.to(one))
        assert first == second


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("where", "name", "when", "is_taken"), [STEPS[1], STEPS[7], STEPS[8], STEPS[11]])
def test_no_mail_about_a_problem_is_lost(
    form: FormDefinition, mailbox: MailServer, run: Run, where: str, name: str, when: str, is_taken: bool
) -> None:
    sentence = "The form’s designer isn’t connected any more."
    form.warning = sentence
    form.save()
    for address in ADDRESSES[:2]:
        ProblemMail.objects.create(form=form, email=address, sentences=sentence, message_id=message_id("example.com"))
    assert run([mailbox.port, where, name, when, 1]) == [-signal.SIGKILL]
    assert len(mailbox.mails) == int(is_taken)
    while ProblemMail.objects.filter(state=MailState.WAITING).exists():
        assert run([mailbox.port]) == [0]
    assert len(mailbox.mails) == 2 + is_taken
    ids = dict(ProblemMail.objects.values_list("email", "message_id"))
    assert {one.recipient: one.message["Message-ID"] for one in mailbox.mails} == ids
    assert set(ProblemMail.objects.values_list("state", flat=True)) == {MailState.SENT}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("alices")
def test_two_workers_send_each_mail_once(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer, run: Run
) -> None:
    addresses = [f"person{number}@example.com" for number in range(30)]
    asked(form, alice, {one: rows_of(plan, "Pour slab") for one in addresses})
    assert run([mailbox.port], [mailbox.port]) == [0, 0]
    assert sorted(one.recipient for one in mailbox.mails) == sorted(addresses)
    assert len(set(mailbox.ids())) == 30
