"""Mails: queued by one stream, sent by another, nudged by the clock."""

from datetime import timedelta

import pytest
from ulid import ULID

from backend.activity.kinds import ActivityKind
from backend.events.states import EventStatus
from backend.handlers import notifications_stream, seat_audit
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from backend.registrations import mails, tickets
from backend.registrations.models import Registration
from backend.shared.clock import utc_now
from tests.factories.events import make_event
from tests.factories.registrations import build_registration
from tests.support.lambda_context import CONTEXT
from tests.support.meetups import Meetup, mail_of, open_meetup
from tests.support.stream_records import Record

pytestmark = pytest.mark.usefixtures("tables")
K = ActivityKind
S = NotificationStatus


@pytest.fixture
def meetup() -> Meetup:
    return open_meetup()


def send(records: list[Record]) -> list[str]:
    answer = notifications_stream.handler({"Records": records}, CONTEXT)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def inserted(key: str, number: str = "1") -> Record:
    return {
        "eventName": "INSERT",
        "dynamodb": {"Keys": {"key": {"S": key}}, "SequenceNumber": number, "NewImage": {}},
    }


def queued(template: str, registration: Registration) -> str:
    mails.enqueue(template, registration, now=utc_now())
    mail = mail_of(template, registration)
    assert mail
    return mail.key


def test_a_queued_mail_is_sent_once(meetup: Meetup):
    key = queued(mails.CONFIRMED, meetup.register())
    assert [send([inserted(key)]) for _ in range(2)] == [[], []]
    stored = Notification.find(key)
    assert stored
    assert (stored.status, stored.attempts) == (S.SENT, 1)


def test_a_mail_is_sent_when_it_is_queued_or_nudged_and_on_no_other_change(meetup: Meetup):
    key = queued(mails.CONFIRMED, meetup.register())
    change = inserted(key) | {"eventName": "MODIFY"}
    send([change])
    assert Notification.find(key).status is S.QUEUED
    change["dynamodb"] |= {"NewImage": {"nudged_at": {"S": "now"}}}
    send([change])
    assert Notification.find(key).status is S.SENT


def test_a_delivery_that_fails_is_reported_alone():
    broken = {"eventName": "INSERT", "dynamodb": {"Keys": {}, "SequenceNumber": "7"}}
    assert send([broken, inserted("nobody")]) == ["7"]


def test_a_template_nobody_knows_is_suppressed(meetup: Meetup):
    key = f"odd#{ULID()}"
    Notification(
        key=key, template="odd", recipient="a@example.org", facts={}, queued_at=utc_now()
    ).put_if_absent()
    send([inserted(key)])
    assert Notification.find(key).reason == "unknown_template"


def reason_of(template: str, registration: Registration) -> str | None:
    key = queued(template, registration)
    assert send([inserted(key)]) == []
    return Notification.find(key).reason


def test_the_ticket_of_a_canceled_registration_is_not_sent(meetup: Meetup):
    ada = meetup.register()
    meetup.cancel(ada)
    assert reason_of(mails.CONFIRMED, ada) == "registration_not_confirmed"


def test_a_reissued_ticket_is_not_sent_in_its_old_form(meetup: Meetup):
    ada = meetup.register()
    newer = Registration.fetch(ada.shard, ada.guest)
    newer.ticket_no = tickets.new_ticket_no()
    newer.save()
    assert reason_of(mails.CONFIRMED, ada) == "ticket_reissued"


def test_no_ticket_is_sent_for_a_canceled_event(meetup: Meetup):
    ada = meetup.register()
    ada_elsewhere = build_registration(
        event_id=make_event(status=EventStatus.CANCELED).uuid, user_email=ada.user_email
    )
    ada_elsewhere.save()
    assert reason_of(mails.CONFIRMED, ada_elsewhere) == "event_canceled"


def test_who_registered_again_is_not_told_of_the_cancellation(meetup: Meetup):
    ada = meetup.register()
    assert reason_of(mails.CANCELED, ada) == "registered_again"


def test_a_registration_that_is_gone_gets_no_mail(meetup: Meetup):
    ada = meetup.register()
    key = queued(mails.CONFIRMED, ada)
    ada.delete()
    send([inserted(key)])
    assert Notification.find(key).reason == "registration_gone"


def test_the_audit_nudges_mails_and_frees_seats(meetup: Meetup):
    ada = build_registration(user_email=f"{ULID()}@example.org")
    mails.enqueue(mails.CONFIRMED, ada, now=utc_now() - timedelta(minutes=6))
    done = seat_audit.handler({}, None)
    assert done["messages_nudged"] >= 1
    assert mail_of(mails.CONFIRMED, ada).nudged_at is not None
