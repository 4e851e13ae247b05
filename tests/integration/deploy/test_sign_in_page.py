"""The client and the domain that a stage with a hosted sign-in page gets."""

import boto3
import pytest

from infra.deploy import deploy_stage
from infra.localcloud.cloud import LocalCloud

PAGE = {
    "LoginDomainPrefix": "foyer-trial",
    "CallbackUrls": "https://app.example.test/signed-in,https://other.example.test/signed-in",
    "LogoutUrls": "https://app.example.test/",
}


@pytest.mark.parametrize(("switch", "flows"), [("false", {"code"}), ("true", {"code", "implicit"})])
def test_stage_with_a_domain_has_a_page_for_its_own_addresses(cloud: LocalCloud, switch, flows):
    outputs = deploy_stage("paged", only=["auth"], parameters=PAGE | {"ImplicitFlow": switch})[
        "auth"
    ]

    client = boto3.client("cognito-idp").describe_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientId=outputs["UserPoolClientId"]
    )["UserPoolClient"]
    assert set(client["AllowedOAuthFlows"]) == flows
    assert set(client["AllowedOAuthScopes"]) == {"openid", "email", "profile"}
    assert client["CallbackURLs"] == PAGE["CallbackUrls"].split(",")
    assert client["LogoutURLs"] == ["https://app.example.test/"]
    assert outputs["CognitoLoginURL"] == (
        "https://foyer-trial.auth.eu-central-1.amazoncognito.com/login"
        f"?client_id={outputs['UserPoolClientId']}&response_type=code&scope=openid+email+profile"
        "&redirect_uri=https://app.example.test/signed-in"
    )
