"""Writes a mail: plain text and HTML, with headers that can't be forged through names or titles.

A mail has the asker's name, text and address, the form's title and the rows' names. It has no values of cells. If the
names of rows are personal, the mail has row numbers instead.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import formataddr, parseaddr
from textwrap import fill, indent

from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string

from edits.forms.asking.links import answer_link, host, stop_link
from edits.forms.asking.models import AskedRow, Mail, MailKind, UpdateRequest

WIDTH = 72
MOST_NAMED = 20  # rows that a mail names; the page has all of them
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says. `rows` has the names of all rows. `names` has the first MOST_NAMED of these names. The mail
    lists only `names`.
    """

    asker: str
    title: str
    text: str
    due: str
    zone: str
    rows: Sequence[str]
    link: str
    stop: str
    host: str
    is_reminder: bool

    @property
    def names(self) -> Sequence[str]:
        return self.rows[:MOST_NAMED]

    @property
    def more(self) -> int:
        """How many rows the mail doesn't name."""
        return len(self.rows) - len(self.names)

    @property
    def count(self) -> str:
        return "1 row" if len(self.rows) == 1 else f"{len(self.rows)} rows"

    @property
    def subject(self) -> str:
        begin = "Reminder: please" if self.is_reminder else "Please"
        return f"{begin} update {self.count} by {self.due}: {self.title}"

    def as_text(self) -> str:
        """The mail as plain text."""
        return "\n".join(_lines(self)) + "\n"

    def as_html(self) -> str:
        """The mail as HTML."""
        return render_to_string("edits/forms_asking/mail.html", {"words": self})


def compose(mail: Mail, rows: Sequence[AskedRow]) -> EmailMultiAlternatives:
    """Return the mail, ready to be sent. `rows` has the rows that the person has to update."""
    person, request = mail.person, mail.person.request
    words = words_of(request, rows, link=answer_link(person.id), stop=stop_link(person.id), kind=MailKind(mail.kind))
    message = EmailMultiAlternatives(
        subject=words.subject,
        body=words.as_text(),
        from_email=sender(f"{words.asker} via {words.host}"),
        to=[person.email],
        reply_to=[request.asker_email] if is_address(request.asker_email) else None,
        headers=_headers(mail, words),
    )
    message.attach_alternative(words.as_html(), "text/html")
    return message


def sender(name: str) -> str:
    """The sender for a mail: this name, and the address from which this app sends mails."""
    return formataddr((name, parseaddr(django_settings.DEFAULT_FROM_EMAIL)[1]))


def words_of(
    request: UpdateRequest, rows: Sequence[AskedRow], *, link: str, stop: str, kind: MailKind = MailKind.ASK
) -> Words:
    """What a mail of this request says about these rows."""
    is_personal = request.are_names_personal
    return Words(
        asker=one_line(request.asker_name) or "Someone",
        title=one_line(request.form.title),
        text=request.text,
        due=day_in_words(request.due_on),
        zone=request.time_zone,
        rows=[one_line(row.named(is_personal=is_personal)) for row in rows],
        link=link,
        stop=stop,
        host=host(),
        is_reminder=kind == MailKind.REMINDER,
    )


def day_in_words(day: date) -> str:
    """A day with the month's name. A date such as 3/4/2026 would mean different days in different countries."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


def is_address(text: str) -> bool:
    """Whether this can be the address of one mailbox."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _headers(mail: Mail, words: Words) -> dict[str, str]:
    found = mail.headers(words.stop)
    if mail.kind == MailKind.REMINDER:
        first = mail.person.mails.filter(kind=MailKind.ASK).order_by("pk").values_list("message_id", flat=True).first()
        found |= {"In-Reply-To": first, "References": first} if first else {}
    return found


def _lines(words: Words) -> Iterator[str]:
    """Yield the lines of the plain text. Each link has a line of its own, so that no mail program breaks the link."""
    asks = "reminds you" if words.is_reminder else "asks you"
    yield wrapped(f"{words.asker} {asks} to update {words.count} in the form “{words.title}”.")
    yield ""
    yield wrapped(f"Please answer by the end of {words.due} (time zone: {words.zone}).")
    yield ""
    if words.text:
        yield wrapped(f"{words.asker} writes:")
        yield ""
        yield from (indent(wrapped(line, WIDTH - 4), "    ") for line in words.text.splitlines())
        yield ""
    yield "Your rows:" if len(words.rows) > 1 else "Your row:"
    yield ""
    yield from (wrapped(f"- {name}", hanging="  ") for name in words.names)
    if words.more:
        yield f"- and {words.more} more"
    yield ""
    yield wrapped("Open this link, and sign in with Smartsheet:")
    yield words.link
    yield ""
    yield wrapped("If nothing has to be changed, you can say so on the form's page.")
    yield ""
    yield "-- "
    yield wrapped(
        f"{words.host} sent this mail, because {words.asker} asked you. If you reply, {words.asker} gets your answer."
    )
    yield ""
    yield wrapped("Don't want reminders of this form? Stop them here, without signing in:")
    yield words.stop


def wrapped(text: str, width: int = WIDTH, *, hanging: str = "") -> str:
    """The text in lines of at most this width. All lines except the first begin with `hanging`. Links aren't broken."""
    return fill(text, width, break_long_words=False, break_on_hyphens=False, subsequent_indent=hanging)


def one_line(text: str, *, longest: int = LONGEST_NAME) -> str:
    """The text without line breaks, and without characters that can't be seen or that change the text's direction."""
    seen = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    return " ".join(seen.split())[:longest]
