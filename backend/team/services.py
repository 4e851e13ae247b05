"""Changes of an event's team. Only its owner and administrators make them; who is invited answers.

Activity and the mail of an invitation hang on the table's stream.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from backend.shared import db
from backend.shared.actor import ERASED_NAME, SYSTEM, Actor
from backend.shared.email_addresses import address_key, checked_email
from backend.shared.errors import BadInput
from backend.team.errors import (
    AlreadyMember,
    InvitationNotFound,
    InvitedJustNow,
    MemberNotFound,
    NotTeamOwner,
    OwnerStays,
    TeamFull,
)
from backend.team.invitees import invitee_key, is_invitee_key
from backend.team.models import Invitation, Member
from backend.team.queries import forget_role
from backend.team.roles import Role

INVITED_FOR = timedelta(days=14)
MAILED_AT_MOST_EVERY = timedelta(minutes=1)
LARGEST_TEAM = 200


def add_member(
    *, event_id: str, user_id: str, name: str, role: Role, actor: Actor, now: datetime
) -> Member:
    """Put a person into the team.

    Refuses ``NotTeamOwner``, ``OwnerStays`` (a second owner) and ``AlreadyMember``
    with the role they have.
    """
    _require_owner(event_id, actor)
    _check_role(role)
    member = _member(event_id, user_id, name, role, added_by=actor.label, now=now)
    try:
        member.add()
    except db.StaleWrite as refusal:
        raise AlreadyMember(
            "This person is in the team already.", role=refusal.old.role
        ) from refusal
    forget_role(event_id=event_id, user_id=user_id)
    return member


def change_role(*, event_id: str, user_id: str, role: Role, actor: Actor) -> Member:
    """Give a member another role; other processes notice within 30 s.

    Refuses ``NotTeamOwner``, ``OwnerStays`` (to or from the owner), ``MemberNotFound`` and
    ``StaleWrite``.
    """
    _require_owner(event_id, actor)
    _check_role(role)
    member = _fetch(event_id, user_id)
    if member.role is role:
        return member
    changed = member.change_role(role, changed_by=actor.label)
    forget_role(event_id=event_id, user_id=user_id)
    return changed


def remove_member(*, event_id: str, user_id: str, actor: Actor, now: datetime) -> None:
    """Take a person out of the team; other processes notice within 30 s.

    Everybody but the owner may also leave. Refuses ``NotTeamOwner``, ``MemberNotFound`` and
    ``OwnerStays``.
    """
    if not (actor.is_signed_in and actor.user_id == user_id):
        _require_owner(event_id, actor)
    _fetch(event_id, user_id).remove(removed_by=actor.label, now=now)
    forget_role(event_id=event_id, user_id=user_id)


def forget_person(*, user_id: str, now: datetime) -> None:
    """Take a person out of every team, and the name out of those they own.

    An event keeps its owner, who is nobody then. Who left meanwhile is no error.
    """
    start: dict[str, Any] | None = None
    while True:
        page = Member.list_for_member(user_id, limit=LARGEST_TEAM, start=start)
        for member in page.items:
            with suppress(db.StaleWrite):
                if member.role is Role.OWNER:
                    member.rename(ERASED_NAME)
                else:
                    member.remove(removed_by=SYSTEM.label, now=now)
        start = page.next_key
        if start is None:
            return


def invite(*, event_id: str, email: str, role: Role, actor: Actor, now: datetime) -> Invitation:
    """Ask an address into the team, for two weeks; the stream mails it.

    Asking again sets the role, renews the two weeks and mails again. Refuses
    ``NotTeamOwner``, ``OwnerStays``, ``BadInput`` (email, also the owner's own),
    ``TeamFull`` and ``InvitedJustNow`` (within a minute).
    """
    _require_owner(event_id, actor)
    _check_role(role)
    address = checked_email(email)
    if not actor.is_administrator and address_key(address) == address_key(actor.email):
        raise BadInput({"email": "This is your own address: you are in the team already."})
    invitation = Invitation(
        event_id,
        invitee_key(address),
        email=address,
        role=role,
        invited_at=now,
        invited_by=actor.label,
        inviter=actor.name,
        expires_at=now + INVITED_FOR,
    )
    before = Invitation.find(invitation.event_id, invitation.member)
    if before and before.invited_at > now - MAILED_AT_MOST_EVERY and before.role is role:
        raise InvitedJustNow("This address was invited a moment ago. Try again in a minute.")
    if before is None:
        _check_size(event_id)
    invitation.put()
    return invitation


def withdraw_invitation(*, event_id: str, invitee: str, actor: Actor) -> None:
    """Take an invitation back.

    Refuses ``NotTeamOwner``, ``InvitationNotFound`` and ``StaleWrite``.
    """
    _require_owner(event_id, actor)
    found = Invitation.find(event_id, invitee) if is_invitee_key(invitee) else None
    if found is None or found.removed_by:
        raise InvitationNotFound("This invitation was answered or withdrawn.")
    found.leave(removed_by=actor.label)


def fetch_my_invitation(*, event_id: str, actor: Actor, now: datetime) -> Invitation:
    """What the actor's verified address is asked to do at this event.

    Refuses ``InvitationNotFound``, also one that ran out.
    """
    known = actor.is_signed_in and actor.email and event_id
    found = Invitation.find(event_id, invitee_key(actor.email)) if known else None
    if found is None or found.removed_by or found.expires_at <= now:
        raise InvitationNotFound("There is no invitation for your address.")
    return found


def accept_invitation(*, event_id: str, actor: Actor, now: datetime) -> Member:
    """Join the team in the role one was invited in: member and invitation in one transaction.

    Who is in the team already keeps the role. Refuses ``InvitationNotFound`` and ``StaleWrite``
    (it was changed this moment).
    """
    invitation = fetch_my_invitation(event_id=event_id, actor=actor, now=now)
    there = Member.find_member(event_id, actor.user_id)
    if there is not None:
        invitation.leave(removed_by=actor.label)
        return there
    member = _member(
        event_id, actor.user_id, actor.name, invitation.role, added_by=actor.label, now=now
    )
    with db.transaction() as write:
        member.add_within(write)
        invitation.end_within(write)
    forget_role(event_id=event_id, user_id=actor.user_id)
    return member


def decline_invitation(*, event_id: str, actor: Actor, now: datetime) -> None:
    """Turn an invitation down. Refuses ``InvitationNotFound`` and ``StaleWrite``."""
    fetch_my_invitation(event_id=event_id, actor=actor, now=now).leave(removed_by=actor.label)


def _member(
    event_id: str, user_id: str, name: str, role: Role, *, added_by: str, now: datetime
) -> Member:
    return Member(
        event_id=event_id,
        member=user_id,
        name=name,
        role=role,
        added_at=now,
        added_by=added_by,
        changed_by=added_by,
    )


def _fetch(event_id: str, user_id: str) -> Member:
    member = Member.find_member(event_id, user_id)
    if member is None:
        raise MemberNotFound("This person is not in the team.")
    if member.role is Role.OWNER:
        raise OwnerStays("The owner cannot leave the team.")
    return member


def _check_role(role: Role) -> None:
    if role is Role.OWNER:
        raise OwnerStays("An event has one owner.", fields={"role": "Choose another role."})


def _check_size(event_id: str) -> None:
    members = Member.list_for_event(event_id, limit=LARGEST_TEAM)
    invited = Invitation.list_for_event(event_id, limit=LARGEST_TEAM)
    if len(members.items) + len(invited.items) >= LARGEST_TEAM:
        raise TeamFull(f"A team has at most {LARGEST_TEAM} people.")


def _require_owner(event_id: str, actor: Actor) -> None:
    """Read past the cache: who hands out rights must still have them."""
    if actor.is_administrator:
        return
    own = Member.find_member(event_id, actor.user_id) if actor.is_signed_in else None
    if own is None or own.role is not Role.OWNER:
        raise NotTeamOwner("Only the owner of the event changes its team.")
