"""The mails of a registration: asked for by its stream, composed when they are sent.

A mail is composed from the registration as it is stored at that moment. So one that was canceled
or re-issued in the meantime never sends a ticket that does not open the door.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from backend.events import queries as events
from backend.events.kinds import LocationType
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.notifications import services as notifications
from backend.notifications.kinds import NotificationKind
from backend.notifications.messages import Attachment, Message, Suppression
from backend.notifications.models import Notification
from backend.notifications.rendering import render
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import ACTIVE, RegistrationStatus
from backend.shared.clock import iso
from backend.shared.config import config

CONFIRMED = "registration_confirmed"
CANCELED = "registration_canceled"
WAITLISTED = "registration_waitlisted"
PROMOTED = "registration_promoted"
MOVED = "registration_moved"
_KINDS = {WAITLISTED: NotificationKind.WAITING_LIST, MOVED: NotificationKind.WAITING_LIST}
"""All others are about the ticket, also that it does not open the door any more."""
_EACH_TIME = (PROMOTED, MOVED)
"""What can happen to one ticket number more than once."""


def enqueue(
    template: str, registration: Registration, *, now: datetime, again_at: datetime | None = None
) -> None:
    """Ask for one of the mails above; no address, no mail.

    Once per ticket number, or per promotion and move of it. ``again_at``: somebody asked for it once more at that moment, so once more for that.
    """
    if not registration.user_email:
        return
    again = f"#{iso(again_at)}" if again_at else ""
    if template in _EACH_TIME:
        again = f"#{int(registration.version)}"
    notifications.enqueue(
        key=f"{template}#{_ticket(registration)}{again}",
        template=template,
        # Whose address is looked up when it is sent: the outbox needs to know none.
        recipient=registration.guest,
        values={
            "shard": registration.shard,
            "guest": registration.guest,
            "ticket_no": registration.ticket_no,
        },
        now=now,
        kind=_KINDS.get(template, NotificationKind.TICKET),
        event_id=registration.event_id,
    )


def keys_about(registration: Registration) -> list[str]:
    """The keys under which the outbox holds what is mailed once per ticket number."""
    ticket = _ticket(registration)
    return [f"{template}#{ticket}" for template in (CONFIRMED, WAITLISTED, CANCELED)]


def _ticket(registration: Registration) -> str:
    return f"{registration.event_id}#{registration.guest}#{registration.ticket_no}"


def compose(notification: Notification, *, now: datetime) -> Message | Suppression:
    """The mail, or why it is not wanted any more.

    Reads the registration and the event.
    """
    facts = notification.facts
    registration = Registration.find(facts["shard"], facts["guest"])
    if registration is None or not registration.user_email:
        return Suppression("registration_gone")
    if notification.template == CANCELED:
        return _compose_canceled(registration, now=now)
    if registration.ticket_no != facts["ticket_no"]:
        return Suppression("ticket_reissued")
    if notification.template in (WAITLISTED, MOVED):
        return _compose_waiting(notification.template, registration, now=now)
    return _compose_confirmed(notification.template, registration, now=now)


def _compose_waiting(
    template: str, registration: Registration, *, now: datetime
) -> Message | Suppression:
    if registration.status is not RegistrationStatus.WAITLISTED:
        return Suppression("registration_not_waitlisted")
    event = events.settings_of(registration.event_id, now=now)
    if event.status is EventStatus.CANCELED:
        return Suppression("event_canceled")
    ticket_url = f"{config().public_base_url}/me/tickets/{event.uuid}"
    return _message(template, registration, event, facts={"ticket_url": ticket_url}, attachments=())


def _compose_confirmed(
    template: str, registration: Registration, *, now: datetime
) -> Message | Suppression:
    if registration.status is not RegistrationStatus.CONFIRMED:
        return Suppression("registration_not_confirmed")
    event = events.settings_of(registration.event_id, now=now)
    if event.status is EventStatus.CANCELED:
        return Suppression("event_canceled")
    image = tickets.qr_png(tickets.issue(registration))
    ticket_url = f"{config().public_base_url}/me/tickets/{event.uuid}"
    return _message(
        template,
        registration,
        event,
        facts={
            "short_code": tickets.short_code(registration.guest, registration.ticket_no),
            "ticket_url": ticket_url,
        },
        attachments=(
            Attachment("ticket.png", "image/png", image, inline_id="ticket"),
            Attachment("ticket.png", "image/png", image),
            _calendar(event, now=now),
        ),
    )


def _compose_canceled(registration: Registration, *, now: datetime) -> Message | Suppression:
    if registration.status in ACTIVE:
        return Suppression("registered_again")
    # Not from the cache: these mails follow within seconds of an event's being called off.
    event = Event.fetch(registration.event_id)
    by_organiser = event.status is EventStatus.CANCELED
    return _message(
        CANCELED,
        registration,
        event,
        facts={"event_canceled": by_organiser, "event_url": _event_url(event)},
        attachments=(_calendar(event, now=now),) if by_organiser else (),
    )


def _message(
    template: str,
    registration: Registration,
    event: Event,
    *,
    facts: dict[str, object],
    attachments: tuple[Attachment, ...],
) -> Message:
    values = {
        "name": registration.name,
        "title": event.title,
        "time_span": time_span(event),
        "location": place(event),
    }
    rendered = render(template, values | facts)
    return Message(
        recipient=str(registration.user_email),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=attachments,
    )


def _calendar(event: Event, *, now: datetime) -> Attachment:
    # Loading the calendar library takes a while, and only confirmations need it.
    from backend.events.calendar import calendar_file

    content = calendar_file(event, url=_event_url(event), now=now)
    return Attachment("event.ics", "text/calendar", content)


def _event_url(event: Event) -> str:
    return f"{config().public_base_url}/e/{event.uuid}"


def time_span(event: Event) -> str:
    """``Friday 20 November 2026, 18:00–21:00 CET (Europe/Berlin)``, in the event's own zone."""
    return span_of(event.starts_at, event.ends_at, event.time_zone)


def span_of(starts_at: datetime, ends_at: datetime, time_zone: str) -> str:
    """The same of any two moments."""
    zone = ZoneInfo(time_zone)
    starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    first = f"{starts:%A} {starts.day} {starts:%B %Y, %H:%M}"
    if starts.date() == ends.date() and starts.tzname() == ends.tzname():
        return f"{first}–{ends:%H:%M} {ends.tzname()} ({time_zone})"
    last = f"{ends:%A} {ends.day} {ends:%B %Y, %H:%M}"
    return f"{first} {starts.tzname()} – {last} {ends.tzname()} ({time_zone})"


def place(event: Event) -> str:
    """Where the guest goes, and whether there is anything to go to."""
    if event.location_type is LocationType.IN_PERSON:
        return event.location or "The organiser will tell you."
    if event.location_type is LocationType.ONLINE:
        return f"Online: {event.location}" if event.location else "Online"
    return f"{event.location}, and online" if event.location else "In person and online"
