"""Routes of accounts. No answer tells whether an address has an account."""

from datetime import datetime

from backend.shared.config import config
from backend.shared.http import ApiRouter
from backend.users import services
from backend.users.schemas import (
    AddressInput,
    ConfirmInput,
    LoginInput,
    MessageAnswer,
    RefreshTokenInput,
    ResetPasswordInput,
    SignUpInput,
    TokensAnswer,
)

sign_up_router = ApiRouter("accounts")
router = ApiRouter("accounts")


@sign_up_router.serve("POST", "/register", answer=MessageAnswer, public=True, status=201)
def sign_up(body: SignUpInput, now: datetime) -> MessageAnswer:
    """Sign up.

    Unless the stage confirms at once, a code is mailed that `/confirm` takes. An address
    that has an account gets the same answer and no mail.
    """
    services.sign_up(email=body.email, password=body.password, name=body.name, now=now)
    if config().auto_confirm:
        return MessageAnswer(message="You can sign in now.")
    return MessageAnswer(message="Look into your mail for a code, then confirm the address.")


@sign_up_router.serve(
    "POST", "/confirm", answer=MessageAnswer, public=True, refusals={400: ("wrong_code",)}
)
def confirm_sign_up(body: ConfirmInput) -> MessageAnswer:
    """Confirm an address by its code."""
    services.confirm_sign_up(email=body.email, code=body.code)
    return MessageAnswer(message="You can sign in now.")


@sign_up_router.serve("POST", "/resend-code", answer=MessageAnswer, public=True)
def resend_code(body: AddressInput) -> MessageAnswer:
    """Ask for the code of an address again."""
    services.resend_code(email=body.email)
    return MessageAnswer(message="If the address waits for a code, a new one is on its way.")


@router.serve(
    "POST",
    "/login",
    answer=TokensAnswer,
    public=True,
    refusals={400: ("step_needed",), 401: ("wrong_credentials",)},
)
def log_in(body: LoginInput) -> TokensAnswer:
    """Sign in.

    A wrong password, an unknown address and one that is not confirmed are answered alike.
    """
    return TokensAnswer.of(services.log_in(email=body.email, password=body.password))


@router.serve(
    "POST", "/refresh", answer=TokensAnswer, public=True, refusals={401: ("session_over",)}
)
def refresh_tokens(body: RefreshTokenInput) -> TokensAnswer:
    """Get new tokens."""
    return TokensAnswer.of(services.refresh(refresh_token=body.refresh_token))


@router.serve("POST", "/logout", answer=MessageAnswer, public=True)
def log_out(body: RefreshTokenInput) -> MessageAnswer:
    """Sign out.

    The refresh token ends at once. ID tokens made with it run out by themselves.
    """
    services.log_out(refresh_token=body.refresh_token)
    return MessageAnswer(message="You are signed out.")


@router.serve("POST", "/forgot-password", answer=MessageAnswer, public=True)
def forgot_password(body: AddressInput) -> MessageAnswer:
    """Ask for a code to set a new password."""
    services.forgot_password(email=body.email)
    return MessageAnswer(message="If the address has an account, a code is on its way.")


@router.serve(
    "POST", "/reset-password", answer=MessageAnswer, public=True, refusals={400: ("wrong_code",)}
)
def reset_password(body: ResetPasswordInput) -> MessageAnswer:
    """Set a new password by a code."""
    services.reset_password(email=body.email, code=body.code, password=body.password)
    return MessageAnswer(message="The new password is set. You can sign in now.")
