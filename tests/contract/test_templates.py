"""What the templates say, held against the code that they deploy and against house rules."""

import importlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from backend.shared.http import ApiRouter
from infra.deploy.packaging import ROOT
from infra.deploy.stage import SETTINGS, STACKS
from tests.support.templates import FUNCTIONS, TEMPLATES, resources, texts

# Lambda sets the region, and the local cloud its own address; on AWS there is none.
SET_BY_OTHERS = {"AWS_REGION", "AWS_ENDPOINT_URL"}
PUBLIC_ROUTES = {
    ("GET", "/health"),
    ("POST", "/register"),
    ("POST", "/confirm"),
    ("POST", "/resend-code"),
    ("POST", "/login"),
    ("POST", "/refresh"),
    ("POST", "/logout"),
    ("POST", "/forgot-password"),
    ("POST", "/reset-password"),
    ("GET", "/events"),
    ("GET", "/events/{eventId}"),
    ("GET", "/events/{eventId}/sessions"),
    ("GET", "/get-events"),
}


API_FUNCTIONS = [name for name, (stack, _) in FUNCTIONS.items() if stack == "api"]


def routes(properties: dict[str, Any]) -> dict[tuple[str, str], bool]:
    """(method, path) → whether anyone may call, of one function."""
    events = [event["Properties"] for event in properties.get("Events", {}).values()]
    return {
        (event["Method"], event["Path"]): event.get("Auth") == {"Authorizer": "NONE"}
        for event in events
        if "Path" in event
    }


ROUTES = {route: public for _, body in FUNCTIONS.values() for route, public in routes(body).items()}


