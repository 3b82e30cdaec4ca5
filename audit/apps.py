"""The audit app. Its log records who did what, and with what outcome."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from simple_history.signals import post_create_historical_record, pre_create_historical_record


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "audit log"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit import (  # these modules need models
            checks,
            commitments,
            directory,
            own_records,
            project_checks,
        )
        from audit.database import contention, triggers, triggers_sqlite  # need models
        from audit.proof import seals  # this module needs models

        pre_create_historical_record.connect(own_records.take_what_is_stored, dispatch_uid="audit.own_records")
        post_create_historical_record.connect(own_records.note_record, dispatch_uid="audit.own_records")
        connection_created.connect(triggers_sqlite.register, dispatch_uid="audit.triggers_sqlite")
        connection_created.connect(contention.register, dispatch_uid="audit.contention")
        post_migrate.connect(triggers.reinstall, sender=self, dispatch_uid="audit.triggers")
        post_migrate.connect(commitments.forget, sender=self, dispatch_uid="audit.commitments")
        post_migrate.connect(directory.forget, sender=self, dispatch_uid="audit.directory")
        post_migrate.connect(seals.forget, sender=self, dispatch_uid="audit.seals")
        register(checks.append_only, Tags.database)
        register(checks.confined, Tags.database)
        register(project_checks.recordable)
