"""What accounts and users refuse; only administrators learn whether an address has an account."""

from backend.shared.errors import Conflict, NotFound, Rejected, TooManyAttempts, Unauthorized


class WrongCredentials(Unauthorized):
    """Address and password do not belong together, or the address is not confirmed."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__(
            "The address and the password do not belong together, or the address has not "
            "been confirmed yet."
        )


class SessionOver(Unauthorized):
    """The refresh token is not valid any more."""

    code = "session_over"

    def __init__(self) -> None:
        super().__init__("You were signed out. Sign in again.")


class WrongCode(Rejected):
    """The code is not the one that was sent to this address, or too old."""

    code = "wrong_code"

    def __init__(self) -> None:
        rule = "This code is not right, or it is too old."
        super().__init__(rule, fields={"code": rule})


class StepNeeded(Rejected):
    """The account wants more than a password: a first password, or an app's code."""

    code = "step_needed"


class SlowDown(TooManyAttempts):
    """Cognito refuses so many attempts in so short a time."""

    def __init__(self) -> None:
        super().__init__("Too many attempts. Wait some minutes, then try again.")


class UserExists(Conflict):
    """There is a user with this id, or an account with this address."""

    code = "user_exists"

    def __init__(self) -> None:
        super().__init__("There is such a user already.")


class NoSuchAccount(NotFound):
    """The pool knows nobody with this id."""

    code = "user_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such user.")
