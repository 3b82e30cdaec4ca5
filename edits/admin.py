"""Administrators mark columns as personal here."""

from django.contrib import admin

from edits.sheets.personal_columns import PersonalColumn
from identity.admin import AdminWithHistory


@admin.register(PersonalColumn)
class PersonalColumnAdmin(AdminWithHistory):
    """Marking and unmarking columns is logged. Older entries stay as they are."""

    list_display = ["title", "region", "sheet_id", "column_id"]
    list_filter = ["region"]
    search_fields = ["title", "=sheet_id", "=column_id"]
