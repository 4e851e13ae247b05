"""Deploying, changing, refusing and deleting stages, on the local cloud."""

import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.deploy import STACKS, DeployError, Target, delete_stage, deploy_stage, stack_outputs
from infra.deploy.packaging import ROOT
from infra.deploy.stacks import Stack
from infra.deploy.stage import deployment_bucket, stack_name
from infra.localcloud.cloud import LocalCloud

# Clients read these names; they may not change.
CONTRACT = {
    "auth": {"UserPoolId", "UserPoolClientId", "UserPoolArn", "UserPool", "UserPoolClient",
             "UserPoolAdminGroupName", "CognitoLoginURL", "CognitoAuthCommand"},
    "tables": {"UsersTable", "IdempotencyTable", "StageSecretArn", "TicketKeysArn"},
    "edge": {"MediaBucket", "MediaBaseUrl", "StaticBucket", "StaticBaseUrl"},
    "jobs": {"JobsQueueUrl", "FilesBucket"},
    "alarms": {"AlarmsTopic", "DashboardURL"},
    "api": {"APIEndpoint", "AuthApiEndpoint", "AlarmsTopic", "DashboardURL"},
    "streams": {"FailedChangesQueue"},
    "portal": {"PortalRoleArn"},
}  # fmt: skip
ORIGIN = "http://127.0.0.1:8000"


def call(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], Any]:
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        answer: Any = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        text = answer.read()
        return answer.status, dict(answer.headers), json.loads(text) if text else None


@pytest.fixture(scope="module")
def whole(cloud: LocalCloud) -> dict[str, dict[str, str]]:
    return deploy_stage("whole")


def test_stage_deploys_every_stack_with_the_outputs_clients_read(whole):
    assert tuple(whole) == STACKS
    missing = {name: keys - whole[name].keys() for name, keys in CONTRACT.items()}
    assert {name: keys for name, keys in missing.items() if keys} == {}
    assert stack_outputs("whole") == whole


def test_addresses_are_the_local_clouds_own_and_end_without_a_slash(whole, cloud):
    api, label = whole["api"], whole["edge"]["DistributionDomain"].split(".")[0]

    assert api["APIEndpoint"] == f"{cloud.endpoint}/_aws/execute-api/{api['ApiId']}/whole"
    assert whole["edge"]["MediaBaseUrl"] == (f"http://{label}.cloudfront.localhost:{cloud.port}")


def test_second_deployment_changes_nothing(cloud: LocalCloud):
    first, lines = deploy_stage("whole"), list[str]()

    assert deploy_stage("whole", report=lines.append) == first
    assert [line.split()[:2] for line in lines] == [[name, "unchanged"] for name in STACKS]


def test_deployed_health_answers_without_a_token(whole):
    status, _, body = call(f"{whole['api']['APIEndpoint']}/health")

    assert (status, body["ok"], body["service"]) == (200, True, "foyer")


def test_preflight_of_a_listed_origin_names_it_and_a_strangers_does_not(whole):
    url = f"{whole['api']['APIEndpoint']}/events/e/registrations/me"

    status, known, _ = call(url, "OPTIONS", Origin=ORIGIN)
    _, stranger, _ = call(url, "OPTIONS", Origin="https://evil.example")

    assert (status, known["Access-Control-Allow-Origin"]) == (204, ORIGIN)
    assert "Access-Control-Allow-Origin" not in stranger


def test_protected_route_without_a_token_is_refused_by_the_gateway(whole):
    status, headers, body = call(f"{whole['api']['APIEndpoint']}/me/events", Origin=ORIGIN)

    assert (status, body) == (401, {"error": "Sign in first.", "code": "unauthorized"})
    assert headers["Access-Control-Allow-Origin"] == ORIGIN


def test_unknown_route_is_not_found(whole):
    status, _, body = call(f"{whole['api']['APIEndpoint']}/nothing")

    assert (status, body) == (404, {"error": "There is no such route.", "code": "not_found"})


