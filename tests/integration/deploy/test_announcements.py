"""An announcement on a deployed stage: portal's services, job, outbox, SES and SNS, each with its rights."""

import email
import json
import urllib.request
import uuid
from datetime import UTC, datetime
from email.message import Message as Mail
from typing import Any

import boto3
import pytest

from backend.announcements import letters, services
from backend.announcements.kinds import Audience
from backend.announcements.services import Wording
from backend.jobs.models import Job
from backend.jobs.states import JobStatus
from backend.notifications import choices
from backend.notifications.choices import Choices
from backend.notifications.feedback import tag_of
from backend.notifications.kinds import NotificationKind
from backend.notifications.models import Contact, Notification
from backend.notifications.states import NotificationStatus
from backend.seats import services as seats
from backend.shared.actor import Actor, ActorKind
from infra.localcloud.cloud import LocalCloud
from tests.factories.events import make_event
from tests.factories.messages import make_message
from tests.support.eventual import eventually
from tests.support.registering import add

pytestmark = pytest.mark.usefixtures("stage")
ADMINISTRATOR = Actor(ActorKind.USER, user_id="admin", groups=frozenset({"apiAdmins"}))
S = NotificationStatus


def told(cloud: LocalCloud, place: str) -> Any:
    with urllib.request.urlopen(f"{cloud.endpoint}/_ministack/{place}") as answer:
        return json.load(answer)


def mails_to(cloud: LocalCloud, address: str) -> list[dict[str, Any]]:
    accounts = told(cloud, "ses/messages")["messages"].values()
    return [mail for mails in accounts for mail in mails if mail["To"] == [address]]


def announce(event_id: str) -> tuple[str, str]:
    now = datetime.now(UTC)
    wording = Wording("Doors at 8, {name}", "Hello **{name}**", Audience.EVERYBODY)
    draft = services.write_draft(event_id=event_id, wording=wording, actor=ADMINISTRATOR, now=now)
    job = services.send(
        event_id=event_id,
        announcement_id=draft.announcement_id,
        version=1,
        actor=ADMINISTRATOR,
        now=now,
    )
    return draft.announcement_id, job.job_id


def state_of(key: str) -> NotificationStatus | None:
    found = Notification.find(key)
    return found.status if found else None


def test_guests_are_told_by_mail_and_sms_and_the_job_reports(stage_cloud: LocalCloud):
    now = datetime.now(UTC)
    event = make_event(capacity=None)
    seats.open_pool(pool=event.uuid, capacity=None, now=now)
    one, other = (f"{uuid.uuid4().hex}@example.org" for _ in range(2))
    number = f"+4915{uuid.uuid4().int % 10**9:09}"
    ada = Actor(ActorKind.USER, user_id=uuid.uuid4().hex, email=one, name="Ada")
    by_sms = frozenset({NotificationKind.ANNOUNCEMENT})
    choices.change_choices(choices=Choices("Ada", number, by_sms=by_sms), actor=ada, now=now)
    Contact.suppress(choices.contact_id_of(other), reason="bounced", at=now)
    first = add(event, name="Ada", email=one, actor=ADMINISTRATOR).registration
    second = add(event, name="Bea", email=other, actor=ADMINISTRATOR).registration

    announcement_id, job_id = announce(event.uuid)

    keys = [letters.key_of(announcement_id, guest.guest) for guest in (first, second)]
    eventually(lambda: [state_of(key) for key in keys], [S.SENT, S.SUPPRESSED])
    eventually(lambda: Job.fetch(job_id).status, JobStatus.DONE)
    report = Job.fetch(job_id).result
    assert (report["sent"], report["held_back"], report["undelivered"]) == (1, 1, 0)
    mail = next(m for m in mails_to(stage_cloud, one) if m["Subject"] == "Doors at 8, Ada")
    raw: Mail = email.message_from_string(mail.get("RawMessage") or mail.get("Raw") or "")
    if raw.get("Subject"):
        assert raw["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe/" in mail["BodyText"]
    eventually(lambda: state_of(f"{keys[0]}#SMS"), S.SENT)
    texts = told(stage_cloud, "sns/sms-messages")["sms_messages"][number]
    assert [text["Message"] for text in texts] == ["Doors at 8, Ada"]


def test_a_bounce_that_ses_tells_of_suppresses_the_address_and_fails_the_message():
    address = f"{uuid.uuid4().hex}@example.org"
    message = make_message(reason=None)
    detail = {
        "eventType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bouncedRecipients": [{"emailAddress": address}],
            "timestamp": "2026-11-20T12:00:00.000Z",
        },
        "mail": {"tags": {"ses:configuration-set": ["test-mails"], "key": [tag_of(message.key)]}},
    }
    # Only AWS itself may put events of this source, so the rule and the function are tried apart.
    told = {"source": "aws.ses", "detail-type": "Email Bounced", "detail": detail}
    assert rule_takes(told)
    boto3.client("lambda").invoke(
        FunctionName="test-email-feedback", Payload=json.dumps(told).encode()
    )
    found = Contact.find(choices.contact_id_of(address))
    assert found
    assert found.suppressed_for == "bounced"
    assert state_of(message.key) is S.FAILED


def rule_takes(told: dict[str, Any]) -> bool:
    """Whether the deployed rule hands this to the function."""
    events = boto3.client("events")
    patterns = [rule.get("EventPattern", "") for rule in events.list_rules()["Rules"]]
    [pattern] = [one for one in patterns if "aws.ses" in one]
    full = {"id": "1", "account": "000000000000", "time": "2026-11-20T12:00:00Z", **told}
    event = json.dumps(full | {"region": "eu-central-1", "resources": []})
    return bool(events.test_event_pattern(EventPattern=pattern, Event=event)["Result"])
