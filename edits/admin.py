"""Which columns are personal, for administrators to say."""

from django.contrib import admin

from edits.sheets.personal_columns import PersonalColumn
from identity.admin import AdminWithHistory


@admin.register(PersonalColumn)
class PersonalColumnAdmin(AdminWithHistory):
    """Naming one, or naming it no more, is in the log; what is in the log already stays as it is."""

    list_display = ["title", "region", "sheet_id", "column_id"]
    list_filter = ["region"]
    search_fields = ["title", "=sheet_id", "=column_id"]
