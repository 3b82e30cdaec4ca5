"""The audit app: what was done, by whom, with what outcome."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "audit log"

    def ready(self) -> None:
        from audit import checks, contention, personal, triggers, triggers_sqlite  # models are not loaded before this

        connection_created.connect(triggers_sqlite.register, dispatch_uid="audit.triggers_sqlite")
        connection_created.connect(contention.register, dispatch_uid="audit.contention")
        post_migrate.connect(triggers.reinstall, sender=self, dispatch_uid="audit.triggers")
        post_migrate.connect(personal.forget, sender=self, dispatch_uid="audit.personal")
        register(checks.append_only, Tags.database)
