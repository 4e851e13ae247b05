"""Routes that touch everything: erasing a person."""

from datetime import datetime

from backend.shared.actor import Actor
from backend.shared.http import ApiRouter
from backend.shared.shapes import Answer

router = ApiRouter("users")


class Erased(Answer):
    """Nothing is left to tell."""


@router.serve("DELETE", "/users/<userid>", answer=Erased, refusals={403: ("forbidden",)})
def erase_user(userid: str, actor: Actor, now: datetime) -> Erased:
    """Erase a user.

    One's own, or anybody as administrator. Account, record and profile are gone with the
    answer; places at events forget the name and the address in the background and stay
    counted. A user who is gone already gets the same answer.
    """
    # Every feature comes along with it, and few requests to this function erase anybody.
    from backend.lifecycle import services

    services.erase_account(user_id=userid, actor=actor, now=now)
    return Erased()
