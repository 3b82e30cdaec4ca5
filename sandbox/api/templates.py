"""Templates. https://developers.smartsheet.com/api/smartsheet/openapi/templates"""

from __future__ import annotations

from typing import Any

from sandbox.http.results import index_result
from sandbox.http.routing import Call, operation
from sandbox.model.template import TEMPLATES

Json = Any


@operation("templates-list", "GET", "/templates", scope="READ_SHEETS")
def list_own(call: Call) -> Json:
    """List the templates that people made. The sandbox has none."""
    return index_result(call, [])


@operation("templates-listPublic", "GET", "/templates/public", scope="READ_SHEETS")
def list_public(call: Call) -> Json:
    """List the templates that come with Smartsheet."""
    return index_result(call, [template.json(template_id) for template_id, template in TEMPLATES.items()])
