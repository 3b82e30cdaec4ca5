"""Where the audit log is streamed to by the worker, from the environment."""

from django.core.exceptions import ImproperlyConfigured

from audit.stream.addresses import NotAnAddress, address
from config.environment import env


def targets(variable: str, *, secret: str) -> list[str]:
    """Addresses, separated by commas: syslog, and HTTPS endpoints, which take the secret that deliveries are signed
    with."""
    found: list[str] = env.list(variable, default=[])
    for text in found:
        try:
            kind = address(text).kind
        except NotAnAddress as error:
            raise ImproperlyConfigured(f"{variable}: {error}") from None
        if kind == "stdout":
            raise ImproperlyConfigured(f"{variable}: manage.py audit_stream alone writes to standard output.")
        if kind == "http" and not secret:
            raise ImproperlyConfigured(
                f"{variable} names an endpoint: set AUDIT_STREAM_SECRET, which signs deliveries."
            )
    return found
