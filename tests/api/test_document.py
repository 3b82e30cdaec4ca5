"""Valid and invalid random requests to each operation get only answers that the OpenAPI document describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.v1 import api
from identity.apptokens.models import AppToken
from identity.models import SmartsheetUser
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

EXAMPLES = 8  # the requests per operation; half of them are valid
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    (method.upper(), path) for path, operations in api.get_openapi_schema()["paths"].items() for method in operations
]


@pytest.fixture
def token(db: None, sign_in: Any, bob: Person, plan: SitePlan, settings: Any) -> Iterator[str]:
    """A token with all scopes. Requests through WSGI would close the database connection, and so end the test's
    transaction. The fixture prevents that.
    """
    settings.APP_TOKEN_RATE_LIMIT = 10_000
    sign_in(Client(), bob)
    person = SmartsheetUser.objects.get()
    text = AppToken.objects.make(person=person, name="random", scopes=["read", "edit", "log"], days=7)[1]
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield text
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[" ".join(one) for one in OPERATIONS])
def test_an_operation_answers_as_documented(method: str, path: str, token: str, plan: SitePlan) -> None:
    schema: Any = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = get_wsgi_application()
    operation = schema[path][method]
    # The WSGI client doesn't decompress answers.
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    ids = st.sampled_from([plan.id, *plan.rows.values(), *plan.columns.values()]).map(str)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        is_right = data.draw(st.booleans())
        mode = schemathesis.GenerationMode.POSITIVE if is_right else schemathesis.GenerationMode.NEGATIVE
        try:
            case = data.draw(operation.as_strategy(generation_mode=mode))
        except Exception as nothing:  # an operation without parameters has no invalid requests
            if "negative" in str(nothing).lower() or "Unsatisfiable" in type(nothing).__name__:
                return
            raise
        if is_right and "sheet_id" in case.path_parameters:
            case.path_parameters["sheet_id"] = str(plan.id)
        if "row_id" in case.path_parameters and data.draw(st.booleans()):
            case.path_parameters["row_id"] = data.draw(ids)
        case.call_and_validate(base_url="http://127.0.0.1:8000", headers=headers, checks=CHECKS)

    ask()


def test_each_operation_with_a_body_says_how_the_body_can_be_refused() -> None:
    operations = [one for path in api.get_openapi_schema()["paths"].values() for one in path.values()]
    with_body = {one["operationId"]: one["responses"] for one in operations if "requestBody" in one}
    assert with_body.keys() == {"compareRows", "saveEdits"}
    for name, responses in with_body.items():
        assert {400, 411, 413} <= responses.keys(), name
