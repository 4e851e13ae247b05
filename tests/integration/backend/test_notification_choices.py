"""What people switched off is not sent, by the profile or by a link in a mail; tickets always are."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.notifications import choices, services
from backend.notifications.choices import Choices
from backend.notifications.errors import NoAddress, UnknownLink
from backend.notifications.kinds import (
    BOUNCED,
    COMPLAINED,
    SWITCHABLE,
    TOO_MANY_SMS,
    ChannelName,
    NotificationKind,
)
from backend.notifications.messages import Message
from backend.notifications.models import Contact, Notification, SmsCount
from backend.notifications.states import NotificationStatus
from backend.shared.actor import Actor, ActorKind
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput

pytestmark = pytest.mark.usefixtures("tables")
NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
K, S, C = NotificationKind, NotificationStatus, ChannelName


class Recorder:
    """A channel that keeps what it was given."""

    def __init__(self) -> None:
        self.taken: list[Message] = []

    def send(self, message: Message) -> None:
        self.taken.append(message)


def a_guest() -> Actor:
    one = uuid.uuid4().hex
    return Actor(ActorKind.USER, user_id=f"user-{one}", email=f"{one}@example.org", name="Ada")


def queue(guest: Actor, kind: NotificationKind) -> str:
    key = f"test#{uuid.uuid4()}"
    assert services.enqueue(
        key=key, template="plain", recipient=guest.email, values={}, now=NOON, kind=kind
    )
    return key


def deliver(key: str, *, now: datetime = NOON) -> tuple[NotificationStatus | None, list[Message]]:
    """Its state then, and what went out by any channel."""
    channel = Recorder()

    def compose(held: Notification) -> Message:
        html = f"<p>Hello</p>{choices.MARK}"
        return Message(held.recipient, "Hello", "Hello\n", html, short="Hi")

    status = services.deliver(key=key, compose=compose, channels=dict.fromkeys(C, channel), now=now)
    return status, channel.taken


def choose(guest: Actor, **chosen: object) -> None:
    choices.change_choices(choices=Choices(name="Ada", **chosen), actor=guest, now=NOON)


def link_of(message: Message) -> str:
    return dict(message.headers)["List-Unsubscribe"].strip("<>").rpartition("/")[2]


@pytest.mark.parametrize("kind", SWITCHABLE)
def test_what_is_switched_off_is_suppressed_and_all_else_is_sent(kind: NotificationKind):
    guest = a_guest()
    choose(guest, off=frozenset({kind}))
    states = {other: deliver(queue(guest, other))[0] for other in K}
    assert states == {other: S.SUPPRESSED if other is kind else S.SENT for other in K}


def test_a_ticket_cannot_be_switched_off():
    guest = a_guest()
    choose(guest, off=frozenset(K))
    assert choices.fetch_choices(actor=guest).off == frozenset(SWITCHABLE)
    assert deliver(queue(guest, K.TICKET))[0] is S.SENT


def test_what_was_switched_off_says_so():
    guest = a_guest()
    choose(guest, off=frozenset({K.REQUEST}))
    key = queue(guest, K.REQUEST)
    assert deliver(key) == (S.SUPPRESSED, [])
    assert Notification.find(key).reason == "switched_off"


def test_a_choice_is_looked_up_when_the_message_is_sent():
    guest = a_guest()
    key = queue(guest, K.SESSION)
    choose(guest, off=frozenset({K.SESSION}))
    assert deliver(key)[0] is S.SUPPRESSED


def test_every_mail_but_a_ticket_carries_a_link_and_the_headers_of_one_click():
    guest = a_guest()
    [told] = deliver(queue(guest, K.ANNOUNCEMENT))[1]
    [ticket] = deliver(queue(guest, K.TICKET))[1]
    headers = dict(told.headers)
    url = headers["List-Unsubscribe"].strip("<>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (url in told.text, f'href="{url}"' in told.html) == (True, True)
    assert guest.email not in url
    assert (ticket.headers, ticket.text) == ((), "Hello\n")


def test_the_link_switches_its_kind_off_and_on_again():
    guest = a_guest()
    [mail] = deliver(queue(guest, K.ANNOUNCEMENT))[1]
    choices.switch(link_of(mail), off=True, now=NOON)
    assert choices.fetch_choices(actor=guest).off == {K.ANNOUNCEMENT}
    assert deliver(queue(guest, K.ANNOUNCEMENT))[0] is S.SUPPRESSED
    choices.switch(link_of(mail), off=False, now=NOON)
    assert choices.switched_off_by(link_of(mail))[1] == frozenset()
    assert deliver(queue(guest, K.ANNOUNCEMENT))[0] is S.SENT


def test_the_link_can_switch_everything_off_but_tickets():
    guest = a_guest()
    [mail] = deliver(queue(guest, K.SESSION))[1]
    choices.switch(link_of(mail), off=True, everything=True, now=NOON)
    assert [kind for kind in K if deliver(queue(guest, kind))[0] is S.SENT] == [K.TICKET]


@pytest.mark.parametrize(
    ("way", "sent"), [("off", False), ("on", True), ("nothing wanted", False), ("wanted", True)]
)
def test_who_complained_alone_takes_it_back(way: str, *, sent: bool):
    guest = a_guest()
    [mail] = deliver(queue(guest, K.SESSION))[1]
    services.suppress(address=guest.email, reason=COMPLAINED, at=NOON)
    assert choices.switched_off_by(link_of(mail))[1] == set(SWITCHABLE)
    if way in ("off", "on"):
        choices.switch(link_of(mail), off=way == "off", now=NOON)
    else:
        choose(guest, off=frozenset(SWITCHABLE if way == "nothing wanted" else ()))
    assert deliver(queue(guest, K.TICKET))[0] is (S.SENT if sent else S.SUPPRESSED)


def test_an_address_that_bounced_is_not_tried_again_by_what_is_chosen():
    guest = a_guest()
    services.suppress(address=guest.email, reason=BOUNCED, at=NOON)
    choose(guest)
    assert deliver(queue(guest, K.TICKET))[0] is S.SUPPRESSED


def test_two_links_at_once_both_count():
    guest = a_guest()
    links = [link_of(deliver(queue(guest, kind))[1][0]) for kind in (K.SESSION, K.REQUEST)]
    for token in links:
        choices.switch(token, off=True, now=NOON)
    assert choices.fetch_choices(actor=guest).off == {K.SESSION, K.REQUEST}


@pytest.mark.parametrize("flaw", ["", "x", "kind", "cut", "é"])
def test_a_link_that_was_not_made_here_changes_nothing(flaw: str):
    guest = a_guest()
    [mail] = deliver(queue(guest, K.SESSION))[1]
    token = link_of(mail)
    bad = {"kind": token.replace("SESSION", "TICKET"), "cut": token[:-1]}.get(flaw, flaw)
    with pytest.raises(UnknownLink):
        choices.switch(bad, off=True, now=NOON)
    assert Contact.find(choices.contact_id_of(guest.email)) is None


def test_the_table_of_contacts_holds_no_address():
    guest = a_guest()
    choose(guest, off=frozenset({K.SESSION}))
    stored = Contact.find(choices.contact_id_of(guest.email))
    assert guest.email not in str(stored.attribute_values)


def test_who_wants_a_kind_by_sms_gets_it_on_the_phone_too_and_once():
    guest = a_guest()
    choose(guest, phone="0049 (151) 234-567", by_sms=frozenset({K.SESSION, K.WELCOME}))
    key = queue(guest, K.SESSION)
    assert deliver(key)[0] is S.SENT
    [short] = deliver(f"{key}#SMS")[1]
    assert (short.recipient, short.headers) == ("+49151234567", ())
    assert deliver(f"{key}#SMS") == (S.SENT, [])


def test_a_phone_gets_so_many_messages_a_day_and_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "SMS_PER_CONTACT_AND_DAY", 2)
    guest = a_guest()
    choose(guest, phone="+49151234567", by_sms=frozenset({K.SESSION}))
    keys = [queue(guest, K.SESSION) for _ in range(4)]
    assert [deliver(key)[0] for key in keys] == [S.SENT] * 4
    assert [deliver(f"{key}#SMS")[0] for key in keys[:3]] == [S.SENT, S.SENT, S.SUPPRESSED]
    assert Notification.find(f"{keys[2]}#SMS").reason == TOO_MANY_SMS
    assert deliver(f"{keys[3]}#SMS", now=NOON + timedelta(days=1))[0] is S.SENT


def test_a_message_to_a_phone_counts_once_however_often_it_is_tried():
    contact_id, day = uuid.uuid4().hex, NOON.date()
    for key in ("a", "a", "b", "b", "a"):
        SmsCount.add_one(contact_id, key=key, day=day, limit=2)
    for moment in (day, day - timedelta(days=1)):  # whose clock is behind counts the same day
        with pytest.raises(StaleWrite):
            SmsCount.add_one(contact_id, key="c", day=moment, limit=2)
    SmsCount.add_one(contact_id, key="c", day=day + timedelta(days=1), limit=2)


def test_what_is_off_by_mail_still_comes_by_sms():
    guest = a_guest()
    only_phone = frozenset({K.SESSION})
    choose(guest, phone="+49151234567", by_sms=only_phone, off=only_phone)
    key = queue(guest, K.SESSION)
    assert deliver(key)[0] is S.SUPPRESSED
    assert deliver(f"{key}#SMS")[0] is S.SENT


def test_who_takes_the_number_back_gets_no_sms():
    guest = a_guest()
    choose(guest, phone="+49151234567", by_sms=frozenset({K.SESSION}))
    key = queue(guest, K.SESSION)
    deliver(key)
    choose(guest)
    assert deliver(f"{key}#SMS") == (S.SUPPRESSED, [])


def test_a_phone_gets_nothing_for_an_address_that_its_owner_gave_up():
    guest = a_guest()
    by_sms = frozenset({K.SESSION})
    choose(guest, phone="+49151234567", by_sms=by_sms)
    moved = replace(guest, email=f"new-{guest.email}")
    choose(moved, phone="+49151234567", by_sms=by_sms)

    keys = [queue(one, K.SESSION) for one in (guest, moved)]

    assert [deliver(key)[0] for key in keys] == [S.SENT, S.SENT]
    assert [Notification.find(f"{key}#SMS") is None for key in keys] == [True, False]


def test_nothing_goes_by_sms_that_nobody_chose():
    guest = a_guest()
    key = queue(guest, K.SESSION)
    deliver(key)
    assert Notification.find(f"{key}#SMS") is None


@pytest.mark.parametrize(
    "phone", ["151", "+0151234567", "+49151234567890123", "+49 151 CALL", "٠٠٤٩١٥١٢٣"]
)
def test_a_number_that_is_none_is_refused_by_its_field(phone: str):
    guest = a_guest()
    with pytest.raises(BadInput) as refusal:
        choose(guest, phone=phone)
    assert refusal.value.fields.keys() == {"phone"}
    assert Contact.find(choices.contact_id_of(guest.email)) is None


@pytest.mark.parametrize("name", ["", "x" * 101, "Ada\nByron"])
def test_a_name_that_is_none_is_refused_by_its_field(name: str):
    guest = a_guest()
    with pytest.raises(BadInput) as refusal:
        choices.change_choices(choices=Choices(name=name), actor=guest, now=NOON)
    assert refusal.value.fields.keys() == {"name"}


def test_sms_without_a_number_is_refused():
    with pytest.raises(BadInput) as refusal:
        choose(a_guest(), by_sms=frozenset({K.SESSION}))
    assert refusal.value.fields.keys() == {"phone"}


def test_who_has_no_confirmed_address_cannot_choose():
    with pytest.raises(NoAddress):
        choose(Actor(ActorKind.USER, user_id="user-1"))
