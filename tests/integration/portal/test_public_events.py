"""Finding events by month and day, and the event's page in each of its states."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from backend.events.kinds import Category, Visibility
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.registrations.states import RegistrationStatus
from backend.seats import services as seats
from portal.public.forms.explore import month_after
from portal.public.views import events as views
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
S = EventStatus
DAY = timedelta(days=1)
TODAY = datetime.now(UTC).date()
# Other tests publish events, too; hardly any of them swims.
RARE = {"category": Category.SPORTS}


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


@pytest.fixture(scope="module")
def spring(portal) -> list[Event]:
    """Events on the 3rd, 10th and 17th of the month after next, and one a month later."""
    month = month_after(TODAY.replace(day=1), 2)
    days = [month.replace(day=day) for day in (3, 10, 17)] + [month_after(month).replace(day=5)]
    return [make_event(title=f"Swim {n}", starts_at=at(day), **RARE) for n, day in enumerate(days)]


def explore(**query: str):
    return Client().get("/events", {"category": "SPORTS", **query})


def shown(answer) -> list[str]:
    return [card.event.title for day in answer.context["days"] for card in day.cards]


# Explore


def test_month_shows_what_starts_in_it_and_leads_to_its_neighbours(spring):
    month = spring[0].starts_at.date().replace(day=1)

    answer = explore(month=f"{month:%Y-%m}")

    assert shown(answer) == ["Swim 0", "Swim 1", "Swim 2"]
    around = answer.context["months"]
    assert [around["before"][0], around["after"][0]] == [month_after(month, -1), month_after(month)]
    following = Client().get(f"/events{around['after'][1]}")
    assert shown(following) == ["Swim 3"]
    assert [word for word, _to, here in answer.context["spans"] if here] == [f"{month:%B %Y}"]


def test_months_end_where_the_list_ends():
    this = TODAY.replace(day=1)

    first = explore(month=f"{this:%Y-%m}").context["months"]
    last = explore(month=f"{month_after(this, 12):%Y-%m}").context["months"]

    assert (list(first), list(last)) == (["after"], ["before"])


def test_day_shows_what_follows_and_leads_to_what_was_before(spring):
    day = spring[1].starts_at.date()

    answer = explore(near=f"{day:%Y-%m-%d}")
    earlier = Client().get(f"/events{answer.context['earlier']}")

    assert shown(answer) == ["Swim 1", "Swim 2", "Swim 3"]
    assert shown(earlier) == ["Swim 0"]
    assert shown(Client().get(f"/events{earlier.context['later']}")) == shown(answer)


def test_going_back_page_by_page_keeps_the_order_of_time(spring, monkeypatch):
    monkeypatch.setattr(views, "EVENTS_PER_PAGE", 2)
    day = spring[3].starts_at.date()

    first = explore(near=f"{day:%Y-%m-%d}", direction="earlier")
    second = Client().get(f"/events{first.context['following']}")

    assert (shown(first), shown(second)) == (["Swim 1", "Swim 2"], ["Swim 0"])
    assert "Still earlier" in first.text


def test_filters_stay_in_every_address(spring):
    day = spring[1].starts_at.date()

    page = explore(near=f"{day:%Y-%m-%d}").context

    assert all("category=SPORTS" in to for _word, to, _here in page["spans"])
    assert all(f"near={day:%Y-%m-%d}" in to for _word, to, _here in page["pills"])
    assert not any("near=" in to for _word, to, _here in page["spans"])


@pytest.mark.parametrize(
    "query",
    [
        {"month": "2026-13"}, {"month": "9999-12"}, {"month": "0001-01"}, {"near": "soon"},
        {"near": "0001-01-01", "direction": "earlier"}, {"near": "9999-12-31"},
        {"near": "2026-11-20", "direction": "sideways"}, {"page": "x", "month": "2027-01"},
        {"category": "\x00", "near": "\x00", "month": "\x00"},
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(query):
    assert explore(**query).status_code == 200


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"month": "2150-01"}, "No event fits. Try another category, month or day."),
        ({"near": f"{TODAY - 9 * DAY}", "direction": "earlier"}, "Nothing before that day"),
    ],
)
def test_empty_result_says_what_to_do(query, words):
    assert words in explore(**query).text


# The event's page


def page_of(event: Event, client: Client | None = None) -> Any:
    return (client or Client()).get(f"/e/{event.uuid}")


def an_event(**values: Any) -> Event:
    event = make_event(**{"starts_at": datetime.now(UTC) + 9 * DAY, "capacity": 1} | values)
    seats.open_pool(pool=event.uuid, capacity=event.capacity, now=datetime.now(UTC))
    return event


def filled(event: Event) -> Event:
    seats.claim(pool=event.uuid, guest="0" * 16, now=datetime.now(UTC))
    return event


def ways_in(page: str) -> set[str]:
    return set(re.findall(r'href="/e/[^"]+/register"[^>]*>([^<]+)<', page))


@pytest.mark.parametrize(
    ("waiting_list", "ways", "words"),
    [
        (True, {"Join the waiting list"}, "As soon as a place is yours we e-mail you"),
        (False, set(), "All places are taken."),
    ],
)
def test_full_event_offers_the_waiting_list_where_there_is_one(waiting_list, ways, words):
    page = page_of(filled(an_event(waiting_list=waiting_list))).text

    assert ways_in(page) == ways
    assert words in page


def test_event_with_room_offers_a_place_and_tells_of_the_waiting_list():
    page = page_of(an_event(waiting_list=True)).text

    assert ways_in(page) == {"Register"}
    assert "When full, a waiting list opens." in page


def test_seats_that_are_being_counted_are_no_sold_out_event():
    event = make_event(starts_at=datetime.now(UTC) + DAY)

    page = page_of(event).text

    assert "The seats are being counted" in page
    assert ways_in(page) == set()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": S.CANCELED, "canceled_at": datetime.now(UTC)}, "This event was canceled."),
        ({"status": S.FINISHED}, "This event is over."),
        ({"starts_at": datetime.now(UTC) - 3 * DAY}, "This event is over."),
    ],
)
def test_event_that_is_off_says_so_and_takes_nobody(values, words):
    page = page_of(an_event(**values)).text

    assert words in page
    assert ways_in(page) == set()


def test_page_says_when_the_doors_open_in_the_events_zone():
    event = an_event(
        starts_at=datetime(2040, 6, 10, 7, tzinfo=UTC),
        admission_opens_at=datetime(2040, 6, 10, 6, tzinfo=UTC),
        time_zone="Europe/Vienna",
    )

    assert re.search(r"Doors open <time[^>]*>08:00 CEST</time>", page_of(event).text)


HIDDEN = [{"visibility": Visibility.PRIVATE}, {"status": S.ARCHIVED}]


@pytest.mark.parametrize("values", HIDDEN)
@pytest.mark.parametrize("status", [RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED])
def test_guest_sees_a_private_or_archived_event_that_strangers_do_not(values, status):
    event, guest = an_event(**values), browser_of("stranger")
    waiting = (
        {"waiting_since": datetime.now(UTC)} if status is RegistrationStatus.WAITLISTED else {}
    )
    make_registration(event_id=event.uuid, user_email=guest.actor.email, status=status, **waiting)

    answers = [
        guest.get(f"/e/{event.uuid}{part}").status_code for part in ("", "/event.ics", "/register")
    ]
    ticket = guest.get(f"/me/tickets/{event.uuid}").status_code

    assert (answers, ticket) == ([200, 200, 302], 200)
    assert "only its team and its guests" in page_of(event, guest).text.lower()
    for other in (Client(), browser_of("stranger")):
        parts = [other.get(f"/e/{event.uuid}{part}").status_code for part in ("", "/event.ics")]
        assert parts == [404, 404]


@pytest.mark.parametrize("values", HIDDEN)
def test_guest_who_gave_the_place_back_sees_it_no_more(values):
    event, guest = an_event(**values), browser_of("stranger")
    make_registration(
        event_id=event.uuid,
        user_email=guest.actor.email,
        status=RegistrationStatus.CANCELED,
        canceled_at=datetime.now(UTC),
    )

    assert page_of(event, guest).status_code == 404


def test_unlisted_event_is_open_to_who_has_the_address_and_to_no_search_engine():
    page = page_of(an_event(visibility=Visibility.UNLISTED)).text

    assert ways_in(page) == {"Register"}
    assert '<meta name="robots" content="noindex">' in page
    assert "noindex" not in page_of(an_event()).text


# Calendar


def calendar(event: Event, client: Client | None = None) -> list[str]:
    answer = (client or Client()).get(f"/e/{event.uuid}/event.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return answer.content.decode().replace("\r\n ", "").split("\r\n")


def test_calendar_file_replaces_the_one_before():
    event = an_event()
    before = calendar(event)
    moved = Event.fetch(event.uuid).revise({"starts_at": event.starts_at + DAY})

    after = calendar(event)

    assert {"SEQUENCE:1", "STATUS:CONFIRMED", "METHOD:PUBLISH"} <= set(before)
    assert {"SEQUENCE:2", f"DTSTART:{moved.starts_at:%Y%m%dT%H%M%SZ}"} <= set(after)
    uids = {line for line in (*before, *after) if line.startswith("UID:")}
    assert uids == {f"UID:{event.uuid}@foyer"}


def test_calendar_file_of_a_canceled_event_cancels_the_entry_also_once_archived():
    event = an_event()
    guest = browser_of("stranger")
    make_registration(event_id=event.uuid, user_email=guest.actor.email)
    canceled = Event.fetch(event.uuid).move_to(S.CANCELED, {"canceled_at": datetime.now(UTC)})

    lines = calendar(event)
    canceled.move_to(S.ARCHIVED, {})
    archived = calendar(event, guest)

    assert {"SEQUENCE:2", "STATUS:CANCELLED", "METHOD:CANCEL"} <= set(lines)
    assert {"SEQUENCE:3", "STATUS:CANCELLED", "METHOD:CANCEL"} <= set(archived)
