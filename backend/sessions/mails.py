"""What guests are mailed about what they booked: asked for by streams and jobs, composed when sent.

A mail is composed from booking and session as they are stored at that moment. So who gave the
booking up meanwhile is told nothing of it, and a session that was moved twice is told of once.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from backend.events import queries as events
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.notifications import services as notifications
from backend.notifications.kinds import NotificationKind
from backend.notifications.messages import Message, Suppression
from backend.notifications.models import Notification
from backend.notifications.rendering import render
from backend.registrations.mails import place, span_of
from backend.registrations.models import Registration
from backend.sessions.models import Booking, Session
from backend.sessions.states import BookingStatus
from backend.shared.config import config

PROMOTED = "booking_promoted"
CHANGED = "session_changed"
CANCELED = "session_canceled"
NOTICE = "session_notice"
_WANTED = dict.fromkeys((PROMOTED, CHANGED, NOTICE), BookingStatus.BOOKED)
"""What a booking must still be; of a canceled session everybody is told who booked it."""


def key_of(template: str, booking: Booking, session: Session) -> str:
    """Once per promotion of the booking; of a session, once per guest and version of its schedule."""
    if template == NOTICE:
        place = f"{session.event_id}#{session.session_id}#{int(session.schedule_version)}"
        return f"{NOTICE}#{place}#{booking.guest}"
    which = booking.version if template == PROMOTED else session.schedule_version
    return f"{template}#{session.session_id}#{booking.guest}#{int(which)}"


def enqueue(template: str, booking: Booking, session: Session, *, now: datetime) -> None:
    """Ask for one of the mails above, once by its key."""
    notifications.enqueue(
        key=key_of(template, booking, session),
        template=template,
        # Whose address is looked up when it is sent: the outbox needs to know none.
        recipient=booking.guest,
        values={
            "event_id": session.event_id,
            "session_id": session.session_id,
            "shard": booking.shard,
            "guest": booking.guest,
            "schedule_version": str(session.schedule_version),
        },
        now=now,
        kind=NotificationKind.SESSION,
        event_id=session.event_id,
        # To queue up is for now, however long before the start: no quiet hours hold it back.
        about_at=now if template == NOTICE else session.starts_at,
    )


def compose(notification: Notification, *, now: datetime) -> Message | Suppression:
    """The mail, or why it is not wanted any more.

    Reads the booking, its session and the registration.
    """
    facts = notification.facts
    booking = Booking.find(facts["shard"], facts["guest"])
    wanted = _WANTED.get(notification.template)
    if booking is None or wanted not in (None, booking.status):
        return Suppression("booking_gone")
    session = Session.fetch(facts["event_id"], facts["session_id"])
    if notification.template != CANCELED and not session.is_planned:
        return Suppression("session_canceled")
    if reason := _outdated(notification, session, now=now):
        return Suppression(reason)
    registration = Registration.find(str(booking.registration_shard), booking.guest)
    if registration is None or not registration.user_email:
        return Suppression("registration_gone")
    event = events.settings_of(session.event_id, now=now)
    if event.status is EventStatus.CANCELED:
        return Suppression("event_canceled")
    return _message(notification.template, registration, session, event)


def _outdated(notification: Notification, session: Session, *, now: datetime) -> str | None:
    if notification.template == CANCELED:
        return None
    changed = str(session.schedule_version) != notification.facts["schedule_version"]
    # A later change is told by a mail of its own.
    if notification.template != PROMOTED and changed:
        return "changed_again"
    return "session_over" if session.ends_at <= now else None


def _message(template: str, registration: Registration, session: Session, event: Event) -> Message:
    rendered = render(
        template,
        {
            "name": registration.name,
            "title": event.title,
            "session": session.title,
            "time_span": span_of(session.starts_at, session.ends_at, event.time_zone),
            "starts": _clock(session.starts_at, event.time_zone),
            "room": session.room or place(event),
            "url": f"{config().public_base_url}/e/{event.uuid}",
        },
    )
    return Message(
        recipient=str(registration.user_email),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        short=rendered.subject,
    )


def _clock(moment: datetime, time_zone: str) -> str:
    """``14:05 (Europe/Berlin)``: enough on the day itself."""
    return f"{moment.astimezone(ZoneInfo(time_zone)):%H:%M} ({time_zone})"
