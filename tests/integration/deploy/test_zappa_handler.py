"""The portal as Lambda runs it: API Gateway's events through Zappa's own handler."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from infra import assets
from infra.deploy.portal import lay_out

HOST = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"
# Run in the package's folder: the settings as `zappa deploy` writes them, then each event.
PROGRAM = """
import json, sys
from contextlib import redirect_stdout
from zappa.cli import ZappaCLI

with redirect_stdout(sys.stderr):
    cli = ZappaCLI()
    cli.api_stage = "test"
    cli.load_settings("zappa_settings.json")
    with open("zappa_settings.py", "w") as file:
        file.write(cli.get_zappa_settings_string())
    from zappa.handler import LambdaHandler
    LambdaHandler()
    assert "portal.organiser.urls" in sys.modules, "The pages wait for the first request."
    answers = [LambdaHandler().handler(event, None) for event in json.load(sys.stdin)]
print(json.dumps(answers))
"""
Ask = Callable[..., list[dict[str, Any]]]


def gateway_event(method: str, path: str, body: str = "", **headers: str) -> dict[str, Any]:
    """What API Gateway (REST, Lambda proxy) sends; the stage leads only the context's path."""
    sent = {
        "Host": HOST,
        "X-Forwarded-For": "203.0.113.7, 130.176.0.1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
        "CloudFront-Viewer-Country": "DE",
        "User-Agent": "Mozilla/5.0",
    } | headers
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123",
            "resourcePath": "/{proxy+}",
            "httpMethod": method,
            "path": f"/test{path}",
            "stage": "test",
            "requestId": "11111111-2222-3333-4444-555555555555",
            "apiId": HOST.split(".", 1)[0],
            "protocol": "HTTP/1.1",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "Mozilla/5.0"},
        },
        "body": body or None,
        "isBase64Encoded": False,
    }


@pytest.fixture(scope="module")
def ask(stage: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """``ask(*events)``: what one cold portal answers to them, in order."""
    assets.build()
    static = tmp_path_factory.mktemp("static_build")
    (static / "icons.json").write_bytes((assets.BUILD / "icons.json").read_bytes())
    manifest = assets.BUILD / "staticfiles" / "staticfiles.json"
    (static / "staticfiles.json").write_bytes(manifest.read_bytes())
    folder = tmp_path_factory.mktemp("package") / "portal"
    settings = {"s3_bucket": "unused", "role_arn": "unused", "aws_region": "eu-central-1"}
    lay_out(folder, "test", settings, static)
    environment = os.environ | {
        "STATIC_BUCKET": stage["StaticBucket"],
        "STATIC_BASE_URL": "https://d1.cloudfront.net/static",
        "PORTAL_HOSTS": ".execute-api.eu-central-1.amazonaws.com",
        "PYTHONPATH": str(folder),
    }

    def run(*events: dict[str, Any]) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=folder,
            env=environment,
            input=json.dumps(events),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers

    return run


def test_page_through_zappas_handler_has_links_below_the_stage_and_static_files(ask: Ask):
    [answer] = ask(gateway_event("GET", "/signin"))

    assert answer["statusCode"] == 200
    assert 'href="/test/signup' in answer["body"]
    assert 'src="https://d1.cloudfront.net/static/js/app.' in answer["body"]


def test_form_posted_through_zappas_handler_is_refused_with_what_was_typed(ask: Ask):
    [page] = ask(gateway_event("GET", "/signin"))
    cookie = page["multiValueHeaders"]["Set-Cookie"][0]
    [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page["body"]))
    typed = {"csrfmiddlewaretoken": token, "email": "nobody@example.org", "password": "Wrong-123"}
    event = gateway_event(
        "POST",
        "/signin",
        urlencode(typed),
        Cookie=cookie.split(";")[0],
        Origin=f"https://{HOST}",
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )

    [answer] = ask(event)

    assert answer["statusCode"] == 400
    assert 'value="nobody@example.org"' in answer["body"]


def test_form_of_another_site_is_refused(ask: Ask):
    [answer] = ask(gateway_event("POST", "/signin", "email=x", Origin="https://evil.example"))

    assert answer["statusCode"] == 403
