"""Makes the links in mails. The worker has no HTTP request, so the links begin with the setting BASE_URL."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from edits.conf import settings

SALT = "edits.forms.asking.stop"
PROBLEMS_SALT = "edits.forms.problem_mails.stop"


def host() -> str:
    """The site's host name."""
    return urlsplit(settings.BASE_URL).hostname or ""


def answer_link(person_id: UUID) -> str:
    """The link to a person's rows. It works only for this person, after they sign in."""
    return f"{settings.BASE_URL}{reverse('forms:answer', args=[person_id])}"


def stop_link(person_id: UUID) -> str:
    """The link that stops reminders. Because it works without a sign-in, it does nothing else."""
    signed = Signer(salt=SALT).sign(person_id.hex)
    return f"{settings.BASE_URL}{reverse('forms:stop_reminders', args=[signed])}"


def design_link(form_id: int) -> str:
    """The link to the page on which designers correct a form."""
    return f"{settings.BASE_URL}{reverse('forms:design', args=[form_id])}"


def stop_problems_link(mail_id: int) -> str:
    """The link that stops mails about a form's problems. Because it works without a sign-in, it does nothing else."""
    signed = Signer(salt=PROBLEMS_SALT).sign(str(mail_id))
    return f"{settings.BASE_URL}{reverse('forms:stop_problem_mails', args=[signed])}"


def problem_mail_of(signed: str) -> int | None:
    """The id of the mail that a stop_problems_link is for; None if this app didn't sign the link. `signed` is the
    link's last part.
    """
    try:
        return int(Signer(salt=PROBLEMS_SALT).unsign(signed))
    except (BadSignature, ValueError):
        return None


def person_of(signed: str) -> UUID | None:
    """The id of the asked person that a stop_link is for; None if this app didn't sign the link. `signed` is the link's
    last part.
    """
    try:
        return UUID(Signer(salt=SALT).unsign(signed))
    except (BadSignature, ValueError):
        return None
