"""The identity app: signing in with Smartsheet, connecting a Smartsheet account, profiles, and tokens."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "identity"
    verbose_name = "people and roles"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing these modules registers their checks and receivers.
        from identity import (
            checks,  # noqa: F401 # its checks
            regions,
        )
        from identity.apptokens import endings  # noqa: F401 # its receivers
        from identity.profiles import history  # noqa: F401 # its receivers
        from identity.sessions import browsers  # noqa: F401 # its receivers
        from identity.tokens import owners  # noqa: F401 # its receivers

        regions.allow_loopback()
