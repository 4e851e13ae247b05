"""Who may see and change which user."""

from backend.shared.actor import Actor
from backend.shared.errors import Forbidden


def check_administrator(actor: Actor) -> None:
    """Refuse (``Forbidden``) everybody outside the stage's group of administrators."""
    if not actor.is_administrator:
        raise _forbidden()


def check_own_or_administrator(actor: Actor, user_id: str) -> None:
    """Refuse (``Forbidden``) who is neither this user nor an administrator."""
    if not (is_own(actor, user_id) or actor.is_administrator):
        raise _forbidden()


def is_own(actor: Actor, user_id: str) -> bool:
    """Whether this is the user that acts."""
    return actor.is_signed_in and actor.user_id == user_id


def _forbidden() -> Forbidden:
    return Forbidden("You may not do this.")
