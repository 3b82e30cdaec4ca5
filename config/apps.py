"""This project's own Django app. It has the admin site, the home page, and the users who have a password."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ProjectConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import demo, password_users  # noqa: F401 # they need models, and register pages and receivers


class ProjectAdminConfig(AdminConfig):
    default_site = "config.admin.ProjectAdminSite"