def test_templates_pass_cfn_lint():
    files = sorted(str(path) for path in (ROOT / "infra").glob("*.yaml"))
    lint = Path(sys.executable).parent / "cfn-lint"

    done = subprocess.run([lint, *files], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("stack", STACKS)
def test_every_parameter_is_a_setting_or_comes_from_an_earlier_stack(stack):
    earlier = STACKS[: STACKS.index(stack)]
    handed_on = {key for name in earlier for key in TEMPLATES[name].get("Outputs", {})}
    settings = tomllib.loads(SETTINGS.read_text())

    for stage in settings.keys() - {"every"}:
        known = {"Stage"} | handed_on | settings["every"].keys() | settings[stage].keys()
        wanted = TEMPLATES[stack].get("Parameters", {}).items()
        assert [key for key, rules in wanted if "Default" not in rules and key not in known] == []


def test_every_stage_setting_is_a_parameter_of_a_template():
    parameters = {key for template in TEMPLATES.values() for key in template.get("Parameters", {})}
    sections = tomllib.loads(SETTINGS.read_text()).values()

    assert {key for section in sections for key in section} - parameters == set()


def origin_of(stack: str, value: Any) -> str:
    """Where an output comes from, past the stacks that were given it and only hand it on."""
    parameters = TEMPLATES[stack].get("Parameters", {})
    if isinstance(value, dict) and value.get("Ref") in parameters:
        for earlier in STACKS[: STACKS.index(stack)]:
            if found := TEMPLATES[earlier].get("Outputs", {}).get(value["Ref"]):
                return origin_of(earlier, found["Value"])
    return f"{stack}: {json.dumps(value)}"


def test_no_two_stacks_give_different_things_one_name():
    origins: dict[str, set[str]] = {}
    for stack in STACKS:
        for name, output in TEMPLATES[stack].get("Outputs", {}).items():
            origins.setdefault(name, set()).add(origin_of(stack, output["Value"]))

    assert {name: found for name, found in origins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_handler_role_and_log_share_a_name(name):
    stack, body = FUNCTIONS[name]
    word = name.removesuffix("Function")
    module = re.sub(r"(?<!^)([A-Z])", r"_\1", word).lower()
    log_group = resources(stack, "AWS::Logs::LogGroup")[f"{word}Logs"]["LogGroupName"]

    assert body["CodeUri"] == f"../backend/handlers/{module}.py"
    assert body["Handler"] == f"{module}.handler"
    assert body["Role"] == {"Fn::GetAtt": [f"{word}Role", "Arn"]}
    assert body["FunctionName"] == {"Fn::Sub": "${Stage}-" + module.replace("_", "-")}
    assert log_group == {"Fn::Sub": "/aws/lambda/${Stage}-" + module.replace("_", "-")}


@pytest.mark.parametrize("name", API_FUNCTIONS)
def test_routes_of_a_function_are_those_its_handler_states(name):
    body = FUNCTIONS[name][1]
    module = body["Handler"].removesuffix(".handler")
    served = vars(importlib.import_module(f"backend.handlers.{module}")).values()
    routers = [value for value in served if isinstance(value, ApiRouter)]
    stated = {(op.method, op.path): op.public for router in routers for op in router.operations}
    deployed = {route: public for route, public in routes(body).items() if route[0] != "OPTIONS"}

    assert deployed == stated


def test_only_the_known_routes_are_public():
    public = {route for route, free in ROUTES.items() if free and route[0] != "OPTIONS"}

    assert public == PUBLIC_ROUTES


def test_every_path_answers_preflights_without_a_token():
    preflights = {path for (method, path), free in ROUTES.items() if method == "OPTIONS" and free}

    assert preflights == {path for _, path in ROUTES}


def test_throttling_settings_name_existing_routes():
    settings = resources("api", "AWS::Serverless::Api")["Api"]["MethodSettings"]
    named = [(setting["HttpMethod"], setting["ResourcePath"]) for setting in settings]
    changing = {route for route in ROUTES if route[0] in {"POST", "PUT", "DELETE"}}

    assert len(set(named)) == len(named)
    # Reads share one class; one of them may be kept besides.
    assert set(named) == changing | {("*", "/*"), ("GET", "/events/{eventId}")}


def test_gateway_refusals_carry_cors_headers_and_the_shape_of_errors():
    answers = resources("api", "AWS::Serverless::Api")["Api"]["GatewayResponses"]

    assert answers.keys() >= {"DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "THROTTLED"}
    for answer in answers.values():
        headers = answer["ResponseParameters"]["Headers"]
        text = answer["ResponseTemplates"]["application/json"]
        body = json.loads(text.replace("$context.error.messageString", '"words"'))
        assert headers.keys() == {"Access-Control-Allow-Origin", "Vary"}
        assert body.keys() == {"error", "code"}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("UNAUTHORIZED", (401, "unauthorized")),
        ("EXPIRED_TOKEN", (401, "unauthorized")),
        ("ACCESS_DENIED", (403, "forbidden")),
        ("MISSING_AUTHENTICATION_TOKEN", (404, "not_found")),
        ("REQUEST_TOO_LARGE", (413, "too_large")),
        ("UNSUPPORTED_MEDIA_TYPE", (415, "unsupported_media_type")),
        ("THROTTLED", (429, "too_many_requests")),
        # What else there is of 4xx and 5xx, with the status of its own.
        ("DEFAULT_4XX", (None, "bad_request")),
        ("DEFAULT_5XX", (None, "internal_error")),
    ],
)
def test_gateway_refuses_with_the_status_and_code_of_our_own(kind, said):
    answers = resources("api", "AWS::Serverless::Api")["Api"]["GatewayResponses"]
    text = answers[kind]["ResponseTemplates"]["application/json"]
    body = json.loads(text.replace("$context.error.messageString", '"words"'))

    assert (answers[kind].get("StatusCode"), body["code"]) == said


@pytest.mark.parametrize(
    ("stack", "later"),
    # The topic is made after the API; only its own stream and the portal talk to it. The API
    # sends nothing itself.
    [
        ("api", {"STAFF_TOPIC_ARN", "MAIL_EVENTS", "MAILS_PER_SECOND", "SMS_PER_SECOND"}),
        ("streams", set()),
    ],
)
def test_functions_get_every_setting_that_the_backend_reads(stack, later):
    source = (ROOT / "backend" / "shared" / "config.py").read_text()
    read = set(re.findall(r'env\("([A-Z_]+)"', source)) - SET_BY_OTHERS
    given = TEMPLATES[stack]["Globals"]["Function"]["Environment"]["Variables"]

    assert read - given.keys() == later


def test_stream_mappings_lose_nothing():
    mappings = [
        event["Properties"]
        for _, body in FUNCTIONS.values()
        for event in body.get("Events", {}).values()
        if event["Type"] == "DynamoDB"
    ]
    tables = resources("tables", "AWS::DynamoDB::Table").items()
    streaming = [name.removesuffix("Table") for name, t in tables if "StreamSpecification" in t]

    assert {mapping["Stream"]["Ref"] for mapping in mappings} == {
        f"{n}StreamArn" for n in streaming
    }
    for mapping in mappings:
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["BisectBatchOnFunctionError"] is True
        assert (mapping["MaximumRetryAttempts"], mapping["MaximumRecordAgeInSeconds"]) == (5, 86400)
        assert mapping["DestinationConfig"]["OnFailure"]["Type"] == "SQS"


def test_registrations_are_followed_one_batch_at_a_time():
    """More at once keep the order of each item only, and counters skip what comes too late."""
    mapping = FUNCTIONS["RegistrationsStreamFunction"][1]["Events"]["Stream"]["Properties"]
    assert mapping["ParallelizationFactor"] == 1


def test_media_is_reached_through_cloudfront_by_https_only():
    buckets = resources("edge", "AWS::S3::Bucket").values()
    config = resources("edge", "AWS::CloudFront::Distribution")["Distribution"][
        "DistributionConfig"
    ]
    behaviours = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]

    assert {flag for b in buckets for flag in b["PublicAccessBlockConfiguration"].values()} == {
        True
    }
    assert {b["ViewerProtocolPolicy"] for b in behaviours} == {"redirect-to-https"}
    assert [b["AllowedMethods"] for b in behaviours] == [["GET", "HEAD"]] * 3
    assert all("OriginAccessControlId" in origin for origin in config["Origins"])


def test_uploads_are_served_to_nobody_and_deleted_after_a_day():
    policy = resources("edge", "AWS::S3::BucketPolicy")["MediaBucketPolicy"]["PolicyDocument"]
    rules = resources("edge", "AWS::S3::Bucket")["MediaBucket"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}

    assert [list(texts(s["Resource"])) for s in policy["Statement"]] == [
        ["${MediaBucket.Arn}/banners/*"]
    ]
    assert days == {"uploads/": 1}


@pytest.mark.parametrize("provider", ["GoogleProvider", "OidcProvider"])
def test_people_from_outside_bring_whether_their_address_is_verified(provider):
    properties = TEMPLATES["auth"]["Resources"][provider]["Properties"]

    assert properties["AttributeMapping"] == {
        "email": "email",
        "email_verified": "email_verified",
        "name": "name",
    }
