"""The system check byline.E008, for wrong values of the apps' settings. Without this check, a wrong value would make a
request fail later. `config/settings.py` checks this project's environment variables in the same way.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

import audit.conf
import edits.conf
from audit.proof import seal_keys
from audit.proof.seal_keys import NoSealKey
from audit.stream.addresses import NotAnAddress, address
from edits.features import Feature
from identity.roles import RoleName

PERSON = re.compile(r"[\w-]+:[0-9]+|[^@\s:A-Z]+@[^@\s:A-Z]+")
ACCOUNT = re.compile(r"[\w-]+:[0-9]+")
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?")
MOST = 10**9  # the most seconds, about 31 years; adding many more to a date would exceed the last possible date


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for the value of a setting. `what` completes the sentence "NAME must be …". If `is_secret` is true,
    messages don't show the setting's value.
    """

    what: str
    holds: Callable[[Any], bool]
    is_secret: bool = False


def number(least: float) -> Rule:
    return Rule(f"a number from {least:g} to {MOST}", lambda value: _is_number(value) and least <= value <= MOST)


def whole(least: int) -> Rule:
    return Rule(f"a whole number from {least}", lambda value: _is_number(value) and value == int(value) >= least)


def several(what: str, is_one: Callable[[Any], bool], *, is_secret: bool = False) -> Rule:
    return Rule(f"a list of {what}", lambda value: _is_list(value) and all(map(is_one, value)), is_secret)


