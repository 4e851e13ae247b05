"""Who is in which team. ``role_of`` is asked by nearly every call, so it is cached."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from backend.shared.actor import Actor
from backend.shared.paging import Page
from backend.team.invitees import invitee_key
from backend.team.models import Invitation, Member
from backend.team.roles import Role

ROLE_CACHE_FOR = timedelta(seconds=30)
_CACHE_LIMIT = 10_000
_cached: dict[tuple[str, str], tuple[datetime, Role | None]] = {}
_names: dict[tuple[str, str], tuple[datetime, str]] = {}


def role_of(*, event_id: str, user_id: str, now: datetime) -> Role | None:
    """The person's role at the event, or ``None``; at most 30 s old in this process.

    One consistent read when it is not cached. A clock that was set back counts as expired.
    """
    if not user_id:
        return None
    known = _cached.get((event_id, user_id))
    if known and timedelta(0) <= now - known[0] < ROLE_CACHE_FOR:
        return known[1]
    member = Member.find_member(event_id, user_id)
    role = member.role if member else None
    if len(_cached) >= _CACHE_LIMIT:
        _cached.clear()
    _cached[(event_id, user_id)] = (now, role)
    return role


def roles_of(*, user_id: str, event_ids: Iterable[str]) -> dict[str, Role]:
    """The person's roles at those of these events whose team they are in, by event id.

    One batch read, a moment behind.
    """
    found = Member.find_many([(event_id, user_id) for event_id in event_ids])
    return {member.event_id: member.role for member in found if not member.removed_by}


def forget_role(*, event_id: str, user_id: str) -> None:
    """Let this process read the role anew: it was just changed here."""
    _cached.pop((event_id, user_id), None)


def names_of(*, event_id: str, user_ids: Iterable[str], now: datetime) -> dict[str, str]:
    """The names of those of these people who are in the team, by user id; at most 30 s old.

    One batch read for who is not cached.
    """
    wanted = {*user_ids}
    unknown = [one for one in sorted(wanted) if not _is_fresh((event_id, one), now)]
    if len(_names) + len(unknown) >= _CACHE_LIMIT:
        _names.clear()
        unknown = sorted(wanted)
    found = Member.find_many([(event_id, one) for one in unknown])
    names = {member.member: member.name for member in found if not member.removed_by}
    for one in unknown:
        _names[(event_id, one)] = (now, names.get(one, ""))
    return {one: name for one in wanted if (name := _names[(event_id, one)][1])}


def _is_fresh(key: tuple[str, str], now: datetime) -> bool:
    known = _names.get(key)
    return known is not None and timedelta(0) <= now - known[0] < ROLE_CACHE_FOR


def list_for_event(
    *, event_id: str, limit: int, start: dict[str, Any] | None = None
) -> Page[Member]:
    """One page of an event's team, in the order of user ids."""
    return Member.list_for_event(event_id, limit=limit, start=start)


def list_for_member(
    *, user_id: str, limit: int, start: dict[str, Any] | None = None
) -> Page[Member]:
    """One page of a person's memberships, the newest event first."""
    return Member.list_for_member(user_id, limit=limit, start=start)


def list_invitations(
    *, event_id: str, limit: int, start: dict[str, Any] | None = None
) -> Page[Invitation]:
    """One page of an event's open invitations, those that ran out included."""
    return Invitation.list_for_event(event_id, limit=limit, start=start)


def list_my_invitations(*, actor: Actor, now: datetime, limit: int = 20) -> list[Invitation]:
    """What the actor's verified address is invited to, the newest event first."""
    if not actor.is_signed_in or not actor.email:
        return []
    found = Invitation.list_for_invitee(invitee_key(actor.email), limit=limit)
    return [invitation for invitation in found if invitation.expires_at > now]
