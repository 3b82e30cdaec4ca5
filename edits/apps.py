"""How Django knows this app."""

from django.apps import AppConfig
from django.core.signals import request_finished, request_started
from django.db.models.signals import post_delete, post_migrate, post_save


class EditsConfig(AppConfig):
    name = "edits"

    def ready(self) -> None:
        from edits.gateway import budget
        from edits.log_hooks import anchoring, events  # noqa: F401 # its import registers receivers, and needs models
        from edits.sheets import personal_columns  # needs models

        anchoring.register()
        request_started.connect(budget.request_began)
        request_finished.connect(budget.request_ended)
        for changed in (post_save, post_delete):
            changed.connect(personal_columns.forget, sender=personal_columns.PersonalColumn)
        post_migrate.connect(personal_columns.forget, sender=self)
