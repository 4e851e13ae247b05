"""The alarms and the dashboard of a stage, as the local cloud makes them of the template."""

import json

import boto3

from infra.deploy import deploy_stage
from infra.deploy.stacks import Stack
from infra.deploy.stage import stack_name
from infra.deploy.target import Target
from infra.localcloud.cloud import LocalCloud
from tests.support.templates import FUNCTIONS


def test_alarms_are_made_for_every_function_and_write_to_the_stages_topic(cloud: LocalCloud):
    found = deploy_stage("watched", only=["alarms"], parameters={"AlarmMail": "ops@example.test"})
    topic = found["alarms"]["AlarmsTopic"]

    cloudwatch = boto3.client("cloudwatch")
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="watched-")
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    names = {alarm["AlarmName"] for alarm in alarms}
    functions = {body["FunctionName"]["Fn::Sub"] for _, body in FUNCTIONS.values()}
    watched = {name.replace("${Stage}", "watched") for name in functions}
    assert names >= {f"{name}-{word}" for name in watched for word in ("failing", "slow")}
    assert {action for alarm in alarms for action in alarm["AlarmActions"]} == {topic}
    assert {alarm["AlarmName"]: alarm["Threshold"] for alarm in alarms}["watched-jobs-slow"] == (
        280000
    )
    (subscription,) = boto3.client("sns").list_subscriptions_by_topic(TopicArn=topic)[
        "Subscriptions"
    ]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.test")

    widgets = json.loads(cloudwatch.get_dashboard(DashboardName="foyer-watched")["DashboardBody"])
    assert {widget["properties"]["region"] for widget in widgets["widgets"]} == {"eu-central-1"}
    assert found["alarms"]["DashboardURL"] == (
        "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1"
        "#dashboards/dashboard/foyer-watched"
    )


def test_alarms_deployed_again_are_unchanged_and_can_be_deleted(cloud: LocalCloud):
    lines: list[str] = []
    for _ in range(2):
        deploy_stage("watchless", only=["alarms"], report=lines.append)
    stack = Stack(Target.from_environment(), stack_name("watchless", "alarms"))
    stack.delete()

    assert [line.split()[1] for line in lines] == ["deployed", "unchanged"]
    assert stack.describe() is None
