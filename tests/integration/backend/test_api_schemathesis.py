"""The published OpenAPI file against the handlers: what it promises is what they do.

Schemathesis makes the requests from the file alone, good and bad ones, and judges each answer
by it: the status, the type and the shape are stated there, and what the file forbids is refused.
"""

import json
import os
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.support.wsgi import TOKEN, HandlersApp

FILE = Path("openapi.json")
SCHEMA = schemathesis.openapi.from_wsgi("/openapi.json", HandlersApp(FILE))
REQUESTS = [
    pytest.param(method.upper(), path, mode, id=f"{operation['operationId']}-{mode.value}")
    for path, methods in json.loads(FILE.read_text())["paths"].items()
    for method, operation in methods.items()
    for mode in GenerationMode
    # Where nothing is sent nothing can be wrong.
    if mode.is_positive or operation["parameters"] or "requestBody" in operation
]
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
]
EFFORT = settings(
    max_examples=25 if os.environ.get("CI") == "true" else 8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(("method", "path", "mode"), REQUESTS)
def test_answers_are_what_the_file_says(tables, method, path, mode):
    operation = SCHEMA[path][method]

    @EFFORT
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        case.call_and_validate(headers={"Authorization": TOKEN}, checks=CHECKS)

    ask()
