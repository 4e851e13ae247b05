"""The welcome: one mail per person, once an address is known."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.handlers import profiles_stream
from backend.notifications import mails
from backend.notifications.messages import Message, Suppression
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from backend.profiles import services as profiles
from backend.shared.actor import Actor, ActorKind
from tests.support.lambda_context import CONTEXT

pytestmark = pytest.mark.usefixtures("tables")
NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
S = NotificationStatus


def a_person() -> Actor:
    one = uuid.uuid4().hex
    return Actor(ActorKind.USER, user_id=one, email=f"{one}@example.org", name="Ada")


def follow(person: Actor, *, before: str | None, after: str | None, insert: bool = False) -> None:
    def image(email: str | None) -> dict[str, Any]:
        return {"userId": {"S": person.user_id}, **({"email": {"S": email}} if email else {})}

    written = {"Keys": {"userId": {"S": person.user_id}}, "SequenceNumber": "1"}
    written |= {"NewImage": image(after)} | ({} if insert else {"OldImage": image(before)})
    record = {"eventName": "INSERT" if insert else "MODIFY", "dynamodb": written}
    assert profiles_stream.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}


def queued(person: Actor) -> Notification | None:
    return Notification.find(f"welcome#{person.user_id}")


def test_a_profile_without_an_address_waits_for_one():
    ada = a_person()
    follow(ada, before=None, after=None, insert=True)
    assert queued(ada) is None
    follow(ada, before=None, after=ada.email)
    assert queued(ada).status is S.QUEUED


def test_a_new_profile_with_an_address_is_welcomed_once():
    ada = a_person()
    follow(ada, before=None, after=ada.email, insert=True)
    first = queued(ada)
    follow(ada, before=None, after=ada.email, insert=True)
    assert queued(ada).queued_at == first.queued_at


def test_who_changes_a_known_address_is_not_welcomed():
    ada = a_person()
    follow(ada, before="old@example.org", after=ada.email)
    assert queued(ada) is None


def test_the_mail_greets_by_name_and_goes_to_the_present_address():
    ada = a_person()
    profiles.put_name(name="Ada <b>", actor=ada, now=NOW)
    follow(ada, before=None, after=ada.email, insert=True)
    mail = mails.compose(queued(ada), now=NOW)
    assert isinstance(mail, Message)
    assert (mail.recipient, mail.subject) == (ada.email, "Welcome to Foyer")
    assert "Welcome, Ada &lt;b&gt;" in mail.html


def test_who_is_gone_is_not_welcomed():
    ada = a_person()
    follow(ada, before=None, after=ada.email, insert=True)
    assert mails.compose(queued(ada), now=NOW) == Suppression("profile_gone")
