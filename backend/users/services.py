"""What people do with their own account. Used by the portal and by the public API."""

import re
from contextlib import suppress
from datetime import datetime

from backend.profiles import services as profiles
from backend.shared import control_characters
from backend.shared.actor import normalise_email
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.users import cognito, directory
from backend.users.cognito import STRONG_ENOUGH, Tokens
from backend.users.models import User

__all__ = [
    "STRONG_ENOUGH",
    "Tokens",
    "bad_email",
    "bad_name",
    "check",
    "confirm_sign_up",
    "forgot_password",
    "log_in",
    "log_out",
    "refresh",
    "resend_code",
    "reset_password",
    "sign_up",
]

LONGEST_NAME, LONGEST_PASSWORD = 100, 256
# What most addresses look like; the ends that no mail goes to are left to the library's rules.
_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9_+-]{1,30}(\.[a-z0-9_+-]{1,30})?@([a-z0-9]{1,63}\.)+"
    r"(?!(arpa|invalid|local|localhost|onion|test)$)[a-z]{2,63}"
)


def sign_up(*, email: str, password: str, name: str, now: datetime) -> None:
    """Make an account; Cognito sends a code to the address unless the stage confirms at once.

    Stores the user and the name in the profile. An address that has an account already gets
    the same answer, and nothing is changed or sent; a record that an earlier call did not get
    to is made up for. Refuses with ``BadInput`` (``email``,
    ``name``, ``password``) and ``SlowDown``.
    """
    address, name = normalise_email(email), name.strip()
    check(email=bad_email(address), name=bad_name(name), password=_bad_password(password))
    sub = cognito.sign_up(email=address, password=password, name=name)
    if sub is None:
        account = directory.find_account_of(address)
        if account is None:
            return
        # Whoever asks now may be somebody else: only what the account says is kept.
        sub, name = account.user_id, account.name
    # Mostly it is there; who asks again after an answer was lost may find that it is not.
    with suppress(StaleWrite):
        User.new(sub, name=name, email=address, now=now).add()
    profiles.keep_name(user_id=sub, name=name, now=now)


def confirm_sign_up(*, email: str, code: str) -> None:
    """Prove the address by the code in the mail. Refuses with ``WrongCode`` and ``SlowDown``."""
    cognito.confirm_sign_up(email=_address(email), code=_code(code))


def resend_code(*, email: str) -> None:
    """Send the code again if the address waits for one; the answer never tells."""
    cognito.resend_code(email=_address(email))


def log_in(*, email: str, password: str) -> Tokens:
    """Tokens for an address and its password.

    Refuses with ``WrongCredentials`` (also for an address that is not confirmed),
    ``StepNeeded`` and ``SlowDown``.
    """
    check(password=None if password else "Give the password.")
    return cognito.log_in(email=_address(email), password=password)


def refresh(*, refresh_token: str) -> Tokens:
    """New tokens for a refresh token. Refuses with ``SessionOver`` and ``SlowDown``."""
    return cognito.refresh(refresh_token=refresh_token)


def log_out(*, refresh_token: str) -> None:
    """Revoke a refresh token and the access tokens made with it; dead ones are no error."""
    cognito.revoke(refresh_token=refresh_token)


def forgot_password(*, email: str) -> None:
    """Send a code for a new password if the address has an account; the answer never tells."""
    cognito.forgot_password(email=_address(email))


def reset_password(*, email: str, code: str, password: str) -> None:
    """Set a new password by the code in the mail.

    Refuses with ``WrongCode``, ``BadInput`` (``email``, ``password``) and ``SlowDown``.
    """
    address = normalise_email(email)
    check(email=bad_email(address), password=_bad_password(password))
    cognito.reset_password(email=address, code=_code(code), password=password)


def check(**rules: str | None) -> None:
    """Refuse (``BadInput``) the fields that break a rule; ``None`` says that one does not."""
    fields = {name: rule for name, rule in rules.items() if rule}
    if fields:
        raise BadInput(fields)


def _address(email: str) -> str:
    address = normalise_email(email)
    check(email=bad_email(address))
    return address


def _code(code: str) -> str:
    """Cognito refuses other texts with an answer of its own."""
    tidy = code.strip()
    check(code=None if re.fullmatch(r"[0-9A-Za-z-]{1,64}", tidy) else "Copy the code of the mail.")
    return tidy


def bad_email(address: str) -> str | None:
    """The rule that a normalised address breaks, if any."""
    if len(address) <= 254 and _PLAIN_ADDRESS.fullmatch(address):
        return None
    # Everything unusual; loading the rules takes a while.
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return "This is not an e-mail address."
    return None if address.isascii() else "Only ASCII letters can be used in the address."


def bad_name(name: str) -> str | None:
    """The rule that a name without spaces around it breaks, if any."""
    if not name:
        return "Give a name."
    if len(name) > LONGEST_NAME:
        return f"At most {LONGEST_NAME} characters."
    return (
        "Control characters are not allowed." if control_characters.IN_A_LINE.search(name) else None
    )


def _bad_password(password: str) -> str | None:
    """The pool's rules, asked here first: Cognito may answer known addresses otherwise."""
    fits = (
        8 <= len(password) <= LONGEST_PASSWORD
        and re.search(r"[A-Z]", password)
        and re.search(r"[a-z]", password)
        and re.search(r"[0-9]", password)
        and password == password.strip()
        and not control_characters.IN_A_LINE.search(password)
    )
    return None if fits else STRONG_ENOUGH
