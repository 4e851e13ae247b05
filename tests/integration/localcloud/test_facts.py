"""What the product takes for granted of the local cloud because AWS does it so."""

import json
import socket
import subprocess
import uuid
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from pytest_socket import SocketConnectBlockedError

from infra.localcloud.cloud import LocalCloud
from tests.integration.localcloud.conftest import invoke
from tests.integration.localcloud.http import request


def test_function_finds_its_layer(probe: dict[str, str]) -> None:
    assert invoke(probe["WorkFunction"], {"layer": True}) == (None, "from the layer")


def test_function_may_do_what_its_role_allows(probe: dict[str, str]) -> None:
    assert invoke(probe["WorkFunction"], {"get": probe["Table"]}) == (None, "done")


@pytest.mark.parametrize(("action", "table"), [("put", "Table"), ("get", "OtherTable")])
def test_function_may_not_do_what_its_role_does_not_allow(
    probe: dict[str, str], action: str, table: str
) -> None:
    error, answer = invoke(probe["WorkFunction"], {action: probe[table]})
    assert error == "Unhandled"
    assert "AccessDeniedException" in answer["errorMessage"]


def test_unknown_key_is_refused(cloud: LocalCloud) -> None:
    stranger = boto3.client(
        "dynamodb", aws_access_key_id="AKIAXXXXXXXXXXXXXXXX", aws_secret_access_key="guessed"
    )
    with pytest.raises(ClientError) as refusal:
        stranger.list_tables()
    assert refusal.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_secret_is_generated_into_its_template(probe: dict[str, str]) -> None:
    secrets = boto3.client("secretsmanager")
    text = secrets.get_secret_value(SecretId=probe["SecretArn"])["SecretString"]
    secret = json.loads(text)
    assert sorted(secret) == ["1", "current"]
    assert secret["current"] == "1"
    assert len(secret["1"]) == 64


def test_refused_condition_gives_the_item_that_refused_it(probe: dict[str, str]) -> None:
    dynamodb = boto3.client("dynamodb")
    item = {"pk": {"S": uuid.uuid4().hex}, "sk": {"S": "taken"}, "by": {"S": "first"}}
    dynamodb.put_item(TableName=probe["OtherTable"], Item=item)
    with pytest.raises(ClientError) as refusal:
        dynamodb.put_item(
            TableName=probe["OtherTable"],
            Item={**item, "by": {"S": "second"}},
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert refusal.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert refusal.value.response["Item"] == item


class TestUploads:
    PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)

    def offer(self, probe: dict[str, str], **expires: int) -> dict[str, Any]:
        s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
        offered: dict[str, Any] = s3.generate_presigned_post(
            probe["MediaBucket"],
            f"banners/{uuid.uuid4().hex}/${{filename}}",
            Fields={"Content-Type": "image/png"},
            Conditions=[
                ["content-length-range", 1, 1000],
                {"Content-Type": "image/png"},
                ["starts-with", "$key", "banners/"],
            ],
            ExpiresIn=expires.get("seconds", 60),
        )
        return offered

    def send(self, url: str, fields: dict[str, str], content: bytes) -> int:
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        head = "".join(parts) + (
            f"--{boundary}\r\nContent-Disposition: form-data; "
            'name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return request("POST", url, kind, body)[0]

    def test_upload_as_offered_is_taken(self, probe: dict[str, str]) -> None:
        offer = self.offer(probe)
        assert self.send(offer["url"], offer["fields"], self.PNG) == 204

    @pytest.mark.parametrize(
        ("changes", "size", "status"),
        [
            ({}, 1001, 400),
            ({}, 0, 400),
            ({"Content-Type": "text/html"}, 200, 403),
            ({"key": "elsewhere/a.png"}, 200, 403),
            ({"acl": "public-read"}, 200, 403),
            ({"x-amz-signature": "0" * 64}, 200, 403),
        ],
    )
    def test_upload_other_than_offered_is_refused(
        self, probe: dict[str, str], changes: dict[str, str], size: int, status: int
    ) -> None:
        offer = self.offer(probe)
        assert self.send(offer["url"], {**offer["fields"], **changes}, bytes(size)) == status

    def test_offer_that_expired_is_refused(self, probe: dict[str, str]) -> None:
        offer = self.offer(probe, seconds=-5)
        assert self.send(offer["url"], offer["fields"], self.PNG) == 403

    def test_media_cannot_be_read_past_the_distribution(
        self, cloud: LocalCloud, probe: dict[str, str]
    ) -> None:
        key = f"banners/{uuid.uuid4().hex}"
        boto3.client("s3").put_object(Bucket=probe["MediaBucket"], Key=key, Body=b"private")
        assert request("GET", f"{cloud.endpoint}/{probe['MediaBucket']}/{key}")[0] == 403


def test_tests_reach_this_machine_only() -> None:
    with pytest.raises(SocketConnectBlockedError), pytest.warns(UserWarning, match="192.0.2.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_cloud_answers_on_loopback_only(cloud: LocalCloud) -> None:
    table = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=True)
    listening = [line.split()[1] for line in table.stdout.splitlines() if " 0A " in line]
    assert [a for a in listening if a.endswith(f":{cloud.port:04X}")] == [
        f"0100007F:{cloud.port:04X}"
    ]
