from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.events import queries
from backend.events.errors import EventForbidden, EventNotFound
from backend.events.kinds import Category, Visibility
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.events.states import EventStatus
from backend.shared.actor import VISITOR
from backend.team.roles import Role
from tests.factories.events import NOON, make_event
from tests.factories.team import make_member
from tests.factories.users import a_user

pytestmark = pytest.mark.usefixtures("tables")
OLGA = a_user("user-olga")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def visible(event: Event, actor) -> str:
    return queries.fetch_visible(event_id=event.uuid, actor=actor, now=NOON).uuid


# One event


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.UNLISTED])
def test_fetch_visible_shows_a_published_event_to_everybody(visibility):
    event = make_event(visibility=visibility)

    assert visible(event, VISITOR) == event.uuid


@pytest.mark.parametrize(
    "values", [{"status": EventStatus.DRAFT}, {"visibility": Visibility.PRIVATE}]
)
def test_fetch_visible_shows_what_is_private_to_the_team_only(values):
    event = make_event(**values)
    make_member(event_id=event.uuid, member="user-fred", role=Role.FLOOR)

    assert visible(event, OLGA) == event.uuid
    assert visible(event, a_user("user-fred")) == event.uuid
    for actor in (VISITOR, a_user("user-nobody")):
        with pytest.raises(EventNotFound):
            visible(event, actor)


@pytest.mark.parametrize("event_id", ["", "nothing", "x" * 3000, "\ud800", "\0"])
def test_fetch_visible_refuses_an_unknown_event(event_id):
    with pytest.raises(EventNotFound):
        queries.fetch_visible(event_id=event_id, actor=OLGA, now=NOON)


def test_settings_are_at_most_thirty_seconds_old():
    event = make_event(title="Before")
    queries.settings_of(event.uuid, now=NOON)
    Event.fetch(event.uuid).revise({"title": "After"})

    def title_after(seconds: int) -> str:
        return queries.settings_of(event.uuid, now=NOON + timedelta(seconds=seconds)).title

    assert title_after(29) == "Before"
    assert title_after(30) == "After"


def test_settings_of_many_events_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(queries, "_CACHE_LIMIT", 3)
    events = [make_event(title=f"{number}") for number in range(8)]

    titles = [queries.settings_of(event.uuid, now=NOON).title for event in events]

    assert titles == [f"{number}" for number in range(8)]
    assert len(queries._cached) <= 3


def test_settings_of_an_unknown_event_are_not_found():
    with pytest.raises(EventNotFound):
        queries.settings_of("nothing", now=NOON)


def authorize(event: Event, actor, action=EventAction.SCAN) -> str:
    return queries.authorize(event_id=event.uuid, actor=actor, action=action, now=NOON).uuid


def test_authorize_lets_the_desk_scan():
    event = make_event()
    make_member(event_id=event.uuid, member="user-dora", role=Role.DESK)

    assert authorize(event, a_user("user-dora")) == event.uuid


def test_authorize_forbids_the_desk_of_another_event():
    event = make_event()
    make_member(event_id=make_event().uuid, member="user-dora", role=Role.DESK)

    with pytest.raises(EventForbidden):
        authorize(event, a_user("user-dora"))


def test_authorize_forbids_a_role_what_it_is_not_for():
    event = make_event()
    make_member(event_id=event.uuid, member="user-dora", role=Role.DESK)

    with pytest.raises(EventForbidden):
        authorize(event, a_user("user-dora"), EventAction.MANAGE_GUESTS)


# The public list. Each test has years of its own, since all share one listing.


def upcoming(now: datetime, **values: Any) -> list[str]:
    """Titles over all pages."""
    titles: list[str] = []
    start = None
    while True:
        page = queries.list_upcoming(**{"limit": 20, "start": start, "now": now} | values)
        titles += [event.title for event in page.items]
        start = page.next_key
        if start is None:
            return titles


