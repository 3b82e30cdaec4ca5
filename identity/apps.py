"""Signing in with Smartsheet: who somebody is, and their token."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "identity"
    verbose_name = "people and roles"

    def ready(self) -> None:
        from identity import checks  # noqa: F401 # importing them registers checks and receivers
        from identity.apptokens import endings  # noqa: F401 # importing them registers checks and receivers
        from identity.profiles import history  # noqa: F401 # importing them registers checks and receivers
        from identity.sessions import browsers  # noqa: F401 # importing them registers checks and receivers