def matching(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda one: isinstance(one, str) and pattern.fullmatch(one) is not None


def words(among: set[str]) -> Rule:
    names = f"{', '.join(sorted(among))}, at least one of them"
    return Rule(f"a list of {names}", lambda value: _is_list(value) and len(value) > 0 and among.issuperset(value))


PEOPLE = several("people, each as region:id or as an e-mail address in lower case", matching(PERSON))
FLAG = Rule("True or False", lambda value: isinstance(value, bool))
TEXT = Rule("text", lambda value: isinstance(value, str))
SECRET = Rule("text", lambda value: isinstance(value, str), is_secret=True)
FILE = Rule("the path of a file that exists, or empty", lambda value: value == "" or Path(value).is_file())
FUNCTION = Rule(
    "the dotted path of a function, or empty",
    lambda value: value == "" or (isinstance(value, str) and callable(import_string(value))),
)

RULES: Final[Mapping[str, Rule]] = {
    "ADMIN_CONTACT": TEXT,
    "APP_TOKEN_DAYS": whole(0),
    "APP_TOKEN_RATE_LIMIT": whole(1),
    "ASK_ANYONE": FLAG,
    "ASK_MAILS_PER_DAY": whole(0),
    "AUDIT_ACTOR": FUNCTION,
    "AUDIT_ANCHORS": words({"log", "file", "sheet"}),
    "AUDIT_ANCHOR_FILE": Rule("a path", lambda value: isinstance(value, str | Path)),
    "AUDIT_ANCHOR_PERSON": PEOPLE,
    "AUDIT_ANCHOR_SHEET": Rule("the id of a sheet, or empty", lambda value: value == "" or str(value).isdecimal()),
    "AUDIT_ANCHOR_SHEET_SECONDS": number(0),
    "AUDIT_CELL_HISTORY": FUNCTION,
    "AUDIT_READABLE_SHEETS": FUNCTION,
    "AUDIT_SEAL_KEY": SECRET,
    "AUDIT_SEAL_KEY_FILE": FILE,
    "AUDIT_SEAL_PUBLIC_KEYS": several("public keys", matching(re.compile(r"\S+")), is_secret=True),
    "AUDIT_SEAL_STALE": number(1),
    "AUDIT_SYMBOL": FUNCTION,
    "AUDIT_STREAM_CLEAR_TEXT": FLAG,
    "AUDIT_STREAM_SECRET": SECRET,
    "AUDIT_STREAM_TO": several("addresses: syslog://… or https://…", lambda one: _is_target(one), is_secret=True),
    "AUDIT_VERIFIED_FILE": Rule("a path", lambda value: isinstance(value, str | Path) and str(value) != ""),
    "BASE_URL": Rule(
        "an address such as https://byline.example.com, or empty", matching(re.compile(f"({ORIGIN.pattern})?"))
    ),
    "BYLINE_CONNECT": FLAG,
    "BYLINE_FEATURES": words({*Feature}),
    "CORS_ALLOWED_ORIGINS": several("origins, such as https://app.example.com", matching(ORIGIN)),
    "FORM_PROBLEM_MAILS": FLAG,
    "PASSWORD_RATE_LIMIT": whole(1),
    "PROFILE_REFRESH_AFTER": number(0),
    "ROLES": Rule(
        f"a dict from {', '.join(sorted(RoleName))} to people, each as region:id or as an e-mail address in lower case",
        lambda value: (
            isinstance(value, Mapping)
            and set(RoleName.values).issuperset(value)
            and all(PEOPLE.holds(people) for people in value.values())
        ),
    ),
    "SESSION_ABSOLUTE_SECONDS": number(1),
    "SESSION_IDLE_SECONDS": number(1),
    "SETTLE_AFTER": Rule(
        "a number of seconds, no less than SMARTSHEET_DEADLINE",
        lambda value: _is_number(value) and value >= edits.conf.settings.SMARTSHEET_DEADLINE,
    ),
    "SETTLE_PATIENCE": number(0),
    "SIGN_IN_ACCOUNTS": several("Smartsheet accounts, each as region:id", matching(ACCOUNT)),
    "SIGN_IN_DOMAINS": several("domains in lower case, such as example.com", matching(DOMAIN)),
    "SIGN_IN_PEOPLE": PEOPLE,
    "SIGN_IN_RATE_LIMIT": whole(2),
    "SMARTSHEET_CA_BUNDLE": FILE,
    "SMARTSHEET_DEADLINE": number(0.1),
    "SMARTSHEET_DEFAULT_REGION": TEXT,
    "SMARTSHEET_HISTORY_CALLS": whole(1),
    "SMARTSHEET_MAX_CALLS": whole(1),
    "SMARTSHEET_MAX_CALLS_PER_PERSON": whole(1),
    "SMARTSHEET_SCOPES": several("Smartsheet's scopes, such as READ_SHEETS", matching(re.compile("[A-Z_]+"))),
    "TOKEN_REFRESH_AHEAD": number(0),
    "TRUSTED_PROXIES": whole(0),
}


def setting_values(**_kwargs: Any) -> list[CheckMessage]:
    """Report byline.E008 if a setting has a value that can't be used, or if two settings contradict each other."""
    wrong = list(_wrong_values())
    return [Error(sentence, id="byline.E008") for sentence in wrong or _contradictions()]


def _wrong_values() -> Iterator[str]:
    for name, rule in RULES.items():
        value = _value(name)
        try:
            is_right = value is None or rule.holds(value)
        except (TypeError, ValueError, ImportError, OSError):
            is_right = False
        if not is_right:
            yield f"{name} must be {rule.what}{'.' if rule.is_secret else f', not {value!r}.'}"


def _contradictions() -> Iterator[str]:
    if "file" in _value("AUDIT_ANCHORS") and not _value("AUDIT_ANCHOR_FILE"):
        yield "AUDIT_ANCHORS includes “file”: set AUDIT_ANCHOR_FILE to the path of a file."
    if "sheet" in _value("AUDIT_ANCHORS") and not (
        _value("AUDIT_ANCHOR_SHEET") and len(_value("AUDIT_ANCHOR_PERSON")) == 1
    ):
        yield "AUDIT_ANCHORS includes “sheet”: set AUDIT_ANCHOR_SHEET (an id) and AUDIT_ANCHOR_PERSON (one person)."
    is_over_https = any(address(one).kind == "http" for one in _value("AUDIT_STREAM_TO"))
    if is_over_https and not _value("AUDIT_STREAM_SECRET"):
        yield "AUDIT_STREAM_TO has an https address: set AUDIT_STREAM_SECRET, which signs deliveries."
    try:
        seal_keys.public_keys()
    except NoSealKey as error:
        yield str(error)


def _value(name: str) -> Any:
    """Return the value of the setting. Return None if the setting's default depends on another setting that is missing
    or wrong. In this case, identity.E002 reports the other setting.
    """
    settings = audit.conf.settings if name in audit.conf.DEFAULTS else edits.conf.settings
    try:
        return getattr(settings, name)
    except (ArithmeticError, LookupError, TypeError, ValueError, StopIteration, ImproperlyConfigured):
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    """Whether the value is a list, tuple or set. A text isn't accepted, although Python can iterate over its
    characters.
    """
    return isinstance(value, list | tuple | set | frozenset)


def _is_target(one: Any) -> bool:
    try:
        return address(one).kind != "stdout"
    except (NotAnAddress, AttributeError):
        return False
