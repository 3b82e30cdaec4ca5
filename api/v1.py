"""Version 1 of the API, put together: its operations, its document, its page."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema

from api import edits, failures, people, problems, sheets
from api.encoding import JSON, Renderer, StrictParser
from api.operations import with_known_parameters_only
from api.problems import Kind, Problem

DESCRIPTION = """\
Read and change Smartsheet sheets in the name of a person. Each change is in the audit log, and in Smartsheet under the
person's own name.

Ids are texts. Times are in UTC, as in `2026-11-30T14:05:00+00:00`. Errors are `application/problem+json`
(RFC 9457) with a `type` that never changes its meaning."""


class Page(Swagger):
    """Swagger UI in this app's frame, from this app's own files."""

    template = "api/docs.html"


class Api(NinjaAPI):
    """Names the problems of each status in the document, where ninja knows one content type and no examples."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if kinds := [kind for kind in Kind if kind.status == int(status)]:
                        _document(response, kinds)
        return schema


def _document(response: dict[str, Any], kinds: list[Kind]) -> None:
    response["description"] = ", ".join(kind.slug for kind in kinds)
    content = response["content"].pop(JSON)
    examples = {kind.slug: {"value": problems.content(Problem(kind))} for kind in kinds}
    response["content"][problems.CONTENT_TYPE] = {**content, "examples": examples}


api = Api(
    title="Byline",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api:v1",
    docs=Page(),
    parser=StrictParser(),
    renderer=Renderer(),
)
failures.handle_on(api)
api.add_decorator(with_known_parameters_only, mode="view")
for router in (people.router, sheets.router, edits.router):
    api.add_router("", router)
