from typing import Any

from backend.team.models import Member
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
