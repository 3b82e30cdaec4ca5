"""The app's configuration."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "tests.other_project.notes"
