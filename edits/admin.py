"""The admin page on which administrators mark columns as personal."""

from django.contrib import admin

from edits.sheets.personal_columns import PersonalColumn
from identity.admin import AdminWithHistory


@admin.register(PersonalColumn)
class PersonalColumnAdmin(AdminWithHistory):
    """Marks and unmarks columns as personal. The log gets an entry for each mark that is set or removed. Entries that
    are already in the log stay as they are.
    """

    list_display = ["title", "region", "sheet_id", "column_id"]
    list_filter = ["region"]
    search_fields = ["title", "=sheet_id", "=column_id"]
