"""manage.py audit_grants: limit the rights of the app's role on PostgreSQL. docs/audit-log.md"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from audit.database.grants import NotAnAppsRole, statements


class Command(BaseCommand):
    help = "Prints the SQL that gives the app's role the rights it needs, but no right to change the log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--role", required=True, help="the role that the app connects as; not the owner of the tables"
        )
        parser.add_argument("--execute", action="store_true", help="run the SQL; only the owner of the tables can")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            sql = statements(connection, options["role"])
        except NotAnAppsRole as error:
            raise CommandError(str(error)) from None
        if not options["execute"]:
            self.stdout.writelines(f"{statement};" for statement in sql)
            return
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in sql:
                cursor.execute(statement)
        self.stdout.write(f"{options['role']} may do what the app needs. Run this again after each migrate.")
