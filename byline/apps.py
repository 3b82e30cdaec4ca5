"""The Django app `byline`. It connects Byline's other apps with a site, and has no pages."""

from importlib.util import find_spec
from pathlib import Path
from traceback import walk_stack

from django.apps import AppConfig
from django.core.checks import register
from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility

PACKAGES = ("audit", "identity", "edits")
HERE = Path(__file__).resolve().parent.parent


def require_own_packages() -> None:
    """Raise ImproperlyConfigured if the site has a package with the same name as one of Byline's packages.

    Without this check, Django would load the site's package, and Byline's code would fail with an ImportError before
    any system check runs.

    While a command of manage.py starts, SystemExit is raised instead. The command then prints the message and ends,
    without a traceback.
    """
    for name in PACKAGES:
        spec = find_spec(name)
        place = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if place != HERE / name:
            message = (
                f"byline.E001: Python finds the package “{name}” in {place or 'no place'} instead of Byline's package"
                f" in {HERE / name}. Rename the site's package: Python can't import two packages with the same name."
            )
            if _is_starting_a_command():
                raise SystemExit(message)
            raise ImproperlyConfigured(message)


def _is_starting_a_command() -> bool:
    """Whether manage.py or django-admin is loading the apps before it runs a command."""
    return any(frame.f_code is ManagementUtility.execute.__code__ for frame, _ in walk_stack(None))


require_own_packages()


class BylineConfig(AppConfig):
    name = "byline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from byline import setting_checks, site_checks  # these modules need models

        for check in (setting_checks.setting_values, *site_checks.ALL):
            register(check)
        register(site_checks.session_engine, deploy=True)
