"""manage.py worker: this project's shorter name for `manage.py byline_worker`. docs/operations.md"""

from byline.management.commands.byline_worker import Command

__all__ = ["Command"]
