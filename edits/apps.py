"""How Django knows this app."""

from django.apps import AppConfig


class EditsConfig(AppConfig):
    name = "edits"
