"""Which columns are personal, for administrators to say."""

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from edits.personal_columns import PersonalColumn


@admin.register(PersonalColumn)
class PersonalColumnAdmin(SimpleHistoryAdmin):  # type: ignore[misc] # django-simple-history ships no types
    """Naming one, or naming it no more, is in the log; what is in the log already stays as it is."""

    list_display = ["title", "region", "sheet_id", "column_id"]
    list_filter = ["region"]
    search_fields = ["title", "=sheet_id", "=column_id"]

    def save_model(self, _request: HttpRequest, obj: Model, _form: object, _change: bool) -> None:
        """Row and history together, by the person that identity.history knows."""
        with transaction.atomic():
            obj.save()
