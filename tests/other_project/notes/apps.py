"""How Django knows this app."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "tests.other_project.notes"
