"""What the local cloud cannot try: throttling, access logs, tracing, caching, as the templates say it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.templates import FUNCTIONS, TEMPLATES, resources, single, texts

API = resources("api", "AWS::Serverless::Api")["Api"]
CLASSES = TEMPLATES["api"]["Mappings"]["Throttling"]
SETTINGS = {(one["HttpMethod"], one["ResourcePath"]): one for one in API["MethodSettings"]}
EVENT = ("GET", "/events/{eventId}")
PATHS = json.loads(Path("openapi.json").read_text())["paths"]


def class_of(setting: dict[str, Any]) -> tuple[str, str]:
    """The classes that a method's rate and burst come from."""
    rate = setting["ThrottlingRateLimit"]["Fn::FindInMap"]
    burst = setting["ThrottlingBurstLimit"]["Fn::FindInMap"]
    assert (rate[0], rate[2], burst[0], burst[2]) == ("Throttling", "Rate", "Throttling", "Burst")
    return rate[1], burst[1]


@pytest.mark.parametrize("route", SETTINGS, ids=" ".join)
def test_throttle_of_a_route_is_a_class_of_the_one_table(route):
    rate, burst = class_of(SETTINGS[route])

    assert rate == burst
    assert rate in CLASSES


def test_every_class_of_the_table_is_used_and_lets_bursts_through():
    used = {class_of(setting)[0] for setting in SETTINGS.values()}

    assert used == set(CLASSES)
    assert all(limits["Burst"] >= limits["Rate"] for limits in CLASSES.values())


def test_access_logs_are_kept_thirty_days():
    logs = resources("api", "AWS::Logs::LogGroup")["AccessLogs"]

    assert logs["RetentionInDays"] == 30
    assert API["AccessLogSetting"]["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}


def test_access_log_names_the_route_and_nobody():
    told = set(json.loads(API["AccessLogSetting"]["Format"]).values())

    assert told == {
        "$context.requestId",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.error.responseType",
        "$context.xrayTraceId",
    }


@pytest.mark.parametrize("stack", ["api", "streams"])
def test_tracing_and_log_level_are_settings_of_the_stage(stack):
    function = TEMPLATES[stack]["Globals"]["Function"]
    parameters = TEMPLATES[stack]["Parameters"]

    assert function["Tracing"] == {"Ref": "Tracing"}
    assert function["Environment"]["Variables"]["LOG_LEVEL"] == {"Ref": "LogLevel"}
    assert (parameters["Tracing"]["Default"], parameters["LogLevel"]["Default"]) == (
        "PassThrough",
        "INFO",
    )


def test_gateway_traces_when_the_functions_do():
    assert API["TracingEnabled"] == {"Fn::If": ["TracesRequests", True, False]}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_logs_of_a_function_are_kept_as_long_as_the_stage_says(name):
    stack, _ = FUNCTIONS[name]
    logs = resources(stack, "AWS::Logs::LogGroup")[f"{name.removesuffix('Function')}Logs"]

    assert logs["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("stack", ["api", "streams"])
def test_cache_is_off_unless_the_stage_says_for_how_long(stack):
    template = TEMPLATES[stack]

    assert template["Parameters"]["EventCacheSeconds"]["Default"] == 0
    assert template["Conditions"]["CachesEvents"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "EventCacheSeconds"}, 0]}]
    }


def test_one_event_is_kept_and_nothing_else():
    kept = {route for route, setting in SETTINGS.items() if setting.get("CachingEnabled")}

    assert API["CacheClusterEnabled"] == {"Fn::If": ["CachesEvents", True, False]}
    assert kept == {EVENT}
    assert SETTINGS["*", "/*"]["CachingEnabled"] is False
    assert SETTINGS[EVENT]["CachingEnabled"] == {"Fn::If": ["CachesEvents", True, False]}
    assert SETTINGS[EVENT]["CacheTtlInSeconds"] == {"Ref": "EventCacheSeconds"}
    assert SETTINGS[EVENT]["CacheDataEncrypted"] is True


def test_what_is_kept_is_told_apart_by_event_and_by_the_page_that_asks():
    routes = FUNCTIONS["PublicEventsFunction"][1]["Events"].values()
    (properties,) = [
        one["Properties"]
        for one in routes
        if (one["Properties"]["Method"], one["Properties"]["Path"]) == EVENT
    ]

    assert properties["Auth"] == {"Authorizer": "NONE"}
    assert properties["RequestParameters"] == [
        {"method.request.path.eventId": {"Required": True, "Caching": True}},
        {"method.request.header.Origin": {"Required": False, "Caching": True}},
    ]


def test_answer_that_is_kept_depends_on_no_parameter_that_the_gateway_would_not_tell_apart():
    (asked,) = PATHS[EVENT[1]]["get"]["parameters"]

    assert (asked["in"], asked["name"]) == ("path", "eventId")


def test_gateway_has_no_parameter_to_miss_and_leaves_bodies_to_who_names_the_field():
    asked = [one for ways in PATHS.values() for way in ways.values() for one in way["parameters"]]
    events = [
        one for _, function in FUNCTIONS.values() for one in function.get("Events", {}).values()
    ]

    assert {one["in"] for one in asked if one["required"]} == {"path"}
    assert [one for one in events if "RequestModel" in one["Properties"]] == []


def test_only_who_follows_events_may_empty_the_cache_and_only_where_there_is_one():
    policy = TEMPLATES["streams"]["Resources"]["EventCachePolicy"]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    named = [
        name
        for stack in TEMPLATES
        for name, body in single(stack).items()
        if any("apigateway:" in text for text in texts(body.get("Properties", {})))
    ]

    assert (policy["Condition"], policy["Properties"]["Roles"]) == (
        "CachesEvents",
        [{"Ref": "EventsStreamRole"}],
    )
    assert statement["Action"] == ["apigateway:DELETE"]
    assert list(texts(statement["Resource"])) == [
        "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${ApiId}/stages/${Stage}/cache/data"
    ]
    assert named == ["EventCachePolicy"]


def test_what_a_token_may_do_with_users_is_kept_for_a_minute_and_devices_are_asked_each_time():
    guards = API["Auth"]["Authorizers"]
    kept = {name: guard["Identity"]["ReauthorizeEvery"] for name, guard in guards.items()}
    seconds = TEMPLATES["api"]["Parameters"]["UserPolicySeconds"]

    assert kept == {"Accounts": 0, "Devices": 0, "Users": {"Ref": "UserPolicySeconds"}}
    assert (seconds["Default"], seconds["MaxValue"]) == (60, 3600)
