"""When a person is erased from the log, blanks what update requests say about this person."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from audit.histories import mentions
from audit.retention.erasure import Address, Person, What
from edits.forms.asking.models import Mail, RequestedPerson, StoppedReminders, UpdateRequest
from edits.forms.asking.problem_mails import ProblemMail
from identity.models import SmartsheetUser


def blank(*, what: What, addresses: frozenset[str], **_kwargs: object) -> int:
    """Blank the names, addresses and texts of an erased person in requests. Cancel the requests that this person made.
    Mails that wait to be sent to this person won't be sent. Return the number of requests and people that were blanked.
    Receives the signal audit.retention.erasure.erasing.
    """
    if isinstance(what, Person):
        addresses |= SmartsheetUser.objects.addresses(region=what.region, person_id=what.number)
        asked = Q(request__form__region=what.region, person_id=what.number) | Q(email__in=addresses)
        askers = Q(asker__region=what.region, asker__smartsheet_id=what.number) | _asked_by(addresses)
    elif isinstance(what, Address):
        asked, askers = Q(email__in=addresses), _asked_by(addresses)
    else:
        return 0
    StoppedReminders._default_manager.filter(email__in=addresses).delete()
    ProblemMail.objects.filter(email__in=addresses).update(email="", reason="")
    return _blank_people(asked) + _blank_requests(askers, addresses)


def _asked_by(addresses: frozenset[str]) -> Q:
    return Q(*(Q(asker_email__iexact=one) for one in addresses), _connector=Q.OR) if addresses else Q(pk__in=[])


def _blank_people(asked: Q) -> int:
    people = list(RequestedPerson.objects.filter(asked, erased_at=None).values_list("pk", flat=True))
    Mail.objects.filter(person__in=people).update(reason="")  # the mail server's replies can have the address
    return RequestedPerson.objects.filter(pk__in=people).update(email="", name="", erased_at=timezone.now())


def _blank_requests(askers: Q, addresses: frozenset[str]) -> int:
    """Cancel the requests that the query `askers` selects, and blank the asker's name, address and text in them. In
    all other requests, blank the text if it has one of `addresses`. Return the number of blanked requests.
    """
    asked = set(UpdateRequest.objects.filter(askers).values_list("pk", flat=True))
    UpdateRequest.objects.filter(pk__in=asked, cancelled_at=None).update(cancelled_at=timezone.now())
    texts = UpdateRequest.objects.exclude(text="").values_list("pk", "text")
    naming = {pk for pk, text in texts if any(mentions(text, one) for one in addresses)}
    named = UpdateRequest.objects.filter(pk__in=asked).exclude(asker_name="", asker_email="", text="")
    count = named.update(asker_name="", asker_email="", text="")
    return count + UpdateRequest.objects.filter(pk__in=naming - asked).update(text="")
