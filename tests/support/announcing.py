"""An event's announcements sent in this process: the job runs, the outbox delivers, the clock goes on."""

from dataclasses import dataclass, field
from datetime import timedelta

from backend.announcements import letters, sending, services
from backend.announcements.kinds import Audience
from backend.announcements.models import Announcement
from backend.announcements.services import Wording
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.runner import run_job
from backend.notifications import services as notifications
from backend.notifications.kinds import ChannelName
from backend.notifications.messages import Message
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from backend.registrations.models import Registration
from tests.support.registering import LATER, OLGA

HOLDS = {"subject": "Doors open at {when}", "text": "Hello **{name}**,\n\nsee you at {event}."}


def draft(event, audience: Audience = Audience.EVERYBODY, **values: str) -> Announcement:
    wording = Wording(**HOLDS | values, audience=audience)
    return services.write_draft(event_id=event.uuid, wording=wording, actor=OLGA, now=LATER)


def send(announcement: Announcement, **values) -> Job:
    given = {"version": announcement.version, "actor": OLGA, "now": LATER} | values
    return services.send(
        event_id=announcement.event_id, announcement_id=announcement.announcement_id, **given
    )


@dataclass
class Post:
    """The channel and the clock of one test."""

    now = LATER
    taken: list[Message] = field(default_factory=list)
    refused: dict[str, Exception] = field(default_factory=dict)

    def send(self, message: Message) -> None:
        if message.recipient in self.refused:
            raise self.refused[message.recipient]
        self.taken.append(message)

    def run(self, job: Job) -> Job:
        """Let the job go as far as it gets, some minutes later each time."""
        self.now += timedelta(minutes=20)
        run_job(
            job_id=job.job_id,
            steps={JobKind.ANNOUNCE: sending.step},
            now_fn=lambda: self.now,
            until=lambda: False,
        )
        return Job.fetch(job.job_id)

    def deliver(
        self, announcement: Announcement, *guests: Registration
    ) -> list[NotificationStatus | None]:
        """What becomes of the messages to these guests when the outbox delivers them."""
        self.now += timedelta(minutes=20)
        keys = [letters.key_of(announcement.announcement_id, one.guest) for one in guests]
        return [self.deliver_key(key) for key in keys]

    def deliver_key(self, key: str) -> NotificationStatus | None:
        def compose(held: Notification) -> notifications.Composed:
            return letters.compose(held, now=self.now)

        return notifications.deliver(
            key=key, compose=compose, channels={ChannelName.EMAIL: self}, now=self.now
        )

    @property
    def addresses(self) -> list[str]:
        return sorted(message.recipient for message in self.taken)
