"""This project's own app: its admin site, and its users with a password."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ProjectConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import demo, password_users  # noqa: F401 # they register the admin and receivers, and need models


class ProjectAdminConfig(AdminConfig):
    default_site = "config.admin.ProjectAdminSite"
