"""The patch ``confirmed_addresses``: the code from the mail proves the address."""

import uuid

import boto3

from infra.localcloud.cloud import LocalCloud


def test_the_right_code_verifies_the_address(cloud: LocalCloud) -> None:
    cognito = boto3.client("cognito-idp")
    pool = cognito.create_user_pool(
        PoolName=uuid.uuid4().hex, UsernameAttributes=["email"], AutoVerifiedAttributes=["email"]
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]
    email = f"{uuid.uuid4().hex[:8]}@example.org"
    cognito.sign_up(
        ClientId=client["ClientId"],
        Username=email,
        Password="Correct-Horse-7",
        UserAttributes=[{"Name": "email", "Value": email}],
    )
    cognito.confirm_sign_up(ClientId=client["ClientId"], Username=email, ConfirmationCode="123456")
    user = cognito.admin_get_user(UserPoolId=pool, Username=email)
    facts = {part["Name"]: part["Value"] for part in user["UserAttributes"]}
    assert (user["UserStatus"], facts["email_verified"]) == ("CONFIRMED", "true")
