"""What guests are mailed about their requests: asked for by the stream, composed when it is sent."""

from datetime import datetime

from backend.events import queries as events
from backend.events.states import EventStatus
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.states import RequestStatus
from backend.notifications import services as notifications
from backend.notifications.kinds import NotificationKind
from backend.notifications.messages import Message, Suppression
from backend.notifications.models import Notification
from backend.notifications.rendering import render
from backend.registrations.models import Registration
from backend.shared.config import config

FULFILLED = "request_fulfilled"
DECLINED = "request_declined"
TEMPLATES = {RequestStatus.FULFILLED: FULFILLED, RequestStatus.DECLINED: DECLINED}


def key_of(request: GuestRequest) -> str:
    """The key under which the guest is told of this state of the request."""
    return f"{TEMPLATES[request.status]}#{request.request_id}#{int(request.version)}"


def enqueue(request: GuestRequest, *, now: datetime) -> None:
    """Ask for the mail about what became of it, once for each time it did."""
    notifications.enqueue(
        key=key_of(request),
        template=TEMPLATES[request.status],
        # Whose address is looked up when it is sent: the outbox needs to know none.
        recipient=request.guest,
        values={"request_id": request.request_id},
        now=now,
        kind=NotificationKind.REQUEST,
        event_id=request.event_id,
        # Who asked waits for it now, even at night: no quiet hours hold it back.
        about_at=now,
    )


def compose(notification: Notification, *, now: datetime) -> Message | Suppression:
    """The mail, or why it is not wanted any more. Reads request, registration and event."""
    request = GuestRequest.find(notification.facts["request_id"])
    if request is None or TEMPLATES.get(request.status) != notification.template:
        return Suppression("request_changed")
    registration = Registration.find(request.shard, request.guest)
    if registration is None or not registration.user_email:
        return Suppression("registration_gone")
    event = events.settings_of(request.event_id, now=now)
    if event.status is EventStatus.CANCELED:
        return Suppression("event_canceled")
    rendered = render(
        notification.template,
        {
            "name": registration.name,
            "title": event.title,
            "what": request.option or request.kind_name,
            "kind": request.kind_name,
            "reason": request.reason or "",
            "url": f"{config().public_base_url}/me/requests",
        },
    )
    return Message(
        recipient=str(registration.user_email),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        short=rendered.subject,
    )
