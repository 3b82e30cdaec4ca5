"""What every template knows of the deployment."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def demo(_request: HttpRequest) -> dict[str, Any]:
    """`is_demo`: the sandbox stands in Smartsheet's place, and pages say so."""
    return {"is_demo": settings.SMARTSHEET_DEFAULT_REGION == "sandbox"}
