"""A program written for an older system: it knows the name of one stack, and nothing else.

What it needs it reads from that stack's outputs; it makes its people in the user pool, with
passwords of Secrets Manager, and reaches into the users' table itself.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import boto3

from infra.deploy.stage import stack_name
from tests.support.api import Answered, Api

STACK = stack_name("test", "api")


@dataclass(frozen=True)
class Caller:
    """Somebody with an account; ``token`` is sent as it stands."""

    user_id: str
    email: str
    token: str


@dataclass
class Suite:
    """What such a program starts with."""

    outputs: dict[str, str]
    api: Api
    table: Any
    cognito: Any

    def make(self, *, administrator: bool = False) -> Caller:
        email = f"{uuid.uuid4().hex}@example.com"
        password = boto3.client("secretsmanager").get_random_password(
            ExcludeCharacters="\"`'\\=", PasswordLength=16, RequireEachIncludedType=True
        )["RandomPassword"]
        made = self.cognito.admin_create_user(
            UserPoolId=self.outputs["UserPool"],
            Username=email,
            UserAttributes=[{"Name": "name", "Value": "Robin Regular"}],
            MessageAction="SUPPRESS",
        )["User"]
        attributes = {pair["Name"]: pair["Value"] for pair in made["Attributes"]}
        assert made["Username"] == attributes["sub"]
        self.cognito.admin_set_user_password(
            UserPoolId=self.outputs["UserPool"], Username=email, Password=password, Permanent=True
        )
        if administrator:
            self.cognito.admin_add_user_to_group(
                UserPoolId=self.outputs["UserPool"],
                Username=email,
                GroupName=self.outputs["UserPoolAdminGroupName"],
            )
        signed_in = self.cognito.initiate_auth(
            ClientId=self.outputs["UserPoolClient"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )["AuthenticationResult"]
        return Caller(made["Username"], email, signed_in["IdToken"])

    def call(
        self, method: str, path: str, body: Any = None, *, by: Caller | None = None, **how: Any
    ) -> Answered:
        return self.api.call(method, path, body, token=by.token if by else "", **how)


def start() -> Suite:
    """What the stack says of itself."""
    described = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}
    table = boto3.resource("dynamodb").Table(outputs["UsersTable"])
    return Suite(outputs, Api(outputs["APIEndpoint"]), table, boto3.client("cognito-idp"))
