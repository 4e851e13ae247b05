"""The hosted sign-in page: off without a domain, by code, for known addresses only."""

import tomllib

import pytest

from infra.deploy.stage import SETTINGS
from tests.support.templates import TEMPLATES, resources

NOTHING = {"Ref": "AWS::NoValue"}
CLIENT = resources("auth", "AWS::Cognito::UserPoolClient")["UserPoolClient"]
PARAMETERS = TEMPLATES["auth"]["Parameters"]


def with_page(value):
    return {"Fn::If": ["HasLoginPage", value, NOTHING]}


def test_page_exists_where_the_stage_names_a_domain():
    body = TEMPLATES["auth"]["Resources"]["LoginDomain"]

    assert PARAMETERS["LoginDomainPrefix"]["Default"] == ""
    assert (body["Condition"], body["Properties"]["Domain"]) == (
        "HasLoginPage",
        {"Ref": "LoginDomainPrefix"},
    )


def test_page_gives_codes_and_tokens_in_addresses_only_where_switched_on():
    flows = {"Fn::If": ["AllowsImplicitFlow", ["code", "implicit"], ["code"]]}

    assert CLIENT["AllowedOAuthFlows"] == with_page(flows)
    assert CLIENT["AllowedOAuthFlowsUserPoolClient"] == {"Fn::If": ["HasLoginPage", True, False]}
    assert PARAMETERS["ImplicitFlow"]["Default"] == "false"


@pytest.mark.parametrize("stage", sorted(tomllib.loads(SETTINGS.read_text())))
def test_no_stage_that_comes_with_the_code_switches_the_implicit_flow_on(stage):
    settings = tomllib.loads(SETTINGS.read_text())[stage]

    assert settings.get("ImplicitFlow", "false") == "false"


def test_scopes_are_those_of_an_identity_and_no_right_over_the_account():
    assert CLIENT["AllowedOAuthScopes"] == with_page(["openid", "email", "profile"])


@pytest.mark.parametrize(
    ("setting", "parameter"), [("CallbackURLs", "CallbackUrls"), ("LogoutURLs", "LogoutUrls")]
)
def test_page_sends_people_back_to_the_stages_addresses_only(setting, parameter):
    assert CLIENT[setting] == with_page({"Ref": parameter})
    assert PARAMETERS[parameter]["Type"] == "CommaDelimitedList"


def test_address_of_the_page_asks_for_a_code_at_the_first_callback():
    condition, there, otherwise = TEMPLATES["auth"]["Outputs"]["CognitoLoginURL"]["Value"]["Fn::If"]
    text, values = there["Fn::Sub"]

    assert (condition, otherwise) == ("HasLoginPage", "none")
    assert text == (
        "https://${LoginDomainPrefix}.auth.${AWS::Region}.amazoncognito.com/login"
        "?client_id=${UserPoolClient}&response_type=code&scope=openid+email+profile"
        "&redirect_uri=${Back}"
    )
    assert values == {"Back": {"Fn::Select": [0, {"Ref": "CallbackUrls"}]}}
