"""Variables for all templates of this project."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from identity.roles import USE_ADMIN

logger = logging.getLogger(__name__)

DESIGN_FORMS = "edits.design_forms"


def demo(_request: HttpRequest) -> dict[str, Any]:
    """Return `is_demo`, which is True if the sandbox is used in place of Smartsheet."""
    return {"is_demo": settings.SMARTSHEET_DEFAULT_REGION == "sandbox"}


def rights(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """Return `can_use_admin` and `can_design_forms`, which say which links the navigation has. If the database doesn't
    answer, both are False. So the page that says whether a save succeeded can still be shown.
    """

    def may(permission: str) -> bool:
        try:
            return request.user.has_perm(permission)
        except DatabaseError as error:
            logger.warning("The rights of a person couldn't be looked up: %s", type(error).__name__)
            return False

    return {"can_use_admin": partial(may, USE_ADMIN), "can_design_forms": partial(may, DESIGN_FORMS)}
