"""What must be right before the app starts."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from identity.fields import cipher


@register(Tags.security)
def token_keys(**_kwargs: Any) -> list[CheckMessage]:
    """identity.E001: TOKEN_KEYS cannot be used."""
    try:
        cipher()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="identity.E001")]
    return []
