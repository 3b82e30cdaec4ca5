"""Defines version 1 of the API: the operations, the OpenAPI document, and the page that shows this document."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from api import edits, failures, log, people, problems, sheets
from api.callers import AppTokenAuth, naming_the_person
from api.encoding import JSON, Renderer, StrictParser
from api.operations import well_formed_only
from api.problems import Kind, Problem

DESCRIPTION = """\
Read and change Smartsheet sheets in the name of a person. Each change is in the audit log, and in Smartsheet under the
person's own name.

Ids are texts. Times are in UTC, as in `2026-11-30T14:05:00+00:00`. Errors are `application/problem+json`
(RFC 9457) with a `type` that never changes its meaning."""


class Page(Swagger):
    """Shows Swagger UI in this app's page frame. Swagger UI's files come from this app too."""

    template = "api/docs.html"


class Document(OpenAPISchema):
    """Ninja's OpenAPI document, with two additions: the scopes of tokens, and the problems of each status. Ninja can't
    describe the problems, because it allows only one content type.
    """

    def responses(self, operation: Operation) -> dict[int, dict[str, Any]]:
        found = super().responses(operation)
        for status, response in found.items():
            if kinds := [kind for kind in Kind if kind.status == status]:
                response["description"] = ", ".join(kind.slug for kind in kinds)
                examples = {kind.slug: {"value": problems.content(Problem(kind))} for kind in kinds}
                content = response["content"].pop(JSON)
                response["content"][problems.CONTENT_TYPE] = {**content, "examples": examples}
        return found

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        ways = super().operation_security(operation) or []
        for way in ways:
            scopes = [auth.scope for auth in operation.auth_callbacks if isinstance(auth, AppTokenAuth) and auth.scope]
            way.update({AppTokenAuth.__name__: scopes} if AppTokenAuth.__name__ in way else {})
        return ways


class Api(NinjaAPI):
    """The API. Its OpenAPI document is a `Document`."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        return Document(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)


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
api.add_decorator(well_formed_only, mode="view")
api.add_decorator(naming_the_person, mode="view")
for router in (people.router, sheets.router, edits.router, log.router):
    api.add_router("", router)
