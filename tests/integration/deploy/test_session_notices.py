"""A session notice on a deployed stage: the rule's function, the job, the outbox and SES, each with its rights."""

import uuid
from datetime import UTC, datetime, timedelta

import boto3

from backend.jobs import queries as jobs
from backend.jobs.kinds import JobKind
from backend.jobs.states import JobStatus
from backend.notifications.models import Notification
from backend.registrations import services as registrations
from backend.seats import services as seats
from backend.sessions import mails, policies, queries
from backend.sessions import services as sessions
from infra.localcloud.cloud import LocalCloud
from tests.factories.events import make_event
from tests.factories.sessions import make_session
from tests.integration.deploy.test_announcements import ADMINISTRATOR, mails_to
from tests.integration.deploy.test_slice import waiting_failures
from tests.support.eventual import eventually

GUESTS = 3


def the_minute(stage) -> None:
    run = boto3.client("lambda").invoke(FunctionName=stage["SessionNoticesFunction"])
    assert run.get("FunctionError") is None


def test_booked_guests_are_mailed_once_when_the_rule_runs(stage, stage_cloud: LocalCloud):
    now = datetime.now(UTC)
    event = make_event(starts_at=now - timedelta(hours=1), capacity=None)
    seats.open_pool(pool=event.uuid, capacity=None, now=now)
    starts_at = now + timedelta(minutes=8)
    due = policies.notice_of(starts_at, 10, now=now)
    session = make_session(event, starts_at=starts_at, title="Tides for all", **due)
    addresses = [f"{uuid.uuid4().hex}@example.org" for _ in range(GUESTS)]
    bookings = []
    for address in addresses:
        guest = registrations.add_guest(
            event_id=event.uuid, name="Ada", email=address, actor=ADMINISTRATOR, now=now
        ).registration
        made = sessions.add_booking(
            event_id=event.uuid,
            session_id=session.session_id,
            guest=guest.guest,
            actor=ADMINISTRATOR,
            now=now,
        )
        bookings.append(made.booking)

    for _ in range(2):
        the_minute(stage)

    keys = [mails.key_of(mails.NOTICE, one, session) for one in bookings]
    eventually(lambda: [one.status for one in Notification.find_many(keys)], ["SENT"] * GUESTS)
    for address in addresses:
        told = [mail["Subject"] for mail in mails_to(stage_cloud, address)]
        assert len([one for one in told if one.startswith("Queue up now: Tides for all, ")]) == 1
    found = jobs.list_for_event(event.uuid, limit=10).items
    assert [(one.status, one.done) for one in found if one.kind is JobKind.NOTIFY_SESSION] == [
        (JobStatus.DONE, GUESTS)
    ]
    stored = queries.settings_of(event.uuid, session.session_id, now=now)
    assert (stored.notice_at, waiting_failures(stage)) == (None, "0")
