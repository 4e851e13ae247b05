"""The user pool as administrators reach it; each call needs a right in AWS.

The pool knows people by their ``sub``, which is also their user name there.
"""

from contextlib import suppress
from dataclasses import dataclass

from backend.shared.actor import normalise_email
from backend.shared.config import config
from backend.shared.errors import BadInput
from backend.users.cognito import Refusals, asked, client
from backend.users.errors import NoSuchAccount, UserExists

_NOBODY: Refusals = {"UserNotFoundException": NoSuchAccount}


@dataclass(frozen=True, slots=True)
class Account:
    """A person whom the pool knows; ``email`` is set only when it is verified."""

    user_id: str
    email: str
    name: str


def find_account(key: str) -> Account | None:
    """The account with this ``sub`` or e-mail address. Refuses with ``SlowDown``."""
    try:
        found = asked(
            lambda: client().admin_get_user(UserPoolId=config().user_pool_id, Username=key),
            _NOBODY,
        )
    except NoSuchAccount:
        return None
    told = {pair["Name"]: pair.get("Value", "") for pair in found["UserAttributes"]}
    verified = told.get("email_verified", "").lower() == "true"
    return Account(
        user_id=told["sub"],
        email=normalise_email(told.get("email", "")) if verified else "",
        name=told.get("name", ""),
    )


def invite(*, email: str, name: str) -> str:
    """Make an account and mail its first password to the address; the new ``sub``.

    The address counts as verified: nobody else gets the password. Refuses with ``UserExists``,
    ``BadInput`` on ``email`` and ``SlowDown``.
    """
    made = asked(
        lambda: client().admin_create_user(
            UserPoolId=config().user_pool_id,
            Username=email,
            DesiredDeliveryMediums=["EMAIL"],
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "name", "Value": name},
            ],
        ),
        {"UsernameExistsException": UserExists, "InvalidParameterException": _bad_address},
    )
    return made["User"]["Username"]


def rename(*, user_id: str, name: str) -> None:
    """Change the name that tokens carry; a record without an account has none."""
    with suppress(NoSuchAccount):
        asked(
            lambda: client().admin_update_user_attributes(
                UserPoolId=config().user_pool_id,
                Username=user_id,
                UserAttributes=[{"Name": "name", "Value": name}],
            ),
            _NOBODY,
        )


def remove(user_id: str) -> None:
    """Delete the account, which ends its refresh tokens; one that is gone is no error."""
    with suppress(NoSuchAccount):
        asked(
            lambda: client().admin_delete_user(UserPoolId=config().user_pool_id, Username=user_id),
            _NOBODY,
        )


def _bad_address() -> BadInput:
    return BadInput({"email": "No account can have this address."})
