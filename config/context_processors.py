"""What every template of this project can use."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from identity.roles import USE_ADMIN

logger = logging.getLogger(__name__)


def demo(_request: HttpRequest) -> dict[str, Any]:
    """`is_demo`: the sandbox is in use in place of Smartsheet, and pages say so."""
    return {"is_demo": settings.SMARTSHEET_DEFAULT_REGION == "sandbox"}


def administration(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """`can_use_admin`: whether the navigation has a link to the admin. Without the database it has none: a page that
    says what happened to a save must not fail for a link."""

    def can_use_admin() -> bool:
        try:
            return request.user.has_perm(USE_ADMIN)
        except DatabaseError as error:
            logger.warning("It is not known who can use the admin: %s", type(error).__name__)
            return False

    return {"can_use_admin": can_use_admin}
