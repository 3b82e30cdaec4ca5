"""manage.py byline_doctor reports what a site still needs, and tests the connection to Smartsheet."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from byline.doctor import examine
from byline.findings import Kind


class Command(BaseCommand):
    help = "Says what this site still needs, and tests the connection to Smartsheet. Exits with 1 if something fails."
    requires_system_checks: list[str] = []  # examine() runs the checks and reports their messages

    def handle(self, *_args: Any, **_options: Any) -> None:
        styles = {Kind.OK: self.style.SUCCESS, Kind.NOTE: self.style.WARNING, Kind.TO_DO: self.style.ERROR}
        count = 0
        for finding in examine():
            count += finding.kind is Kind.TO_DO
            self.stdout.write(f"{styles[finding.kind](f'{finding.kind:6}')} {finding.what}")
            if finding.advice:
                self.stdout.write(f"       {finding.advice}")
        if count:
            self.stdout.write(f"\n{count} to do.")
            sys.exit(1)
        self.stdout.write("\nNothing is missing.")
