"""The settings of identity with their defaults. docs/settings.md documents them."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

# TOKEN_KEYS (a list of Fernet keys) and SMARTSHEET_REGIONS have no default. SMARTSHEET_REGIONS is a dict. Its keys are
# region names. Each value has `client_id` and `client_secret`, and can have other fields of identity.regions.Region.
DEFAULTS: Final[dict[str, Any]] = {
    "SMARTSHEET_DEFAULT_REGION": lambda settings: next(iter(settings.SMARTSHEET_REGIONS)),
    "SMARTSHEET_SCOPES": ("READ_SHEETS", "WRITE_SHEETS"),  # for regions that don't set their own
    "SMARTSHEET_DEADLINE": 15.0,  # the most seconds that a request waits for Smartsheet
    "SMARTSHEET_MAX_CALLS": 16,  # the most calls in progress in one process; must be less than its number of threads
    "SMARTSHEET_MAX_CALLS_PER_PERSON": 5,  # the most calls in progress for one person
    "SMARTSHEET_CA_BUNDLE": "",  # the path of a file; "" for the system's certificates
    "TOKEN_REFRESH_AHEAD": 3600.0,  # a token is refreshed this many seconds before it expires
    "PROFILE_REFRESH_AFTER": 24 * 3600.0,  # a profile is read again after this many seconds
    "SESSION_IDLE_SECONDS": 3600.0,  # a session ends after this many seconds without a request
    "SESSION_ABSOLUTE_SECONDS": 12 * 3600.0,  # a session ends this many seconds after the sign-in
    "SIGN_IN_ACCOUNTS": frozenset(),  # these three lists say who can sign in; if all are empty, everyone can
    "SIGN_IN_DOMAINS": frozenset(),
    "SIGN_IN_PEOPLE": frozenset(),
    "SIGN_IN_RATE_LIMIT": 120,  # requests per minute and address; one sign-in takes two
    "PASSWORD_RATE_LIMIT": 10,  # passwords per minute and address, on the admin's sign-in page
    "APP_TOKEN_DAYS": 365,  # the most days that an app token can last; with 0, no one can create one
    "APP_TOKEN_RATE_LIMIT": 300,  # calls of the API per minute and app token
    "BYLINE_CONNECT": True,  # whether users who are logged in can connect their Smartsheet account
    "ADMIN_CONTACT": "",  # an e-mail address, or text
    "ROLES": {},  # for each role, the people who have it
    "CORS_ALLOWED_ORIGINS": (),  # other origins whose pages can read /identity/me
}


class AppSettings:
    """The project's settings. A setting that the project doesn't set has the app's default.

    If the default is a function, the function is called with this object. Reading a setting without a value and without
    a default raises ImproperlyConfigured.
    """

    def __init__(self, defaults: Mapping[str, Any]) -> None:
        self._defaults = defaults

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(django_settings, name)
        except AttributeError:
            if name not in self._defaults:
                raise ImproperlyConfigured(
                    f"The setting {name} is missing. Byline's documentation of the settings explains it."
                ) from None
        default = self._defaults[name]
        return default(self) if callable(default) else default


settings = AppSettings(DEFAULTS)
