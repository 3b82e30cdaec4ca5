"""Settings of people and their tokens, each with its default: docs/settings.md."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

# TOKEN_KEYS (Fernet keys) and SMARTSHEET_REGIONS (a dict by name, as identity.regions.Region takes it) have no default.
DEFAULTS: Final[dict[str, Any]] = {
    "SMARTSHEET_DEFAULT_REGION": lambda settings: next(iter(settings.SMARTSHEET_REGIONS)),
    "SMARTSHEET_DEADLINE": 15.0,  # seconds that a request waits for Smartsheet at most
    "SMARTSHEET_MAX_CALLS": 16,  # in progress in one process; below the number of its threads
    "SMARTSHEET_MAX_CALLS_PER_PERSON": 5,  # of these
    "SMARTSHEET_CA_BUNDLE": "",  # the path of a file; "" for the system's certificates
    "TOKEN_REFRESH_AHEAD": 3600.0,  # seconds before a token expires
    "PROFILE_REFRESH_AFTER": 24 * 3600.0,  # seconds until a profile is read again
    "SESSION_IDLE_SECONDS": 3600.0,  # without a request
    "SESSION_ABSOLUTE_SECONDS": 12 * 3600.0,  # since the sign-in
    "SIGN_IN_ACCOUNTS": frozenset(),  # with the two below: who can sign in; all three empty: everyone
    "SIGN_IN_DOMAINS": frozenset(),
    "SIGN_IN_PEOPLE": frozenset(),
    "SIGN_IN_RATE_LIMIT": 120,  # requests per minute and address; a sign-in takes two
    "PASSWORD_RATE_LIMIT": 10,  # the same, for passwords on the admin's sign-in page
    "APP_TOKEN_DAYS": 365,  # how long an app token can last; 0: nobody can make any
    "APP_TOKEN_RATE_LIMIT": 300,  # calls of the API per minute and app token
    "BYLINE_CONNECT": True,  # whether users who are logged in can connect their Smartsheet account
    "ADMIN_CONTACT": "",  # an e-mail address, or words
    "ROLES": {},  # people by role
    "CORS_ALLOWED_ORIGINS": (),  # other origins whose pages can read /identity/me
}


class AppSettings:
    """The project's settings, with an app's defaults for those that the project doesn't set.

    A default that is a function is called with these settings. Raises ImproperlyConfigured for a setting that the
    project doesn't set and that has no default.
    """

    def __init__(self, defaults: Mapping[str, Any]) -> None:
        self._defaults = defaults

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(django_settings, name)
        except AttributeError:
            if name not in self._defaults:
                raise ImproperlyConfigured(f"The setting {name} is missing: see docs/settings.md.") from None
        default = self._defaults[name]
        return default(self) if callable(default) else default


settings = AppSettings(DEFAULTS)
