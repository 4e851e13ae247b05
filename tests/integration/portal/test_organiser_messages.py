"""The page of messages that did not arrive."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from backend.notifications.kinds import BOUNCED, COMPLAINED, SWITCHED_OFF
from backend.notifications.models import Contact, Notification
from backend.notifications.states import NotificationStatus
from backend.registrations.models import Registration
from tests.factories.events import make_event
from tests.factories.messages import make_message
from tests.factories.registrations import make_registration
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
S = NotificationStatus
NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def event_id() -> str:
    return make_event().uuid


def a_guest(event_id: str, name: str = "Ada Lovelace") -> Registration:
    return make_registration(
        event_id=event_id, shards=16, name=name, user_email=f"{uuid.uuid4().hex}@example.com"
    )


def missed(event_id: str, guest: Registration | None = None, **values: object) -> Notification:
    facts = {"shard": guest.shard, "guest": guest.guest} if guest else {}
    return make_message(event_id=event_id, facts=facts, **({"status": S.FAILED} | values))


def names_on(page: str, *names: str) -> list[str]:
    return [name for name in names if name in page]


def test_what_failed_and_what_was_held_back_are_listed_apart(event_id: str):
    missed(event_id, a_guest(event_id, "Ada"))
    missed(event_id, a_guest(event_id, "Bea"), status=S.SUPPRESSED, reason=SWITCHED_OFF)
    missed(event_id, a_guest(event_id, "Cem"), status=S.SUPPRESSED, reason="ticket_reissued")
    missed(event_id, a_guest(event_id, "Dan"), status=S.SENT, reason=None)
    organiser = browser_of("organiser", event_id)
    pages = [organiser.get(f"/o/e/{event_id}/messages{tab}").text for tab in ("", "?tab=held")]
    assert [names_on(page, "Ada", "Bea", "Cem", "Dan") for page in pages] == [["Ada"], ["Bea"]]
    assert "Does not want messages like this one." in pages[1]
    assert "Send again" not in pages[1]


def test_another_events_messages_are_not_listed(event_id: str):
    missed(make_event().uuid, a_guest(event_id, "Ada"))
    page = browser_of("organiser", event_id).get(f"/o/e/{event_id}/messages").text
    assert "Everything went out" in page


def test_the_latest_come_first_and_pages_follow(event_id: str):
    guest = a_guest(event_id)
    for number in range(27):
        missed(event_id, guest, at=NOON + timedelta(minutes=number))
    first = browser_of("organiser", event_id).get(f"/o/e/{event_id}/messages")
    shown = [row[0].at for row in first.context["rows"]]
    assert shown == [NOON + timedelta(minutes=26 - number) for number in range(25)]
    second = browser_of("organiser", event_id).get(
        f"/o/e/{event_id}/messages{first.context['trail'].next}"
    )
    assert len(second.context["rows"]) == 2


def test_a_desk_sees_names_and_can_send_nothing(event_id: str):
    guest = a_guest(event_id)
    missed(event_id, guest)
    page = browser_of("desk", event_id).get(f"/o/e/{event_id}/messages").text
    assert names_on(page, guest.name, guest.user_email, "Send again") == [guest.name]


def test_a_failed_message_goes_out_again_once_under_its_key(event_id: str):
    message = missed(event_id, a_guest(event_id))
    organiser = browser_of("organiser", event_id)
    address = f"/o/e/{event_id}/messages/again"
    assert organiser.post(address, {"key": message.key}).status_code == 302
    queued = Notification.find(message.key)
    assert (queued.status, queued.tries, queued.undelivered) == (S.QUEUED, 0, None)
    assert queued.nudged_at is not None
    again = organiser.post(address, {"key": message.key}, follow=True)
    assert "This went out, or is on its way." in again.text
    assert Notification.find(message.key).nudged_at == queued.nudged_at


def test_sending_again_lets_messages_go_to_the_address_again(event_id: str):
    contact_id = uuid.uuid4().hex
    Contact.suppress(contact_id, reason=BOUNCED, at=NOON)
    message = missed(event_id, status=S.SUPPRESSED, reason=BOUNCED, contact_id=contact_id)
    organiser = browser_of("organiser", event_id)
    organiser.post(f"/o/e/{event_id}/messages/again", {"key": message.key})
    assert Contact.find(contact_id).suppressed_for is None
    assert Notification.find(message.key).status is S.QUEUED


@pytest.mark.parametrize(
    ("role", "lifted"), [("owner", False), ("organiser", False), ("administrator", True)]
)
def test_only_an_administrator_sends_again_to_who_complained(
    event_id: str, role: str, *, lifted: bool
):
    contact_id = uuid.uuid4().hex
    Contact.suppress(contact_id, reason=COMPLAINED, at=NOON)
    message = missed(event_id, status=S.SUPPRESSED, reason=COMPLAINED, contact_id=contact_id)
    browser, address = browser_of(role, event_id), f"/o/e/{event_id}/messages"
    assert ("Send again" in browser.get(f"{address}?tab=held").text) is lifted
    browser.post(f"{address}/again", {"key": message.key})
    assert Contact.find(contact_id).suppressed_for == (None if lifted else COMPLAINED)
    assert Notification.find(message.key).status is (S.QUEUED if lifted else S.SUPPRESSED)


def test_a_complaint_since_the_bounce_stays_when_it_is_sent_again(event_id: str):
    contact_id = uuid.uuid4().hex
    Contact.suppress(contact_id, reason=COMPLAINED, at=NOON)
    message = missed(event_id, status=S.SUPPRESSED, reason=BOUNCED, contact_id=contact_id)
    browser_of("organiser", event_id).post(f"/o/e/{event_id}/messages/again", {"key": message.key})
    assert Contact.find(contact_id).suppressed_for == COMPLAINED


@pytest.mark.parametrize(
    "values", [{"status": S.SUPPRESSED, "reason": SWITCHED_OFF}, {"status": S.SENT, "reason": None}]
)
def test_what_is_not_wanted_or_went_out_is_not_sent_again(event_id: str, values: dict):
    message = missed(event_id, **values)
    browser_of("organiser", event_id).post(f"/o/e/{event_id}/messages/again", {"key": message.key})
    assert Notification.find(message.key).status is values["status"]


@pytest.mark.parametrize("key", ["", "nothing", "x" * 3000, "theirs"])
def test_a_message_of_another_event_cannot_be_reached(event_id: str, key: str):
    theirs = missed(make_event().uuid)
    asked = theirs.key if key == "theirs" else key
    answer = browser_of("organiser", event_id).post(
        f"/o/e/{event_id}/messages/again", {"key": asked}
    )
    assert answer.status_code == 404
    assert Notification.find(theirs.key).status is S.FAILED


def test_the_overview_says_how_many_failed(event_id: str):
    organiser = browser_of("organiser", event_id)
    assert "did not go out" not in organiser.get(f"/o/e/{event_id}").text
    missed(event_id)
    missed(event_id)
    assert "2 messages did not go out." in organiser.get(f"/o/e/{event_id}").text


def test_quiet_hours_are_kept_shown_and_given_up(event_id: str):
    organiser = browser_of("organiser", event_id)
    address = f"/o/e/{event_id}/messages/quiet"
    organiser.post(address, {"since": "22:00", "until": "07:00"})
    assert 'value="22:00"' in organiser.get(address).text
    answer = organiser.post(address, {"since": "", "until": ""}, follow=True)
    assert "Messages go out at any time." in answer.text
    assert 'value="22:00"' not in organiser.get(address).text


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("22:00", "", "until"),
        ("", "7:00", "since"),
        ("25:00", "7:00", "since"),
        ("7:00", "7:00", "until"),
    ],
)
def test_bad_quiet_hours_are_named(event_id: str, since: str, until: str, field: str):
    answer = browser_of("organiser", event_id).post(
        f"/o/e/{event_id}/messages/quiet", {"since": since, "until": until}
    )
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {field}
