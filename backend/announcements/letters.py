"""The mail of an announcement: asked for by its job, composed when it is sent.

What is sent is the guest's registration as it is at that moment, so who gave the place back since
gets nothing. Stopping or pausing the job holds for messages that wait in the outbox, too.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from backend.announcements.models import Announcement
from backend.announcements.queries import has_place_at
from backend.announcements.wording import fill, fill_markdown
from backend.events import queries as events
from backend.events.models import Event
from backend.jobs.models import Job
from backend.jobs.states import JobStatus
from backend.notifications import services as notifications
from backend.notifications.kinds import NotificationKind
from backend.notifications.messages import Hold, Message, Suppression
from backend.notifications.models import Notification
from backend.notifications.rendering import Rendered, render
from backend.registrations import mails
from backend.registrations.models import Registration
from backend.shared.clock import iso
from backend.shared.config import config
from backend.shared.markdown import to_html

ANNOUNCEMENT, TEST = "announcement", "announcement_test"
PAUSED = "announcement_paused"
LOOKED_AGAIN, LOOKED_AT_LEAST = timedelta(minutes=5), timedelta(hours=6)
_MOST_DOUBLINGS = 7
"""Reach the longer one. A pause may last for weeks; once it ends, the job wakes what waits."""


def key_of(announcement_id: str, guest: str) -> str:
    """One message per announcement and guest, however often it is asked for."""
    return f"{ANNOUNCEMENT}#{announcement_id}#{guest}"


def enqueue(
    announcement: Announcement, registration: Registration, *, job_id: str, now: datetime
) -> None:
    """Ask for the mail to one guest, once."""
    notifications.enqueue(
        key=key_of(announcement.announcement_id, registration.guest),
        template=ANNOUNCEMENT,
        recipient=registration.guest,
        values={
            "shard": registration.shard,
            "guest": registration.guest,
            "event_id": announcement.event_id,
            "announcement_id": announcement.announcement_id,
            "job_id": job_id,
        },
        kind=NotificationKind.ANNOUNCEMENT,
        event_id=announcement.event_id,
        now=now,
    )


def enqueue_test(
    announcement: Announcement, *, user_id: str, name: str, address: str, now: datetime
) -> None:
    """Ask for the mail to whoever writes it: once a minute, however often it was changed."""
    moment = iso(now.replace(second=0, microsecond=0))
    notifications.enqueue(
        key=f"{TEST}#{announcement.announcement_id}#{user_id}#{moment}",
        template=TEST,
        recipient=address,
        values={
            "name": name,
            "event_id": announcement.event_id,
            "announcement_id": announcement.announcement_id,
        },
        kind=NotificationKind.ANNOUNCEMENT,
        now=now,
    )


def compose(notification: Notification, *, now: datetime) -> notifications.Composed:
    """The mail, or why it is not wanted any more. Reads announcement, job, guest and event."""
    facts = notification.facts
    announcement = Announcement.find(facts["event_id"], facts["announcement_id"])
    if announcement is None:
        return Suppression("announcement_gone")
    event = events.settings_of(announcement.event_id, now=now)
    if notification.template == TEST:
        letter = letter_of(announcement, event, name=facts["name"])
        # Each text to a phone is paid for, and this one tells nothing new.
        return replace(_message(notification.recipient, letter), mail_only=True)
    job = Job.find(facts["job_id"])
    if job is None or job.status is JobStatus.CANCELED or job.cancel_requested_at:
        return Suppression("announcement_stopped")
    if job.status is JobStatus.PAUSED or job.pause_requested_at:
        doublings = min(int(notification.attempts) - 1, _MOST_DOUBLINGS)
        return Hold(now + min(LOOKED_AGAIN * 2**doublings, LOOKED_AT_LEAST), PAUSED)
    registration = Registration.find(facts["shard"], facts["guest"])
    if registration is None or not registration.user_email:
        return Suppression("registration_gone")
    if not announcement.audience.holds(registration) or not has_place_at(
        announcement, registration
    ):
        return Suppression("not_among_recipients")
    letter = letter_of(announcement, event, name=registration.name)
    return _message(registration.user_email, letter)


def letter_of(announcement: Announcement, event: Event, *, name: str) -> Rendered:
    """What a guest of this name gets: subject, text and HTML."""
    values = _values(event, name)
    return render(
        ANNOUNCEMENT,
        {
            "title": event.title,
            "subject_line": fill(announcement.subject, values),
            "text": fill(announcement.text, values),
            "body": body_of(announcement, event, name=name),
            "event_url": values["link"],
        },
    )


def body_of(announcement: Announcement, event: Event, *, name: str) -> str:
    """The part of the HTML that organisers wrote, cleaned."""
    return to_html(fill_markdown(announcement.text, _values(event, name)))


def _values(event: Event, name: str) -> dict[str, str]:
    return {
        "name": name,
        "event": event.title,
        "when": mails.time_span(event),
        "where": mails.place(event),
        "link": f"{config().public_base_url}/e/{event.uuid}",
    }


def _message(recipient: str, letter: Rendered) -> Message:
    return Message(recipient=recipient, subject=letter.subject, text=letter.text, html=letter.html)
