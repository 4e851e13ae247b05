"""Changes of an event's team. Only its owner and administrators make them."""

from datetime import datetime

from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.team.errors import AlreadyMember, MemberNotFound, NotTeamOwner, OwnerStays
from backend.team.models import Member
from backend.team.queries import forget_role
from backend.team.roles import Role


def add_member(
    *, event_id: str, user_id: str, name: str, role: Role, actor: Actor, now: datetime
) -> Member:
    """Put a person into the team.

    Refuses ``NotTeamOwner``, ``OwnerStays`` (a second owner) and ``AlreadyMember``
    with the role they have.
    """
    _require_owner(event_id, actor)
    if role is Role.OWNER:
        raise OwnerStays("An event has one owner.", fields={"role": "Choose another role."})
    member = Member(
        event_id=event_id,
        member=user_id,
        name=name,
        role=role,
        added_at=now,
        added_by=actor.label,
    )
    try:
        member.add()
    except StaleWrite as refusal:
        raise AlreadyMember(
            "This person is in the team already.", role=refusal.old.role
        ) from refusal
    forget_role(event_id=event_id, user_id=user_id)
    return member


def remove_member(*, event_id: str, user_id: str, actor: Actor) -> None:
    """Take a person out of the team; other processes notice within 30 s.

    Refuses ``NotTeamOwner``, ``MemberNotFound`` and ``OwnerStays``.
    """
    _require_owner(event_id, actor)
    member = Member.find(event_id, user_id)
    if member is None:
        raise MemberNotFound("This person is not in the team.")
    if member.role is Role.OWNER:
        raise OwnerStays("The owner cannot leave the team.")
    member.remove()
    forget_role(event_id=event_id, user_id=user_id)


def _require_owner(event_id: str, actor: Actor) -> None:
    """Read past the cache: who hands out rights must still have them."""
    if actor.is_administrator:
        return
    own = Member.find(event_id, actor.user_id) if actor.is_signed_in else None
    if own is None or own.role is not Role.OWNER:
        raise NotTeamOwner("Only the owner of the event changes its team.")
