"""One stack of our own with every resource whose behaviour the product relies on."""

import io
import json
import time
import uuid
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.localcloud.cloud import LocalCloud

FOLDER = Path(__file__).parent
STACK = "localcloud-probe"


def zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def deploy_probe(parameters: dict[str, str]) -> dict[str, str]:
    """Create or update the probe's stack and give its outputs."""
    formation = boto3.client("cloudformation")
    arguments: dict[str, Any] = {
        "StackName": STACK,
        "TemplateBody": (FOLDER / "probe.yaml").read_text(),
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        "Capabilities": ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    known = {stack["StackName"] for stack in formation.describe_stacks()["Stacks"]}
    (formation.update_stack if STACK in known else formation.create_stack)(**arguments)
    while True:
        stack = formation.describe_stacks(StackName=STACK)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.05)
    assert stack["StackStatus"].split("_", 1)[1] == "COMPLETE", stack.get("StackStatusReason")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def redeploy_probe(**changed: str) -> dict[str, str]:
    """Update the stack with the parameters it has but for those named."""
    stack = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    given = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    return deploy_probe({**given, **changed})


def upload_code(bucket: str) -> dict[str, str]:
    """Put the probe's function and layer into a bucket; gives the stack's parameters."""
    s3 = boto3.client("s3")
    s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    code = (FOLDER / "probe_function.py").read_text()
    layer = {"python/probe_layer.py": "WORD = 'from the layer'\n"}
    s3.put_object(Bucket=bucket, Key="code.zip", Body=zipped({"probe_function.py": code}))
    s3.put_object(Bucket=bucket, Key="layer.zip", Body=zipped(layer))
    return {"CodeBucket": bucket}


@pytest.fixture(scope="session")
def probe(cloud: LocalCloud) -> dict[str, str]:
    return deploy_probe(upload_code(f"code-{uuid.uuid4().hex[:8]}"))


def invoke(function: str, event: object) -> tuple[str | None, Any]:
    """How a call of a function ended: its error, if any, and its answer."""
    answer = boto3.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


def drain(queue: str, count: int, seconds: float = 15) -> list[dict[str, Any]]:
    """The first ``count`` messages of a queue, or those that came in time."""
    sqs = boto3.client("sqs")
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < deadline:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found
