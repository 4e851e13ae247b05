"""Sessions with many guests who are to be told to queue up, the minute's function and the senders."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backend.events.models import Event
from backend.jobs import queries as jobs
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.notifications import services as notifications
from backend.notifications.channels.base import Channel
from backend.notifications.kinds import ChannelName
from backend.notifications.messages import Message
from backend.notifications.models import Notification
from backend.registrations import guests
from backend.sessions import mails, queries, services
from backend.sessions.models import Booking, Session
from backend.sessions.states import BookingStatus
from tests.factories.events import NOON, make_event
from tests.factories.registrations import build_registration
from tests.factories.sessions import make_session
from tests.support.jobs import run_all

SOON = timedelta(minutes=5)
"""Longer than any lease."""


def booked_session(
    count: int, *, shards: int = 2, status: BookingStatus = BookingStatus.BOOKED, **values
) -> tuple[Session, list[Booking]]:
    """A session that so many guests of its event booked, as the tables hold it."""
    event = make_event(starts_at=NOON, capacity=None)
    start = values.pop("starts_at", NOON + timedelta(hours=1))
    session = make_session(event, opened=False, starts_at=start, shards=shards, **values)
    bookings = [_booking(event, session, number, status) for number in range(count)]
    with Booking.batch_write() as batch:
        for booking in bookings:
            batch.save(booking)
    return session, bookings


def register_them(bookings: list[Booking]) -> None:
    """Keep who made these bookings, so that there is somebody to be told."""
    for number, booking in enumerate(bookings):
        build_registration(
            event_id=booking.event_id,
            shard=booking.registration_shard,
            guest=booking.guest,
            user_email=f"guest-{number}@example.org",
        ).save()


def _booking(event: Event, session: Session, number: int, status: BookingStatus) -> Booking:
    guest = guests.guest_key(event.uuid, f"guest-{number}@example.org")
    return Booking(
        # Evenly, so that each run makes the same calls.
        queries.shards_of(session)[number % int(session.shards)],
        guest,
        event_id=event.uuid,
        session_id=session.session_id,
        status=status,
        version=1,
        registration_shard=f"{event.uuid}#R0",
        booked_at=NOON,
        changed_by="USER:guest",
    )


def due_at(session: Session) -> datetime:
    return session.starts_at - timedelta(minutes=int(session.notice_minutes))


def the_minute(now: datetime) -> list[bool]:
    """What the function by the clock does."""
    return [
        services.give_notice(event_id=one.event_id, session_id=one.session_id, now=now)
        for one in queries.list_due_notices(now=now)
    ]


def notice_jobs(session: Session) -> list[Job]:
    found = jobs.list_for_event(session.event_id, limit=100).items
    return [one for one in found if one.kind is JobKind.NOTIFY_SESSION]


def work(session: Session, now: datetime) -> list[Job]:
    """What the jobs' function does when it is woken."""
    return [run_all(one.job_id, now_fn=lambda: now) for one in notice_jobs(session)]


def asked_for(session: Session, bookings: list[Booking]) -> list[Notification]:
    """The messages in the outbox about this version of the session's schedule."""
    keys = [mails.key_of(mails.NOTICE, one, session) for one in bookings]
    return Notification.find_many(keys)


@dataclass
class Post:
    """A channel that keeps whom it told, and a sender that uses it."""

    told: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        self.told.append(message)

    def deliver(
        self, messages: list[Notification], now: datetime, channel: Channel | None = None
    ) -> None:
        for message in messages:
            notifications.deliver(
                key=message.key,
                compose=_composing(now),
                channels={ChannelName.EMAIL: channel or self},
                now=now,
            )

    @property
    def by_recipient(self) -> Counter[str]:
        return Counter(message.recipient for message in self.told)


def _composing(now: datetime) -> Callable[[Notification], notifications.Composed]:
    return lambda notification: mails.compose(notification, now=now)
