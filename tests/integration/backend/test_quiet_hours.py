"""At night messages wait until the morning at the event, and are not lost."""

import uuid
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.announcements import quiet_hours
from backend.announcements.quiet_hours import Quiet, end_of
from backend.events.errors import EventForbidden
from backend.handlers import notifications_stream
from backend.notifications import services
from backend.notifications.kinds import NotificationKind
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from backend.shared.actor import Actor, ActorKind
from backend.shared.errors import BadInput
from tests.factories.events import make_event
from tests.support.registering import OLGA

K, S = NotificationKind, NotificationStatus
NIGHT = Quiet(time(22), time(7))
BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "end"),
    [
        (NIGHT, utc(2030, 1, 10, 20, 59), None),
        (NIGHT, utc(2030, 1, 10, 21, 0), utc(2030, 1, 11, 6, 0)),
        (NIGHT, utc(2030, 1, 11, 5, 59), utc(2030, 1, 11, 6, 0)),
        (NIGHT, utc(2030, 1, 11, 6, 0), None),
        (Quiet(time(12), time(14)), utc(2030, 1, 10, 12, 30), utc(2030, 1, 10, 13, 0)),
        (Quiet(time(12), time(14)), utc(2030, 1, 10, 13, 0), None),
        # Clocks go forward on 31 March 2030 at 2:00, so this night is an hour shorter …
        (NIGHT, utc(2030, 3, 30, 22, 0), utc(2030, 3, 31, 5, 0)),
        (NIGHT, utc(2030, 3, 31, 5, 0), None),
        # … and back on 27 October 2030 at 3:00: an hour longer.
        (NIGHT, utc(2030, 10, 26, 21, 0), utc(2030, 10, 27, 6, 0)),
        (NIGHT, utc(2030, 10, 27, 5, 30), utc(2030, 10, 27, 6, 0)),
        # A time that no clock shows, and one that it shows twice.
        (Quiet(time(22), time(2, 30)), utc(2030, 3, 31, 0, 30), utc(2030, 3, 31, 1, 30)),
        (Quiet(time(22), time(2, 30)), utc(2030, 10, 27, 0, 15), utc(2030, 10, 27, 0, 30)),
    ],
)
def test_quiet_hours_end_by_the_clocks_at_the_event(quiet, now, end):
    assert end_of(quiet, BERLIN, now=now) == end


@pytest.fixture
def event(tables):
    return make_event(time_zone="Europe/Berlin")


def set_night(event, quiet: Quiet | None = NIGHT, actor: Actor = OLGA) -> None:
    administrator = Actor(ActorKind.USER, user_id=actor.user_id, groups=frozenset({"apiAdmins"}))
    quiet_hours.set_quiet_hours(
        event_id=event.uuid, quiet=quiet, actor=administrator, now=utc(2030, 1, 1)
    )
    quiet_hours._remembered_moments().clear()


def deliver(event, now: datetime, kind: NotificationKind, about_at: datetime | None = None) -> str:
    """Queues a message of a template that nobody knows: sent or not, it would end at once."""
    key = f"test#{uuid.uuid4()}"
    services.enqueue(
        key=key,
        template="odd",
        recipient="ada@example.org",
        values={},
        now=now,
        kind=kind,
        event_id=event.uuid,
        about_at=about_at,
    )
    notifications_stream._deliver(key, now=now)
    return key


def found(key: str) -> tuple[NotificationStatus, datetime | None]:
    stored = Notification.find(key)
    return stored.status, stored.due_at


AT_NIGHT, MORNING = utc(2030, 1, 10, 23, 0), utc(2030, 1, 11, 6, 0)


def test_a_message_waits_for_the_morning_and_then_goes_out(event):
    set_night(event)
    key = deliver(event, AT_NIGHT, K.ANNOUNCEMENT)
    assert found(key) == (S.SENDING, MORNING)
    assert Notification.find(key).tries == 0
    notifications_stream._deliver(key, now=MORNING - timedelta(seconds=1))
    assert found(key) == (S.SENDING, MORNING)
    notifications_stream._deliver(key, now=MORNING)
    assert found(key)[0] is S.SUPPRESSED


@pytest.mark.parametrize(
    ("kind", "about_at"),
    [
        (K.TICKET, None),
        (K.SESSION, AT_NIGHT + timedelta(minutes=60)),
        (K.SESSION, AT_NIGHT - timedelta(minutes=1)),
    ],
)
def test_tickets_and_what_is_near_do_not_wait(event, kind, about_at):
    set_night(event)
    assert found(deliver(event, AT_NIGHT, kind, about_at))[0] is S.SUPPRESSED


def test_what_is_further_off_waits(event):
    set_night(event)
    later = AT_NIGHT + timedelta(minutes=61)
    assert found(deliver(event, AT_NIGHT, K.SESSION, later))[0] is S.SENDING


@pytest.mark.parametrize(("hours", "due"), [(3, AT_NIGHT + timedelta(hours=2)), (9, MORNING)])
def test_nothing_waits_past_an_hour_before_what_it_tells_of(event, hours, due):
    set_night(event)
    key = deliver(event, AT_NIGHT, K.SESSION, AT_NIGHT + timedelta(hours=hours))
    assert found(key) == (S.SENDING, due)
    notifications_stream._deliver(key, now=due)
    assert found(key)[0] is S.SUPPRESSED


def test_by_day_and_without_quiet_hours_nothing_waits(event):
    assert found(deliver(event, AT_NIGHT, K.ANNOUNCEMENT))[0] is S.SUPPRESSED
    set_night(event)
    assert found(deliver(event, MORNING, K.ANNOUNCEMENT))[0] is S.SUPPRESSED
    set_night(event, None)
    assert found(deliver(event, AT_NIGHT, K.ANNOUNCEMENT))[0] is S.SUPPRESSED


def test_quiet_hours_that_end_as_they_begin_are_refused(event):
    with pytest.raises(BadInput) as refusal:
        set_night(event, Quiet(time(7), time(7)))
    assert refusal.value.fields.keys() == {"until"}


def test_a_stranger_may_not_set_them(event):
    stranger = Actor(ActorKind.USER, user_id="stranger")
    with pytest.raises(EventForbidden):
        quiet_hours.set_quiet_hours(event_id=event.uuid, quiet=NIGHT, actor=stranger, now=AT_NIGHT)
