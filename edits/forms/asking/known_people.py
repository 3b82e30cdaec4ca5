"""Finds the accounts of asked people by their addresses, when people are asked and at each sign-in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from edits.forms.asking.models import RequestedPerson
from identity.models import SmartsheetUser

AT_ONCE = 100  # addresses in one query
PLAIN = re.compile(r"[!#-\[\]-~]+")  # ASCII without characters that JSON escapes


def accounts_with(addresses: Iterable[str], *, region: str) -> dict[str, SmartsheetUser]:
    """Return the people who have these addresses, by address. An address can be a person's main address or a further
    one. Addresses without a person are left out. All addresses are in lower case. There is one query for each 100
    addresses.
    """
    found: dict[str, SmartsheetUser] = {}
    here = SmartsheetUser.objects.filter(region=region).annotate(text=Cast("profile", TextField()))
    wanted = list(dict.fromkeys(addresses))
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        named = here.filter(reduce(or_, (Q(text__icontains=_plain_part(address)) for address in some)))
        for person in named:
            known = person.as_profile().addresses
            found |= {address: person for address in some if address in known}
    return found


def _plain_part(address: str) -> str:
    """Return the longest part of the address that is written in the same way in JSON.

    Profiles are stored as JSON. Some databases escape characters in JSON, such as ß. So a search for the whole address
    could miss the profile. A search for this part finds it.
    """
    return max(PLAIN.findall(address), key=len, default="@")


def recognise(instance: SmartsheetUser, **_kwargs: object) -> None:
    """Find the requests in the person's region that were sent to one of the person's addresses, and store the person's
    account in them. Receives the signal post_save.
    """
    profile = instance.as_profile()
    if profile.addresses:
        asked = RequestedPerson.objects.filter(person_id=None, email__in=profile.addresses)
        asked.filter(request__form__region=profile.region).update(person_id=profile.id)