def test_list_upcoming_shows_published_public_events_by_start():
    now = datetime(2040, 1, 15, 12, tzinfo=UTC)
    make_event(title="next month", starts_at=now + 30 * DAY)
    make_event(title="tomorrow", starts_at=now + DAY)
    make_event(title="draft", starts_at=now + DAY, status=EventStatus.DRAFT)
    make_event(title="unlisted", starts_at=now + DAY, visibility=Visibility.UNLISTED)
    make_event(title="private", starts_at=now + DAY, visibility=Visibility.PRIVATE)
    make_event(title="canceled", starts_at=now + DAY, status=EventStatus.CANCELED)
    make_event(title="in half a year", starts_at=now + 180 * DAY)

    assert upcoming(now) == ["tomorrow", "next month", "in half a year"]


def test_list_upcoming_shows_what_still_runs_and_hides_what_ended():
    now = datetime(2042, 3, 1, 12, tzinfo=UTC)
    make_event(title="over", starts_at=now - 9 * HOUR, ends_at=now)
    make_event(title="runs", starts_at=now - 9 * HOUR, ends_at=now + HOUR)
    make_event(title="runs since last month", starts_at=now - 2 * DAY, ends_at=now + DAY)

    assert upcoming(now) == ["runs since last month", "runs"]


def test_list_upcoming_ends_after_a_year():
    now = datetime(2044, 1, 31, 12, tzinfo=UTC)
    make_event(title="within", starts_at=now + 360 * DAY)
    make_event(title="beyond", starts_at=now + 420 * DAY)

    assert upcoming(now) == ["within"]


def test_list_upcoming_narrows_to_a_category():
    now = datetime(2046, 1, 15, 12, tzinfo=UTC)
    for number in range(4):
        make_event(title=f"talk {number}", starts_at=now + number * HOUR)
    make_event(title="dinner", category=Category.FOOD, starts_at=now + 9 * HOUR)

    assert upcoming(now, category=Category.FOOD, limit=1) == ["dinner"]


def test_list_upcoming_reads_a_limited_number_of_events_for_one_page():
    now = datetime(2066, 1, 15, 12, tzinfo=UTC)
    for number in range(25):
        make_event(title="talk", starts_at=now + number * HOUR)
    make_event(title="dinner", category=Category.FOOD, starts_at=now + 30 * HOUR)

    first = queries.list_upcoming(category=Category.FOOD, limit=1, now=now)

    assert first.items == []
    assert upcoming(now, category=Category.FOOD, limit=1) == ["dinner"]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_list_upcoming_pages_across_months_without_gaps_or_repeats(limit):
    now = datetime(2048 + 2 * limit, 1, 15, 12, tzinfo=UTC)
    expected = []
    for number, month in enumerate([1, 1, 2, 5, 5]):
        make_event(title=f"{number}", starts_at=now.replace(month=month, day=20 + number))
        expected.append(f"{number}")

    assert upcoming(now, limit=limit) == expected


def test_list_upcoming_starts_anew_when_the_page_is_of_a_month_gone_by():
    now = datetime(2064, 1, 30, 12, tzinfo=UTC)
    for number in range(3):
        make_event(title=f"{number}", starts_at=now + number * HOUR)
    make_event(title="later", starts_at=now + 60 * DAY)
    first = queries.list_upcoming(limit=1, now=now)

    assert upcoming(now + 40 * DAY, start=None, limit=5) == ["later"]
    stale = queries.list_upcoming(limit=5, start=first.next_key, now=now + 40 * DAY)
    assert [event.title for event in stale.items] == ["later"]


@pytest.fixture(scope="module")
def winter(tables) -> datetime:
    """A year whose first months have five events."""
    now = datetime(2081, 1, 1, 12, tzinfo=UTC)
    for title, day in (("jan", 10), ("feb", 40), ("feb late", 50), ("march", 65), ("april", 95)):
        make_event(title=title, starts_at=now + day * DAY)
    return now


