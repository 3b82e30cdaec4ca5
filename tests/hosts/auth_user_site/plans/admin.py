"""The admin page for plans, with their history."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from plans.models import Plan

admin.site.register(Plan, SimpleHistoryAdmin)
