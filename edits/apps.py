"""Changing sheets as the person who is signed in."""

from django.apps import AppConfig


class EditsConfig(AppConfig):
    name = "edits"
