"""How Django knows this app."""

from django.apps import AppConfig


class EditsConfig(AppConfig):
    name = "edits"

    def ready(self) -> None:
        from edits import anchoring  # models are not loaded before this

        anchoring.register()
