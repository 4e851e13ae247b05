"""The users of a stage: Cognito is the directory, the table ``users`` the record.

Administrators see and change everybody; a user sees and changes the own record.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from backend.profiles import services as profiles
from backend.shared.actor import Actor, normalise_email
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.shared.paging import DEFAULT_LIMIT, Page
from backend.shared.ulids import new_uuid7
from backend.users import directory, policies
from backend.users.directory import Account
from backend.users.errors import NoSuchAccount, UserExists
from backend.users.models import User, WebSession
from backend.users.services import bad_email, bad_name, check


def list_users(
    *, actor: Actor, limit: int = DEFAULT_LIMIT, start: dict[str, Any] | None = None
) -> Page[User]:
    """One page of all users. Refuses (``Forbidden``) who is no administrator."""
    policies.check_administrator(actor)
    return User.list_page(limit=limit, start=start)


def find_user(*, user_id: str, actor: Actor) -> User | None:
    """The record of a user. Refuses (``Forbidden``) other people's."""
    policies.check_own_or_administrator(actor, user_id)
    return User.find(user_id)


def add_user(*, name: str, email: str, user_id: str, actor: Actor, now: datetime) -> User:
    """Make the record of a user; with an e-mail address the account, and an invitation, too.

    Without ``user_id`` the record gets a new one; that of an account is Cognito's. Asked for
    again after it died between account and record, it writes the record. Refuses with
    ``Forbidden``, ``BadInput`` (``name``, ``email``, ``userid``), ``UserExists``, ``SlowDown``.
    """
    policies.check_administrator(actor)
    name, address = name.strip(), normalise_email(email)
    check(name=bad_name(name), email=bad_email(address) if address else None)
    if address and user_id:
        raise BadInput({"userid": "An account gets its id by itself."})
    if address:
        user_id = _account_of(address, name)
    user_id = user_id or new_uuid7(now)
    user = User.new(user_id, name=name, email=address or None, now=now)
    try:
        user.add()
    except StaleWrite:
        raise UserExists from None
    return user


def _account_of(address: str, name: str) -> str:
    """The ``sub`` of a new account, or of one that was left without a record."""
    try:
        return directory.invite(email=address, name=name)
    except UserExists:
        account = directory.find_account_of(address)
        if account is None:
            raise
        return account.user_id


def put_user(*, user_id: str, name: str, actor: Actor, now: datetime) -> User:
    """Change a user's name, in the directory and in the record; make a missing record.

    Refuses with ``Forbidden``, ``BadInput`` on ``name``, ``SlowDown``, and with
    ``NoSuchAccount`` somebody whose account was deleted while the token still holds.
    """
    policies.check_own_or_administrator(actor, user_id)
    name = name.strip()
    check(name=bad_name(name))
    account = directory.find_account(user_id)
    if account is not None:
        directory.rename(account, name)
    try:
        return User.rename(user_id, name, now=now)
    except StaleWrite:
        if account is None and not actor.is_administrator:
            raise NoSuchAccount from None
        return _add_missing(user_id, name, account, now)


def _add_missing(user_id: str, name: str, account: Account | None, now: datetime) -> User:
    user = User.new(user_id, name=name, email=account.email or None if account else None, now=now)
    # Somebody else may have made it meanwhile, with a name that is as good as this one.
    with suppress(StaleWrite):
        user.add()
    return user


def remove_user(user_id: str, account: Account | None) -> None:
    """Delete account, browser sessions, record and profile; what is gone already is no error.

    The account first: so nobody can write the others anew.
    """
    if account is not None:
        directory.remove(account)
    WebSession.remove_all_of(user_id)
    User.remove(user_id)
    profiles.remove(user_id=user_id)
