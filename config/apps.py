"""This project's own part: its admin site, and users with a password."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ProjectConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import password_users  # noqa: F401 # its import registers the admin and receivers, and needs models


class ProjectAdminConfig(AdminConfig):
    default_site = "config.admin.ProjectAdminSite"
