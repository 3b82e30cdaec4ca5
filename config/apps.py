"""The project's own part: an admin for Smartsheet's people, and the log of what happens to them."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ProjectConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Importing them connects what the one hears, and puts the other in place of Django's own."""
        from config import password_users  # noqa: F401 # models are not loaded before this
        from edits.log_hooks import events  # noqa: F401 # models are not loaded before this


class ProjectAdminConfig(AdminConfig):
    default_site = "config.admin.ProjectAdminSite"
