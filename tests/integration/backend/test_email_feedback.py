"""Bounces and complaints, as SES tells them: nothing is sent there until somebody sends again."""

import uuid
from typing import Any

import pytest

from backend.handlers import email_feedback
from backend.notifications import choices, services
from backend.notifications.feedback import tag_of
from backend.notifications.kinds import BOUNCED, COMPLAINED, ChannelName, NotificationKind
from backend.notifications.messages import Message
from backend.notifications.models import Contact, Notification
from backend.notifications.states import NotificationStatus
from tests.factories.events import NOON
from tests.support.lambda_context import CONTEXT

pytestmark = pytest.mark.usefixtures("tables")
S = NotificationStatus


def an_address() -> str:
    return f"{uuid.uuid4().hex}@example.org"


def tell(detail: dict[str, Any]) -> None:
    email_feedback.handler({"source": "aws.ses", "detail": detail}, CONTEXT)


def bounce(address: str, kind: str = "Permanent", at: str = "2030-05-01T12:00:00.000Z") -> dict:
    recipients = [{"emailAddress": address, "status": "5.1.1", "action": "failed"}]
    told = {"bounceType": kind, "bouncedRecipients": recipients, "timestamp": at}
    return {"eventType": "Bounce", "bounce": told, "mail": {}}


def complaint(address: str) -> dict:
    told = {
        "complainedRecipients": [{"emailAddress": address}],
        "timestamp": "2030-05-01T12:00:00Z",
    }
    return {"eventType": "Complaint", "complaint": told, "mail": {}}


def known_of(address: str) -> str | None:
    found = Contact.find(choices.contact_id_of(address))
    return found.suppressed_for if found else None


def deliver(address: str, kind: NotificationKind) -> tuple[str, list[Message]]:
    key, taken = f"test#{uuid.uuid4()}", []

    class Channel:
        def send(self, message: Message) -> None:
            taken.append(message)

    services.enqueue(
        key=key, template="t", recipient=address, values={}, now=NOON, kind=kind, event_id="ev-1"
    )
    services.deliver(
        key=key,
        compose=lambda held: Message(held.recipient, "Hi", "Hi\n"),
        channels={ChannelName.EMAIL: Channel()},
        now=NOON,
    )
    return key, taken


@pytest.mark.parametrize("kind", [NotificationKind.TICKET, NotificationKind.ANNOUNCEMENT])
def test_nothing_is_sent_to_an_address_that_bounced(kind: NotificationKind):
    address = an_address()
    tell(bounce(address))
    key, taken = deliver(address, kind)
    stored = Notification.find(key)
    assert (stored.status, stored.reason, taken) == (S.SUPPRESSED, BOUNCED, [])
    assert stored.undelivered == "ev-1#SUPPRESSED"


def test_the_mail_that_bounced_is_listed_as_failed_and_can_be_sent_again():
    address = an_address()
    key, _ = deliver(address, NotificationKind.TICKET)
    news = bounce(address) | {"mail": {"tags": {"key": [tag_of(key)]}}}
    tell(news)
    failed = Notification.find(key)
    assert (failed.status, failed.reason) == (S.FAILED, BOUNCED)
    assert failed.undelivered == "ev-1#FAILED"
    services.send_again(key=key, event_id="ev-1", now=NOON)
    tell(news)  # late news of the mail before
    assert (known_of(address), Notification.find(key).status) == (BOUNCED, S.QUEUED)


@pytest.mark.parametrize("tag", ["", "%%%", "bm9ib2R5", tag_of("x" * 300)])
def test_a_bounce_of_a_mail_that_nobody_knows_still_counts(tag: str):
    address = an_address()
    tell(bounce(address) | {"mail": {"tags": {"key": [tag]}}})
    assert known_of(address) == BOUNCED
    assert Notification.find("nobody") is None


def test_nothing_is_sent_to_who_complained():
    address = an_address()
    tell(complaint(f"Ada <{address.upper()}>"))
    key, taken = deliver(address, NotificationKind.TICKET)
    assert (Notification.find(key).reason, taken) == (COMPLAINED, [])


@pytest.mark.parametrize(
    ("kind", "known"),
    [("abuse", COMPLAINED), ("fraud", COMPLAINED), ("not-spam", None), ("auth-failure", None)],
)
def test_only_a_report_of_spam_or_worse_is_a_complaint(kind: str, known: str | None):
    address = an_address()
    told = complaint(address)
    told["complaint"]["complaintFeedbackType"] = kind
    tell(told)
    assert known_of(address) == known


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_a_bounce_that_may_pass_changes_nothing(kind: str):
    address = an_address()
    tell(bounce(address, kind))
    assert known_of(address) is None
    assert len(deliver(address, NotificationKind.TICKET)[1]) == 1


def test_other_news_of_ses_changes_nothing():
    tell({"eventType": "Delivery", "delivery": {"recipients": [an_address()]}, "mail": {}})


def test_news_that_come_twice_or_late_change_nothing():
    address = an_address()
    tell(complaint(address))
    tell(complaint(address))
    tell(bounce(address, at="2030-05-01T11:00:00.000Z"))
    assert known_of(address) == COMPLAINED


def test_sending_again_lifts_it_and_the_message_goes_out():
    address = an_address()
    tell(bounce(address))
    key, _ = deliver(address, NotificationKind.TICKET)
    services.send_again(key=key, event_id="ev-1", now=NOON)
    assert known_of(address) is None
    assert Notification.find(key).status is S.QUEUED
    assert len(deliver(address, NotificationKind.TICKET)[1]) == 1


def test_what_was_switched_off_survives():
    address = an_address()
    contact = choices.contact_id_of(address)
    Contact.switch(contact, [NotificationKind.SESSION], off=True, now=NOON)
    tell(bounce(address))
    assert Contact.find(contact).switched_off == {NotificationKind.SESSION}
