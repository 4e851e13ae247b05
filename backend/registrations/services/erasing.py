"""Forgetting who a guest is, and keeping that somebody was there."""

from datetime import datetime

from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.shared import db


def erase_guest(*, shard: str, guest: str, changed_by: str, now: datetime) -> Registration | None:
    """Take name, address, answers and notes away for good; answers what is left.

    Place, ticket and arrival stay, so the guest stays counted; who waits gives up the place
    in the line, since nobody could be told of a seat. Goes on when the registration changes
    meanwhile, and changes nothing the second time. ``None``: nobody is registered. The caller
    knows that it may.
    """
    while True:
        registration = Registration.find(shard, guest)
        if registration is None or registration.status is RegistrationStatus.TOMBSTONE:
            return None
        if registration.erased_at is not None:
            return registration
        try:
            if registration.status is RegistrationStatus.WAITLISTED:
                registration = registration.cancel(at=now, changed_by=changed_by)
            return registration.erase(at=now, changed_by=changed_by)
        except db.StaleWrite:
            continue