@pytest.mark.parametrize("limit", [1, 2, 7])
@pytest.mark.parametrize(
    ("since", "until", "latest_first", "titles"),
    [
        ((2, 1), (3, 1), False, ["feb", "feb late"]),
        ((2, 1), (3, 1), True, ["feb late", "feb"]),
        ((2, 20), None, False, ["feb late", "march", "april"]),
        (None, (2, 20), True, ["feb", "jan"]),
        (None, None, True, ["april", "march", "feb late", "feb", "jan"]),
        ((5, 1), (4, 1), False, []),
        ((5, 1), (4, 1), True, []),
    ],
)
def test_list_upcoming_keeps_to_what_starts_in_between(
    winter, since, until, latest_first, titles, limit
):
    first, end = (day and datetime(2081, *day, tzinfo=UTC) for day in (since, until))

    found = upcoming(winter, since=first, until=end, latest_first=latest_first, limit=limit)

    assert found == titles


def test_list_upcoming_leaves_out_exactly_what_starts_at_the_end(winter):
    start = winter + 40 * DAY

    assert upcoming(winter, until=start) == ["jan"]
    assert upcoming(winter, since=start, until=start + timedelta(milliseconds=1)) == ["feb"]


def test_list_upcoming_reaches_into_a_month_for_its_first_instant():
    now = datetime(2083, 1, 15, 12, tzinfo=UTC)
    midnight = datetime(2083, 2, 1, tzinfo=UTC)
    make_event(title="midnight", starts_at=midnight)

    assert upcoming(now, until=midnight) == []
    assert upcoming(now, until=midnight + timedelta(milliseconds=1)) == ["midnight"]


def test_list_upcoming_stops_going_back_where_everything_is_over_meanwhile(winter):
    page = queries.list_upcoming(limit=2, latest_first=True, now=winter)

    rest = queries.list_upcoming(
        limit=5, start=page.next_key, latest_first=True, now=winter + 70 * DAY
    )

    assert [event.title for event in page.items] == ["april", "march"]
    assert (rest.items, rest.next_key) == ([], None)


def test_list_upcoming_goes_on_from_an_event_that_started_too_long_ago_meanwhile():
    now = datetime(2068, 1, 15, 12, tzinfo=UTC)
    make_event(title="long", starts_at=now - 3 * DAY + HOUR, ends_at=now + DAY)
    make_event(title="tomorrow", starts_at=now + DAY)
    first = queries.list_upcoming(limit=1, now=now)

    later = queries.list_upcoming(limit=5, start=first.next_key, now=now + 2 * HOUR)

    assert [event.title for event in first.items] == ["long"]
    assert [event.title for event in later.items] == ["tomorrow"]


# A person's events


def test_list_created_by_shows_every_state_the_latest_start_first():
    maker = a_user(f"user-{NOON}-created")
    for number, status in enumerate(EventStatus):
        make_event(
            title=f"{number}",
            creator_id=maker.user_id,
            status=status,
            starts_at=NOON + number * DAY,
        )

    first = queries.list_created_by(actor=maker, limit=3)
    second = queries.list_created_by(actor=maker, limit=3, start=first.next_key)

    assert [event.title for event in first.items] == ["4", "3", "2"]
    assert [event.title for event in second.items] == ["1", "0"]


def test_list_for_actor_shows_own_and_team_events_the_newest_made_first():
    omar = a_user(f"user-{NOON}-omar")
    events = [make_event(title=f"{number}") for number in range(3)]
    for event in events:
        make_member(event_id=event.uuid, member=omar.user_id)
    make_event(title="foreign")

    listed = queries.list_for_actor(actor=omar, limit=10)

    by_id = sorted(events, key=lambda event: event.uuid, reverse=True)
    assert [event.uuid for event in listed.items] == [event.uuid for event in by_id]


@pytest.mark.parametrize("list_mine", [queries.list_created_by, queries.list_for_actor])
def test_a_visitor_has_no_events(list_mine):
    assert list_mine(actor=VISITOR, limit=5).items == []
