from datetime import timedelta
from typing import Any

from backend.team.invitees import invitee_key
from backend.team.models import Invitation, Member
from backend.team.roles import Role
from tests.factories.events import NOON


def make_member(**values: Any) -> Member:
    """A saved organiser; override what the test is about."""
    defaults: dict[str, Any] = {
        "event_id": "ev-1",
        "member": "user-omar",
        "name": "Omar Organiser",
        "role": Role.ORGANISER,
        "added_at": NOON,
        "added_by": "USER:user-olga",
    }
    member = Member(**defaults | values)
    member.save()
    return member


def make_invitation(**values: Any) -> Invitation:
    """A saved invitation of a desk volunteer; override what the test is about."""
    defaults: dict[str, Any] = {
        "event_id": "ev-1",
        "email": "ina@example.org",
        "role": Role.DESK,
        "invited_at": NOON,
        "invited_by": "USER:user-olga",
        "inviter": "Olga Owner",
        "expires_at": NOON + timedelta(days=14),
    }
    known = defaults | values
    invitation = Invitation(**known, member=invitee_key(known["email"]))
    invitation.save()
    return invitation
