#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from audit.closed_pipe import discard_output

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # a sentence of the settings: a traceback would bury it
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(f"The database cannot be used: {error}")
    except BrokenPipeError:
        sys.exit(1)
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:  # the reader, such as `head`, has read enough
            discard_output()
