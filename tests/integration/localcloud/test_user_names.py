"""The patch ``user_names``: an address is one name in any case, where the pool says so."""

import uuid

import boto3
import pytest

from infra.localcloud.cloud import LocalCloud

PASSWORD = "Correct-Horse-7"


@pytest.mark.parametrize(("case_sensitive", "people"), [(False, 1), (True, 2)])
def test_address_in_another_case_is_the_same_person(
    cloud: LocalCloud, case_sensitive: bool, people: int
) -> None:
    cognito = boto3.client("cognito-idp")
    pool = cognito.create_user_pool(
        PoolName=uuid.uuid4().hex,
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": case_sensitive},
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="web",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    subs = set()
    for name in ("Ada@Example.org", "ada@example.org"):
        try:
            made = cognito.sign_up(ClientId=client, Username=name, Password=PASSWORD)
            subs.add(made["UserSub"])
            cognito.admin_confirm_sign_up(UserPoolId=pool, Username=name)
        except cognito.exceptions.UsernameExistsException:
            assert not case_sensitive
        tokens = cognito.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )
        assert "IdToken" in tokens["AuthenticationResult"]

    assert len(subs) == people
