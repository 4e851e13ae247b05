"""The mail that brings a ticket, and a ticket's way from registering to the mailbox."""

import json
import time
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from ulid import ULID

from backend.activity import queries as activity
from backend.checkin import services as checkin
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan
from backend.events.kinds import LocationType
from backend.events.states import EventStatus
from backend.notifications.messages import Message
from backend.notifications.models import Notification
from backend.registrations import mails, services, tickets
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.seats import services as seats
from backend.shared.clock import utc_now
from backend.shared.config import config
from infra.localcloud.cloud import LocalCloud
from tests.factories.events import NOON, build_event, make_event
from tests.factories.registrations import make_registration
from tests.factories.users import a_user


def compose(template: str, registration: Registration) -> Message:
    mails.enqueue(template, registration, now=NOON)
    ticket = f"{registration.event_id}#{registration.guest}#{registration.ticket_no}"
    queued = Notification.find(f"{template}#{ticket}")
    assert queued
    message = mails.compose(queued, now=NOON)
    assert isinstance(message, Message)
    return message


@pytest.mark.usefixtures("tables")
def test_a_confirmation_carries_the_ticket_as_image_text_and_calendar_entry():
    event = make_event(title="Rust & Tea")
    ada = make_registration(event_id=event.uuid, user_email="ada@example.org", name="Ada")
    message = compose(mails.CONFIRMED, ada)
    assert (message.recipient, message.subject) == (
        "ada@example.org",
        "Your ticket for Rust & Tea",
    )
    inline, ticket, entry = message.attachments
    image = tickets.qr_png(tickets.issue(ada))
    assert (inline.inline_id, inline.content, ticket.content) == ("ticket", image, image)
    assert (ticket.filename, entry.filename) == ("ticket.png", "event.ics")
    assert b"SUMMARY:Rust & Tea" in entry.content
    code = tickets.short_code(ada.guest, ada.ticket_no)
    link = f"{config().public_base_url}/me/tickets/{event.uuid}"
    for body in (message.text, message.html):
        assert code in body
        assert link in body
        assert "Wednesday 8 May 2030, 14:00–22:00 CEST (Europe/Berlin)" in body


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(
    ("status", "files", "word"),
    [
        (EventStatus.PUBLISHED, [], "your registration for Harbour Conference is canceled"),
        (EventStatus.CANCELED, ["event.ics"], "the organiser has called Harbour Conference off"),
    ],
)
def test_a_cancellation_says_whose_it_was(status: EventStatus, files: list[str], word: str):
    event = make_event(status=status)
    ada = make_registration(event_id=event.uuid, status=RegistrationStatus.CANCELED)
    message = compose(mails.CANCELED, ada)
    assert word in message.text
    assert [attachment.filename for attachment in message.attachments] == files


@pytest.mark.parametrize(
    ("starts_at", "hours", "zone", "text"),
    [
        (NOON, 3, "Europe/Berlin", "Wednesday 1 May 2030, 14:00–17:00 CEST (Europe/Berlin)"),
        (NOON, 3, "America/New_York", "Wednesday 1 May 2030, 08:00–11:00 EDT (America/New_York)"),
        (
            NOON,
            12,
            "Asia/Tokyo",
            "Wednesday 1 May 2030, 21:00 JST – Thursday 2 May 2030, 09:00 JST (Asia/Tokyo)",
        ),
        (
            datetime(2030, 10, 26, 23, 30, tzinfo=UTC),
            3,
            "Europe/Berlin",
            (
                "Sunday 27 October 2030, 01:30 CEST – Sunday 27 October 2030, 03:30 CET"
                " (Europe/Berlin)"
            ),
        ),
    ],
)
def test_times_are_spelt_in_the_events_own_zone(starts_at, hours, zone, text):
    event = build_event(
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), time_zone=zone
    )
    assert mails.time_span(event) == text


@pytest.mark.parametrize(
    ("kind", "location", "text"),
    [
        (LocationType.IN_PERSON, "Pier 2", "Pier 2"),
        (LocationType.IN_PERSON, "", "The organiser will tell you."),
        (LocationType.ONLINE, "https://meet.example", "Online: https://meet.example"),
        (LocationType.ONLINE, "", "Online"),
        (LocationType.BOTH, "Pier 2", "Pier 2, and online"),
        (LocationType.BOTH, "", "In person and online"),
    ],
)
def test_a_mail_says_where_to_go(kind, location, text):
    assert mails.place(build_event(location_type=kind, location=location)) == text


def mails_to(cloud: LocalCloud, address: str) -> list[dict]:
    with urllib.request.urlopen(f"{cloud.endpoint}/_ministack/ses/messages") as answer:
        accounts = json.load(answer)["messages"].values()
    return [mail for sent in accounts for mail in sent if mail["To"] == [address]]


def wait_for(seen: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not seen() and time.monotonic() < deadline:
        time.sleep(0.1)


@pytest.mark.usefixtures("stage")
def test_a_guest_is_mailed_counted_and_put_on_record(stage_cloud: LocalCloud):
    """Through the deployed functions, with their own rights."""
    now, organiser = utc_now(), a_user(uuid.uuid4().hex)
    event = make_event(starts_at=now + timedelta(hours=1), creator_id=organiser.user_id)
    seats.open_pool(pool=event.uuid, capacity=event.capacity, now=now)
    ada, bob = (a_user(uuid.uuid4().hex, name=name) for name in ("Ada", "Bob"))
    ticket = services.register(event_id=event.uuid, name="Ada", actor=ada, now=now).registration
    services.register(event_id=event.uuid, name="Bob", actor=bob, now=now)
    services.cancel_mine(event_id=event.uuid, actor=bob, now=now)
    scan_id = str(ULID())
    checkin.admit(
        event_id=event.uuid,
        ticket=tickets.issue(ticket),
        scan_id=scan_id,
        gate="North",
        actor=organiser,
        now=now,
    )

    def is_bob_told() -> bool:
        return "Canceled: Harbour Conference" in {
            m["Subject"] for m in mails_to(stage_cloud, bob.email)
        }

    wait_for(lambda: mails_to(stage_cloud, ada.email) and is_bob_told())
    (mail,) = mails_to(stage_cloud, ada.email)
    assert mail["Subject"] == "Your ticket for Harbour Conference"
    assert tickets.short_code(ticket.guest, ticket.ticket_no) in mail["BodyText"]
    assert is_bob_told()
    wait_for(lambda: Scan.find_scan(event.uuid, scan_id, shards=event.shards))
    totals = activity.totals(event_id=event.uuid, shards=event.shards)
    assert (totals.registered, totals.canceled, totals.admitted) == (2, 1, 1)
    scan = Scan.find_scan(event.uuid, scan_id, shards=event.shards)
    assert scan
    assert scan.result is ScanResult.ADMITTED
    answer = boto3.client("lambda").invoke(FunctionName="test-seat-audit", Payload=b"{}")
    assert "FunctionError" not in answer