def test_generated_secrets_have_the_shapes_the_backend_reads(whole):
    client = boto3.client("secretsmanager")
    arns = whole["tables"]["StageSecretArn"], whole["tables"]["TicketKeysArn"]
    stage, tickets = (
        json.loads(client.get_secret_value(SecretId=arn)["SecretString"]) for arn in arns
    )

    assert (stage.keys(), len(stage["hmac"])) == ({"hmac"}, 64)
    assert (tickets.keys(), tickets["current"], len(tickets["1"])) == ({"current", "1"}, "1", 64)


def as_role(stack: str, logical_id: str, outputs: dict[str, dict[str, str]]) -> boto3.Session:
    """A session with a function's own rights; its trust is opened to this account first."""
    role = next(
        resource["PhysicalResourceId"]
        for resource in Stack(Target.from_environment(), stack_name("whole", stack)).resources()
        if resource["LogicalResourceId"] == logical_id
    )
    account = outputs["auth"]["UserPoolArn"].split(":")[4]
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    iam = boto3.client("iam")
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(document))
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    keys = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


WRITES = {  # role → tables it may put a new item into
    ("api", "HealthRole"): set(),
    ("api", "RegisterRole"): {"Users", "Profiles"},
    ("api", "PublicEventsRole"): set(),
    ("api", "EventsRole"): {"Events", "SeatBlocks", "Team", "Idempotency"},
    ("api", "RegistrationsRole"): {"Registrations", "SeatBlocks"},
    ("api", "ScansRole"): {"Scans"},
    ("streams", "NotificationsStreamRole"): {"Notifications"},  # an SMS beside the mail
}


def may_put(session: boto3.Session, table: str) -> bool:
    """Whether the session's rights let it put an item; any other refusal is a mistake here."""
    schema = boto3.client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
    item = {key["AttributeName"]: {"S": "probe"} for key in schema}
    try:
        session.client("dynamodb").put_item(TableName=table, Item=item)
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] == "AccessDeniedException":
            return False
        raise
    return True


@pytest.mark.parametrize("role", WRITES, ids=lambda role: role[1])
def test_function_may_write_to_its_own_tables_only(whole, role):
    table_names = {key.removesuffix("Table"): value for key, value in whole["tables"].items()
                   if key.endswith("Table")}  # fmt: skip
    session = as_role(*role, whole)

    written = {table for table, name in table_names.items() if may_put(session, name)}
    assert written == WRITES[role]


def test_portals_role_is_assumed_by_the_local_portal_and_signs_banners_only(whole):
    role = whole["portal"]["PortalRoleArn"]
    keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    s3, bucket = session.client("s3"), whole["edge"]["MediaBucket"]

    s3.put_object(Bucket=bucket, Key="uploads/e/1.png", Body=b"x")
    s3.copy_object(
        Bucket=bucket,
        Key="banners/e/1.png",
        CopySource={"Bucket": bucket, "Key": "uploads/e/1.png"},
    )
    s3.delete_object(Bucket=bucket, Key="banners/e/1.png")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=bucket, Key="elsewhere.png", Body=b"x")


def test_auth_deploys_alone_and_can_confirm_at_once(cloud: LocalCloud):
    outputs = deploy_stage("alone", only=["auth"], parameters={"AutoConfirm": "true"})
    client = outputs["auth"]["UserPoolClientId"]
    cognito = boto3.client("cognito-idp")

    cognito.sign_up(ClientId=client, Username="ada@example.org", Password="Longer12",
                    UserAttributes=[{"Name": "email", "Value": "ada@example.org"}])  # fmt: skip
    tokens = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ada@example.org", "PASSWORD": "Longer12"},
    )["AuthenticationResult"]

    assert {name for name, found in outputs.items() if found} == {"auth"}
    assert tokens.keys() >= {"IdToken", "AccessToken", "RefreshToken"}


@pytest.mark.parametrize("password", ["Short12", "nouppercase1", "NOLOWERCASE1", "NoDigitsHere"])
def test_pool_refuses_weak_passwords(whole, password):
    client = whole["auth"]["UserPoolClientId"]

    with pytest.raises(ClientError, match="InvalidPassword"):
        boto3.client("cognito-idp").sign_up(
            ClientId=client, Username="bo@example.org", Password=password
        )


