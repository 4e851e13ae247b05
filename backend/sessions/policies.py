"""When a session may be changed, and who may book it. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from backend.events.models import Event
from backend.events.states import EDITABLE, EventStatus
from backend.registrations.models import Registration
from backend.sessions.agenda import overlap
from backend.sessions.errors import BookingClosed, NotCancelable, NotRegistered, SessionClosed
from backend.sessions.models import Booking, Session
from backend.sessions.models.sessions import bucket_of
from backend.sessions.states import BookingStatus


def check_event_open(event: Event) -> None:
    """Refuse (``SessionClosed``) to change the agenda of an event that is over or called off."""
    if event.status not in EDITABLE:
        raise SessionClosed("This event cannot be changed any more.")


def check_changeable(session: Session) -> None:
    """Refuse (``SessionClosed``) to change a session that was canceled."""
    if not session.is_planned:
        raise SessionClosed("This session was canceled.")


def check_bookable(session: Session, event: Event, *, by_team: bool, now: datetime) -> None:
    """Refuse (``BookingClosed``) unless the session takes bookings.

    Guests book until it begins, where booking is open; the team (``by_team``) until it ends.
    """
    if event.status is not EventStatus.PUBLISHED:
        raise BookingClosed("This event takes no bookings.")
    if not session.is_planned:
        raise BookingClosed("This session was canceled.")
    if session.ends_at <= now:
        raise BookingClosed("This session is over.")
    if by_team:
        return
    if not session.booking_open:
        raise BookingClosed("This session cannot be booked.")
    if session.starts_at <= now:
        raise BookingClosed("This session has begun.")


def takes_promotions(session: Session, event: Event, *, now: datetime) -> bool:
    """Whether who waits for this session can still be given a seat."""
    return event.status is EventStatus.PUBLISHED and session.is_planned and session.ends_at > now


def check_has_place(registration: Registration | None) -> Registration:
    """The registration of a guest with a place at the event; refuses with ``NotRegistered``."""
    if registration is None or not registration.is_confirmed or registration.erased_at:
        raise NotRegistered("Only guests with a place at the event can book its sessions.")
    return registration


def check_cancelable(booking: Booking) -> None:
    """Refuse (``NotCancelable``) to give up the place of a guest who was there."""
    if booking.status is BookingStatus.ATTENDED:
        raise NotCancelable("This guest was at the session already.")


def find_overlap(session: Session, others: Iterable[Session]) -> Session | None:
    """The first of the others that takes place while this one does."""
    for other in others:
        if other.session_id != session.session_id and other.is_planned and overlap(session, other):
            return other
    return None


def is_notice_due(session: Session, event: Event, *, now: datetime) -> bool:
    """Whether the guests are to be told now to queue up: not before, and not when it is over."""
    if event.status is not EventStatus.PUBLISHED or not session.is_planned:
        return False
    return session.notice_at is not None and session.notice_at <= now < session.ends_at


def notice_of(starts_at: datetime, minutes: int, *, now: datetime) -> dict[str, Any]:
    """When the guests are to be told to queue up, as the session's attributes of the index.

    At once where that moment has passed and the session has not begun; never without minutes.
    """
    if minutes == 0 or starts_at <= now:
        return {"notice_bucket": None, "notice_at": None}
    at = max(now, starts_at - timedelta(minutes=minutes))
    return {"notice_bucket": bucket_of(at), "notice_at": at}
