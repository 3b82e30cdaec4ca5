"""manage.py demo_form creates the form of the demo, if there is no form yet. `make run` calls it."""

from typing import Any

import requests
from django.core.management.base import BaseCommand, CommandError

from config import demo
from config.smartsheet import IS_DEMO


class Command(BaseCommand):
    help = "Create the form “Report progress on my tasks” in the demo, if the app has no form yet."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not IS_DEMO:
            raise CommandError("This command works only in the demo, with the sandbox as Smartsheet.")
        try:
            form = demo.create_form()
        except (demo.NoSheet, requests.RequestException) as error:
            self.stderr.write(f"The demo has no form: {error}")
            return
        if form:
            self.stdout.write(f"Created the form “{form.title}”.")
