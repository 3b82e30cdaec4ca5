"""manage.py of the other project: `python -m tests.other_project.manage migrate`."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.other_project.settings")
execute_from_command_line(sys.argv)
