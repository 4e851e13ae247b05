"""The user pool as administrators reach it; each call needs a right in AWS.

Foyer knows people by their ``sub``. For who signed up here that is the name which the pool's
calls take, too; who came through an outside provider has another one there.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from backend.shared.actor import verified_email
from backend.shared.config import config
from backend.shared.errors import BadInput
from backend.users.cognito import Refusals, asked, client
from backend.users.errors import NoSuchAccount, UserExists

_NOBODY: Refusals = {"UserNotFoundException": NoSuchAccount}


_SUB = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Account:
    """A person whom the pool knows; ``email`` is set only when it is verified.

    ``username`` is what the pool's calls name the person by, and nobody else's business.
    """

    user_id: str
    username: str
    email: str
    name: str


def find_account(user_id: str) -> Account | None:
    """The account with this ``sub``, wherever it signs in. Refuses with ``SlowDown``."""
    if not _SUB.fullmatch(user_id):
        return None
    found = _find(user_id)
    if found is None or found.user_id != user_id:
        found = _find_from_outside(user_id)
    return found


def find_account_of(address: str) -> Account | None:
    """The account that signs in here with this e-mail address. Refuses with ``SlowDown``."""
    return _find(address)


def _find(username: str) -> Account | None:
    try:
        found = asked(
            lambda: client().admin_get_user(UserPoolId=config().user_pool_id, Username=username),
            _NOBODY,
        )
    except NoSuchAccount:
        return None
    return _account(found["Username"], found["UserAttributes"])


def _find_from_outside(user_id: str) -> Account | None:
    """The pool's calls take no ``sub`` of who came through an outside provider; its list does."""
    found = asked(
        lambda: client().list_users(
            UserPoolId=config().user_pool_id, Filter=f'sub = "{user_id}"', Limit=1
        ),
        {},
    )["Users"]
    return _account(found[0]["Username"], found[0]["Attributes"]) if found else None


def _account(username: str, attributes: Iterable[Mapping[str, Any]]) -> Account:
    told: dict[str, str] = {pair["Name"]: pair.get("Value", "") for pair in attributes}
    return Account(
        user_id=told["sub"],
        username=username,
        email=verified_email(told),
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
    return _account(made["User"]["Username"], made["User"]["Attributes"]).user_id


def rename(account: Account, name: str) -> None:
    """Change the name that tokens carry; who is gone meanwhile has none."""
    with suppress(NoSuchAccount):
        asked(
            lambda: client().admin_update_user_attributes(
                UserPoolId=config().user_pool_id,
                Username=account.username,
                UserAttributes=[{"Name": "name", "Value": name}],
            ),
            _NOBODY,
        )


def remove(account: Account) -> None:
    """Delete the account, which ends its refresh tokens; one that is gone is no error."""
    with suppress(NoSuchAccount):
        asked(
            lambda: client().admin_delete_user(
                UserPoolId=config().user_pool_id, Username=account.username
            ),
            _NOBODY,
        )


def _bad_address() -> BadInput:
    return BadInput({"email": "No account can have this address."})
