"""Reads lists of people, accounts and domains from the environment. Checks and normalises them."""

import re
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

from config.environment import env
from config.smartsheet import IS_DEMO, REGION_NAMES

EMAIL = re.compile(r"[^@\s:]+@[^@\s:]+")
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
ALICE: str = "alice@example.com"  # a person in the sandbox
BOB: str = "bob@example.com"


def people(variable: str, *, in_demo: Sequence[str] = ()) -> frozenset[str]:
    """Read a list of people from a variable. The people are separated by commas, and each is written as region:id or as
    an e-mail address. Return them in lower case. In the demo, the default is `in_demo`, a list of people of the
    sandbox.
    """
    default = [*in_demo] if IS_DEMO else []
    return frozenset(_person(variable, one) for one in _entries(variable, default))


def accounts(variable: str) -> frozenset[str]:
    """Read Smartsheet accounts, each as region:id. An id without a region is in the default region."""
    return frozenset(
        _with_region(variable, one if ":" in one else f"{REGION_NAMES[0]}:{one}") for one in _entries(variable)
    )


def domains(variable: str) -> frozenset[str]:
    """Read domains of e-mail addresses. They are in ASCII, and have no @ or wildcards."""
    found = [one.lower() for one in _entries(variable)]
    for one in found:
        if not DOMAIN.fullmatch(one):
            raise ImproperlyConfigured(
                f"{variable} must be domains like example.com, separated by commas, not {one!r}."
            )
    return frozenset(found)


def _entries(variable: str, default: list[str] | None = None) -> list[str]:
    return [one.strip() for one in env.list(variable, default=default or []) if one.strip()]


def _person(variable: str, one: str) -> str:
    return one.lower() if EMAIL.fullmatch(one) else _with_region(variable, one)


def _with_region(variable: str, one: str) -> str:
    region, _colon, number = one.partition(":")
    if region not in REGION_NAMES or not (number.isascii() and number.isdigit()):
        example = f"{REGION_NAMES[0]}:4583173393803140"
        raise ImproperlyConfigured(f"{variable} has {one!r}: write it like {example}.")
    return one
