"""What is watched: every function, both APIs, the queues of what was given up."""

import json
import re
from typing import Any

import pytest

from backend.checkin.kinds import ScanResult
from backend.shared.outcomes import metric_name
from tests.support.templates import FUNCTIONS, TEMPLATES, resources, texts

WORDS = {name.removesuffix("Function"): body for name, (_, body) in FUNCTIONS.items()}
TABLE = TEMPLATES["alarms"]["Mappings"]["Functions"]
LOOPS = {
    name.removeprefix("Fn::ForEach::"): body
    for name, body in TEMPLATES["alarms"]["Resources"].items()
    if name.startswith("Fn::ForEach::")
}
ALARMS = resources("alarms", "AWS::CloudWatch::Alarm")
EVERY_ALARM = ALARMS | {
    name: next(iter(body[2].values()))["Properties"] for name, body in LOOPS.items()
}


def timeout_of(word: str) -> int:
    stack, body = FUNCTIONS[f"{word}Function"]
    usual = TEMPLATES[stack]["Globals"]["Function"]["Timeout"]
    return int(body.get("Timeout", usual))


def test_every_function_stands_in_the_table_of_watched_ones_by_its_name():
    named = {word: {"Fn::Sub": "${Stage}-" + row["Name"]} for word, row in TABLE.items()}

    assert named == {word: body["FunctionName"] for word, body in WORDS.items()}


def test_every_function_is_watched_for_errors_and_for_calls_near_its_timeout():
    streams = {word for word in WORDS if word.endswith("Stream")}

    assert {name: set(body[1]) for name, body in LOOPS.items()} == {
        "Failing": set(WORDS),
        "Slow": set(WORDS),
        "Behind": streams,
    }


@pytest.mark.parametrize("word", TABLE)
def test_a_call_counts_as_slow_before_its_function_runs_out_of_time(word):
    share = TABLE[word]["SlowMs"] / 1000 / timeout_of(word)

    assert 0.75 <= share < 1


@pytest.mark.parametrize("name", EVERY_ALARM)
def test_alarm_writes_to_the_topic_says_what_is_wrong_and_bears_silence(name):
    alarm = EVERY_ALARM[name]

    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Topic"}]
    assert alarm["AlarmDescription"].endswith((".", "redriving.", "deploying.md."))
    silence = "breaching" if name == "SeatAuditMissing" else "notBreaching"
    assert alarm["TreatMissingData"] == silence
    assert next(iter(texts(alarm["AlarmName"]))).startswith("${Stage}-")


def test_what_the_stage_lives_by_is_watched():
    watched = {(alarm["Namespace"], alarm["MetricName"]) for alarm in EVERY_ALARM.values()}

    assert watched == {
        ("AWS/ApiGateway", "5XXError"),
        ("AWS/ApiGateway", "Latency"),
        ("AWS/Lambda", "ConcurrentExecutions"),
        ("AWS/Lambda", "Duration"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Invocations"),
        ("AWS/Lambda", "IteratorAge"),
        ("AWS/Lambda", "Throttles"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    }


def test_slowness_of_the_api_is_that_of_one_answer_in_twenty():
    assert ALARMS["ApiSlow"]["ExtendedStatistic"] == "p95"


def dimension(alarm: str, name: str) -> Any:
    return next(d["Value"] for d in ALARMS[alarm]["Dimensions"] if d["Name"] == name)


def test_queues_are_watched_by_the_names_their_templates_give():
    failed = {
        "ChangesGivenUp": resources("streams", "AWS::SQS::Queue")["FailedChanges"]["QueueName"],
        "JobsGivenUp": resources("jobs", "AWS::SQS::Queue")["FailedJobs"]["QueueName"],
    }

    assert {name: dimension(name, "QueueName") for name in failed} == failed


def test_api_is_watched_by_the_name_of_its_stack():
    name = resources("api", "AWS::Serverless::Api")["Api"]["Name"]

    assert name == {"Fn::Sub": "${AWS::StackName}"}
    assert {str(dimension(a, "ApiName")) for a in ("ApiFailing", "ApiSlow")} == {
        str({"Fn::Sub": "foyer-${Stage}-api"})
    }


def test_only_alarms_of_the_stage_may_write_to_the_topic():
    (statement,) = resources("alarms", "AWS::SNS::TopicPolicy")["TopicPolicy"]["PolicyDocument"][
        "Statement"
    ]

    assert (statement["Principal"], statement["Action"], statement["Resource"]) == (
        {"Service": "cloudwatch.amazonaws.com"},
        "sns:Publish",
        {"Ref": "Topic"},
    )
    assert statement["Condition"]["StringEquals"] == {
        "AWS:SourceAccount": {"Ref": "AWS::AccountId"}
    }
    assert list(texts(statement["Condition"]["ArnLike"])) == [
        "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:${Stage}-*"
    ]


def test_dashboard_is_json_of_the_stages_own_region():
    text = resources("alarms", "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"][
        "Fn::Sub"
    ]
    body = json.loads(re.sub(r"\$\{[^}]+\}", "x", text))

    assert text.count('"region": "${AWS::Region}"') == len(body["widgets"])
    places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
    assert len(set(places)) == len(places)


def test_address_of_the_dashboard_names_the_region():
    address = TEMPLATES["alarms"]["Outputs"]["DashboardURL"]["Value"]["Fn::Sub"]

    assert address == (
        "https://${AWS::Region}.console.aws.amazon.com/cloudwatch/home?region=${AWS::Region}"
        "#dashboards/dashboard/${Dashboard}"
    )


def test_dashboard_shows_every_result_at_the_door_and_every_outcome_of_registering():
    text = resources("alarms", "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"][
        "Fn::Sub"
    ]
    shown = set(re.findall(r'"((?:Admission|Registration)\w+)"', text))
    at_the_door = set(ScanResult) - {ScanResult.LEFT, ScanResult.NOT_IN}

    assert shown == (
        {metric_name("Admission", result) for result in at_the_door}
        | {"RegistrationConfirmed", "RegistrationWaitlisted", "RegistrationRepeated"}
        | {"AdmissionRefused", "RegistrationRefused"}
    )
