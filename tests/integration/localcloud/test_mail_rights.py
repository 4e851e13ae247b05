"""The patch ``mail_rights``: who may send from one address sends from that one."""

import json
import uuid

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.localcloud.cloud import LocalCloud


@pytest.mark.usefixtures("cloud")
def test_the_right_to_send_is_that_of_the_sender(cloud: LocalCloud):
    own, other = (f"{uuid.uuid4().hex}@example.test" for _ in range(2))
    for address in (own, other):
        boto3.client("sesv2").create_email_identity(EmailIdentity=address)
    account = boto3.client("sts").get_caller_identity()["Account"]
    right = {
        "Effect": "Allow",
        "Action": "ses:SendEmail",
        "Resource": f"arn:aws:ses:eu-central-1:{account}:identity/{own}",
    }
    iam, name = boto3.client("iam"), f"sender-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [right]})
    iam.put_user_policy(UserName=name, PolicyName="sends", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    sender = boto3.client(
        "sesv2",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        endpoint_url=cloud.endpoint,
    )

    def send(address: str) -> None:
        sender.send_email(
            FromEmailAddress=f"Foyer <{address}>",
            Destination={"ToAddresses": ["ada@example.org"]},
            Content={"Raw": {"Data": b"Subject: Hello\r\n\r\nHello\r\n"}},
        )

    send(own)
    with pytest.raises(ClientError) as refusal:
        send(other)
    assert refusal.value.response["Error"]["Code"] == "AccessDeniedException"
