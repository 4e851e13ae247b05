"""Routes of accounts and of users.

No answer tells whether an address has an account, but to administrators.
"""

from datetime import datetime

from backend.shared import idempotency
from backend.shared.actor import Actor
from backend.shared.config import config
from backend.shared.http import ApiRouter, Reply
from backend.shared.paging import decode_token, encode_token
from backend.shared.shapes import PageQuery
from backend.users import administration, policies, services
from backend.users.schemas import (
    AddedUser,
    AddressInput,
    ConfirmInput,
    LoginInput,
    MessageAnswer,
    RefreshTokenInput,
    ResetPasswordInput,
    SignUpInput,
    TokensAnswer,
    UserAnswer,
    UserChange,
    UserInput,
    UsersAnswer,
)

sign_up_router = ApiRouter("accounts")
router = ApiRouter("accounts")
users_router = ApiRouter("users")
HEADER_OF_NEXT = "X-Next-Token"


@sign_up_router.serve(
    "POST",
    "/register",
    answer=MessageAnswer,
    public=True,
    status=201,
    creates=True,
    refusals={429: ("too_many_attempts",)},
)
def sign_up(body: SignUpInput, now: datetime) -> MessageAnswer:
    """Sign up.

    Unless the stage confirms at once, a code is mailed that `/confirm` takes. An address
    that has an account gets the same answer and no mail, so an `Idempotency-Key` is accepted
    and not needed.
    """
    services.sign_up(email=body.email, password=body.password, name=body.name, now=now)
    if config().auto_confirm:
        return MessageAnswer(message="You can sign in now.")
    return MessageAnswer(message="Look into your mail for a code, then confirm the address.")


@sign_up_router.serve(
    "POST",
    "/confirm",
    answer=MessageAnswer,
    public=True,
    refusals={400: ("wrong_code",), 429: ("too_many_attempts",)},
)
def confirm_sign_up(body: ConfirmInput) -> MessageAnswer:
    """Confirm an address by its code.

    Then the account can sign in. A code counts once, and for a day.
    """
    services.confirm_sign_up(email=body.email, code=body.code)
    return MessageAnswer(message="You can sign in now.")


@sign_up_router.serve(
    "POST",
    "/resend-code",
    answer=MessageAnswer,
    public=True,
    refusals={429: ("too_many_attempts",)},
)
def resend_code(body: AddressInput) -> MessageAnswer:
    """Ask for the code of an address again.

    For an address that signed up and was never confirmed; codes before it count no more.
    """
    services.resend_code(email=body.email)
    return MessageAnswer(message="If the address waits for a code, a new one is on its way.")


@router.serve(
    "POST",
    "/login",
    answer=TokensAnswer,
    public=True,
    refusals={400: ("step_needed",), 401: ("wrong_credentials",), 429: ("too_many_attempts",)},
)
def log_in(body: LoginInput) -> TokensAnswer:
    """Sign in.

    A wrong password, an unknown address and one that is not confirmed are answered alike.
    """
    return TokensAnswer.of(services.log_in(email=body.email, password=body.password))


@router.serve(
    "POST",
    "/refresh",
    answer=TokensAnswer,
    public=True,
    refusals={401: ("session_over",), 429: ("too_many_attempts",)},
)
def refresh_tokens(body: RefreshTokenInput) -> TokensAnswer:
    """Get new tokens.

    For who is signed in and whose `idToken` ran out, without the password.
    """
    return TokensAnswer.of(services.refresh(refresh_token=body.refresh_token))


@router.serve(
    "POST", "/logout", answer=MessageAnswer, public=True, refusals={429: ("too_many_attempts",)}
)
def log_out(body: RefreshTokenInput) -> MessageAnswer:
    """Sign out.

    The refresh token ends at once. ID tokens made with it run out by themselves.
    """
    services.log_out(refresh_token=body.refresh_token)
    return MessageAnswer(message="You are signed out.")


@router.serve(
    "POST",
    "/forgot-password",
    answer=MessageAnswer,
    public=True,
    refusals={429: ("too_many_attempts",)},
)
def forgot_password(body: AddressInput) -> MessageAnswer:
    """Ask for a code to set a new password.

    It is mailed to the address, and `/reset-password` takes it.
    """
    services.forgot_password(email=body.email)
    return MessageAnswer(message="If the address has an account, a code is on its way.")


@router.serve(
    "POST",
    "/reset-password",
    answer=MessageAnswer,
    public=True,
    refusals={400: ("wrong_code",), 429: ("too_many_attempts",)},
)
def reset_password(body: ResetPasswordInput) -> MessageAnswer:
    """Set a new password by a code.

    The code is the one that `/forgot-password` mailed. It counts once.
    """
    services.reset_password(email=body.email, code=body.code, password=body.password)
    return MessageAnswer(message="The new password is set. You can sign in now.")


@users_router.serve("GET", "/users", answer=UsersAnswer, refusals={403: ("forbidden",)})
def list_users(query: PageQuery, actor: Actor) -> Reply:
    """List users.

    Administrators only. The answer is a bare array; while there is more, the header
    `X-Next-Token` holds the next page's `nextToken`.
    """
    page = administration.list_users(
        actor=actor, limit=query.limit, start=decode_token(query.next_token, query="users")
    )
    following = encode_token(page.next_key, query="users")
    shown = UsersAnswer(root=[UserAnswer.of(user) for user in page.items])
    return Reply(200, shown, {HEADER_OF_NEXT: following} if following else {})


@users_router.serve(
    "POST",
    "/users",
    answer=UserAnswer,
    refusals={403: ("forbidden",), 409: ("user_exists", "idempotency_mismatch")},
    creates=True,
)
def add_user(body: UserInput, actor: Actor, now: datetime, idempotency_key: str) -> UserAnswer:
    """Add a user.

    Administrators only. Without an e-mail address it is a record only; with one an account,
    which gets an invitation. A user who is there already is never overwritten. A repeated
    request with the same key shows the user it made, as they are now.
    """
    policies.check_administrator(actor)

    def work() -> AddedUser:
        added = administration.add_user(
            name=body.name,
            email=body.email or "",
            user_id=body.userid or "",
            actor=actor,
            now=now,
        )
        return AddedUser(userid=added.userid)

    added = idempotency.once(
        work,
        answer=AddedUser,
        operation="addUser",
        key=idempotency_key,
        body=body,
        actor=actor,
        now=now,
    )
    return _shown(added.userid, actor)


@users_router.serve("GET", "/users/<userid>", answer=UserAnswer, refusals={403: ("forbidden",)})
def show_user(userid: str, actor: Actor) -> UserAnswer:
    """Show a user.

    One's own, or anybody's as administrator. Who has no record is an empty object.
    """
    return _shown(userid, actor)


def _shown(userid: str, actor: Actor) -> UserAnswer:
    user = administration.find_user(user_id=userid, actor=actor)
    return UserAnswer.of(user) if user else UserAnswer()


@users_router.serve(
    "PUT",
    "/users/<userid>",
    answer=UserAnswer,
    refusals={403: ("forbidden",), 404: ("user_not_found",)},
)
def change_user(userid: str, body: UserChange, actor: Actor, now: datetime) -> UserAnswer:
    """Change a user.

    One's own, or anybody's as administrator. A missing record is made.
    """
    return UserAnswer.of(
        administration.put_user(user_id=userid, name=body.name, actor=actor, now=now)
    )
