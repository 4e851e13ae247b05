"""What `make run` puts into an empty stage, so that there is something to look at."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from backend.shared.actor import Actor


class SignIn(NamedTuple):
    """Someone of the demo, who has proved the address."""

    who: str
    email: str
    password: str


_PASSWORD = "Foyer-demo-1"  # noqa: S105 - printed for everyone who runs the demo
SIGN_INS = (
    SignIn("organiser", "olivia@example.org", _PASSWORD),
    SignIn("desk volunteer", "dario@example.org", _PASSWORD),
    SignIn("administrator", "ada@example.org", _PASSWORD),
    SignIn("guest", "gwen@example.org", _PASSWORD),
)
_NAMES = {"organiser": "Olivia Odum", "desk volunteer": "Dario Dias", "guest": "Gwen Gale"}


def seed(env: Mapping[str, str]) -> tuple[SignIn, ...]:
    """Add what is missing, from an environment of ``stage.environment``; how to sign in.

    Sets this process's environment, from which ``backend`` reads its stage.
    """
    os.environ.update(env)
    actors = {person.who: _actor(person) for person in SIGN_INS}
    _seed_events(actors)
    return SIGN_INS


def _seed_events(actors: Mapping[str, "Actor"]) -> None:
    # The domain reads its stage from the environment when it is imported.
    from backend.shared.clock import utc_now
    from infra.localcloud.demo_events import seed_events

    seed_events(
        organiser=actors["organiser"],
        volunteer=actors["desk volunteer"],
        guest=actors["guest"],
        now=utc_now(),
    )


def _actor(person: SignIn) -> "Actor":
    from backend.shared.actor import Actor

    if not _has_account(person.email):
        _make_account(person)
    cognito = boto3.client("cognito-idp")
    user = cognito.admin_get_user(UserPoolId=os.environ["USER_POOL_ID"], Username=person.email)
    return Actor.from_claims({part["Name"]: part["Value"] for part in user["UserAttributes"]})


def _has_account(email: str) -> bool:
    cognito = boto3.client("cognito-idp")
    try:
        cognito.admin_get_user(UserPoolId=os.environ["USER_POOL_ID"], Username=email)
    except ClientError as error:
        if error.response["Error"]["Code"] == "UserNotFoundException":
            return False
        raise
    return True


def _make_account(person: SignIn) -> None:
    from backend.shared.clock import utc_now
    from backend.users import services as users

    name = _NAMES.get(person.who, "Ada Ames")
    users.sign_up(email=person.email, password=person.password, name=name, now=utc_now())
    cognito, pool = boto3.client("cognito-idp"), os.environ["USER_POOL_ID"]
    cognito.admin_confirm_sign_up(UserPoolId=pool, Username=person.email)
    cognito.admin_update_user_attributes(
        UserPoolId=pool,
        Username=person.email,
        UserAttributes=[{"Name": "email_verified", "Value": "true"}],
    )
    if person.who == "administrator":
        group = os.environ["ADMIN_GROUP"]
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=person.email, GroupName=group)