def test_pool_takes_an_address_as_user_name_and_names_the_user_by_its_sub(whole):
    pool = whole["auth"]["UserPoolId"]

    user = boto3.client("cognito-idp").admin_create_user(
        UserPoolId=pool,
        Username="cy@example.org",
        UserAttributes=[{"Name": "name", "Value": "Cy"}],
    )["User"]
    attributes = {entry["Name"]: entry["Value"] for entry in user["Attributes"]}

    assert (user["Username"], attributes["name"]) == (attributes["sub"], "Cy")


def test_failing_resource_is_named_with_its_reason_and_mended_by_the_next_run(cloud: LocalCloud):
    cloudfront, name = boto3.client("cloudfront"), "foyer-mended-edge-security-headers"
    taken = cloudfront.create_function(
        Name=name,
        FunctionConfig={"Comment": "in the way", "Runtime": "cloudfront-js-2.0"},
        FunctionCode=b"function handler(event) { return event.request; }",
    )

    with pytest.raises(DeployError) as refusal:
        deploy_stage("mended", only=["edge"])

    assert str(refusal.value).splitlines() == [
        "foyer-mended-edge is ROLLBACK_COMPLETE.",
        f"  SecurityHeaders (AWS::CloudFront::Function): AWS::CloudFront::Function: {name} already exists",
    ]
    cloudfront.delete_function(Name=name, IfMatch=taken["ETag"])
    assert deploy_stage("mended", only=["edge"])["edge"].keys() >= CONTRACT["edge"]


def test_stack_without_what_it_needs_says_what_is_missing(cloud: LocalCloud):
    with pytest.raises(DeployError, match=r"foyer-lonely-streams needs .*DependencyLayerArn"):
        deploy_stage("lonely", only=["streams"])


def test_unknown_stack_is_refused(cloud: LocalCloud):
    with pytest.raises(DeployError, match="No such stack: garden"):
        deploy_stage("whole", only=["garden"])


def test_deleting_a_stage_leaves_nothing_even_of_full_buckets(cloud: LocalCloud):
    outputs = deploy_stage("brief")
    s3 = boto3.client("s3")
    s3.put_object(Bucket=outputs["edge"]["MediaBucket"], Key="banners/a.png", Body=b"x")
    lines: list[str] = []

    delete_stage("brief", report=lines.append)

    assert [line.split()[:2] for line in lines] == [[n, "deleted"] for n in reversed(STACKS)]
    assert stack_outputs("brief") == {name: {} for name in STACKS}
    buckets = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    gone = {outputs["edge"]["MediaBucket"], deployment_bucket("brief", Target.from_environment())}
    assert buckets & gone == set()


def run(*arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.deploy", *arguments]
    return subprocess.run(
        command, cwd=ROOT, input=answer, capture_output=True, text=True, check=False
    )


def test_command_prints_progress_summary_and_outputs(whole):
    done = run("--stage", "whole")

    assert (done.returncode, done.stderr) == (0, "")
    words = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert words >= {*STACKS, "Stage", "stacks", "resources", "functions", "layers", "APIEndpoint"}


def test_command_asks_before_it_deletes(whole):
    done = run("--stage", "whole", "--delete", answer="n\n")

    assert done.returncode == 1
    assert done.stdout.endswith("Nothing deleted.\n")
    assert all(stack_outputs("whole").values())


def test_command_names_the_reason_and_fails(cloud: LocalCloud):
    done = run("--stage", "lonely", "--only", "streams")

    assert done.returncode == 1
    assert done.stderr.startswith("foyer-lonely-streams needs ")


def test_command_without_an_account_says_so(tmp_path: Path):
    shutil.copy(ROOT / "infra" / "stages.toml", tmp_path)
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = subprocess.run(
        [sys.executable, "-m", "infra.deploy", "--stage", "production"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (1, "Unable to locate credentials\n")
