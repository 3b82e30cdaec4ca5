"""The Django app of edits."""

from django.apps import AppConfig
from django.core.signals import request_finished, request_started
from django.db.models.signals import post_delete, post_migrate, post_save

import audit.conf
import edits.conf
import identity.conf
from edits.features import scopes_of

# The log calls these functions to find out who is reading it and which sheets they can open, and to draw symbols.
AUDIT_WIRING = {
    "AUDIT_ACTOR": "edits.log_hooks.readable_sheets.reading_actor",
    "AUDIT_READABLE_SHEETS": "edits.log_hooks.readable_sheets.readable_sheets",
    "AUDIT_CELL_HISTORY": "edits.log_hooks.cell_histories.cell_history",
    "AUDIT_SYMBOL": "edits.widgets.symbols.beside_word",
}


class EditsConfig(AppConfig):
    name = "edits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit.retention.erasure import erasing
        from edits.forms import form_drafts  # this module needs models
        from edits.forms.asking import erasing as requests
        from edits.forms.asking import known_people
        from edits.gateway import budget
        from edits.log_hooks import anchoring, events  # noqa: F401 # its import registers receivers, and needs models
        from edits.sheets import personal_columns  # this module needs models
        from identity.models import SmartsheetUser

        anchoring.register()
        erasing.connect(requests.blank)
        erasing.connect(form_drafts.erase)
        post_save.connect(known_people.recognise, sender=SmartsheetUser)
        audit.conf.DEFAULTS.update(AUDIT_WIRING)
        identity.conf.DEFAULTS["SMARTSHEET_SCOPES"] = lambda _: scopes_of(edits.conf.settings.BYLINE_FEATURES)
        request_started.connect(budget.request_began)
        request_finished.connect(budget.request_ended)
        for changed in (post_save, post_delete):
            changed.connect(personal_columns.forget, sender=personal_columns.PersonalColumn)
        post_migrate.connect(personal_columns.forget, sender=self)
