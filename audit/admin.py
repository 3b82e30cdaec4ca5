"""The log in Django's admin. It is read-only, and shows a limited number of entries."""

from functools import cached_property
from typing import cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.models import Entry

MOST = 10_000  # the most entries that the admin counts and pages through, because more would be slow


class CappedPaginator(Paginator):  # type: ignore[type-arg] # only the stubs accept an argument
    """Counts entries, and stops at MOST."""

    @cached_property
    def count(self) -> int:
        return cast("QuerySet[Entry]", self.object_list)[:MOST].count()


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # as above
    """A read-only list of entries."""

    list_display = (
        "id",
        "at",
        "phase",
        "actor_name",
        "action",
        "sheet_name",
        "row_label",
        "column_title",
        "old",
        "new",
    )
    ordering = ("-id",)
    sortable_by = ()
    paginator = CappedPaginator
    show_full_result_count = False

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Entry | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Entry | None = None) -> bool:
        return False
