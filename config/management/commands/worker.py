"""manage.py worker is this project's shorter name for `manage.py byline_worker`. See docs/operations.md."""

from byline.management.commands.byline_worker import Command

__all__ = ["Command"]
