"""The admin page for members."""

from django.contrib import admin

from members.models import Member


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    list_display = ["email", "called", "is_active"]
    search_fields = ["email", "called"]
    fields = ["email", "called", "is_active", "is_staff"]
