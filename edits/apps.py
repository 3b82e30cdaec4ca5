"""How Django knows this app."""

from django.apps import AppConfig
from django.core.signals import request_finished, request_started
from django.db.models.signals import post_delete, post_migrate, post_save

import audit.conf

# Who reads the log, and what they can open in Smartsheet: the log itself knows neither people nor sheets.
AUDIT_WIRING = {
    "AUDIT_ACTOR": "edits.log_hooks.readable_sheets.reading_actor",
    "AUDIT_READABLE_SHEETS": "edits.log_hooks.readable_sheets.readable_sheets",
    "AUDIT_CELL_HISTORY": "edits.log_hooks.cell_histories.cell_history",
}


class EditsConfig(AppConfig):
    name = "edits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from edits.gateway import budget
        from edits.log_hooks import anchoring, events  # noqa: F401 # its import registers receivers, and needs models
        from edits.sheets import personal_columns  # needs models

        anchoring.register()
        audit.conf.DEFAULTS.update(AUDIT_WIRING)
        request_started.connect(budget.request_began)
        request_finished.connect(budget.request_ended)
        for changed in (post_save, post_delete):
            changed.connect(personal_columns.forget, sender=personal_columns.PersonalColumn)
        post_migrate.connect(personal_columns.forget, sender=self)
