"""Questions, times of admission and the listing's filters over HTTP."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from backend.events.models import Event
from tests.integration.api.conftest import details

FOOD = {"kind": "CHOICE", "label": "Which food?", "required": True, "choices": ["Soup", "Rice"]}
AGE = {"kind": "NUMBER", "label": "How old are you?"}


def test_event_shows_what_it_asks_and_when_it_lets_in(api, event, owner):
    event_id = event(
        questions=[FOOD, AGE], admissionOpensAt="2030-05-08T08:00:00+02:00", reentry=True,
        startsAt="2030-05-08T09:00:00Z", endsAt="2030-05-08T17:00:00Z",
    )  # fmt: skip

    shown = api.get(f"/events/{event_id}").body

    food, age = shown["questions"]
    assert {**food, "id": ""} == {**FOOD, "id": ""}
    assert {**age, "id": ""} == {**AGE, "id": "", "required": False, "choices": []}
    assert (shown["admissionOpensAt"], shown["admissionClosesAt"], shown["reentry"]) == (
        "2030-05-08T06:00:00.000Z",
        None,
        True,
    )


def everything_of(api, owner):
    """All pages: other tests make events for the same owner."""
    token = ""
    while token is not None:
        page = api.get(f"/me/events?limit=100{token and f'&nextToken={token}'}", by=owner).body
        yield from page["events"]
        token = page["nextToken"]


def test_what_was_read_can_be_written_back(api, draft, owner):
    event_id = draft(questions=[FOOD, AGE])
    [read] = [one for one in everything_of(api, owner) if one["eventId"] == event_id]
    known = details(questions=[read["questions"][1], read["questions"][0]], version=1)

    answer = api.put(f"/events/{event_id}", known, by=owner)

    assert answer.status == 200
    assert answer.body["questions"] == read["questions"][::-1]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"questions": [{**AGE, "label": " "}]}, "questions.0.label"),
        ({"questions": [AGE, {**FOOD, "choices": ["Soup"]}]}, "questions.1.choices"),
        ({"questions": [{**AGE, "kind": "DATE"}]}, "questions.0.kind"),
        ({"questions": [{**AGE, "required": "yes"}]}, "questions.0.required"),
        ({"questions": [{**AGE, "id": "a"}, {**AGE, "id": "a"}]}, "questions.1.id"),
        ({"questions": [{**AGE, "id": "A-1"}]}, "questions.0.id"),
        ({"questions": [AGE] * 21}, "questions"),
        ({"questions": "none"}, "questions"),
        ({"admissionOpensAt": "2020-01-01T00:00:00Z"}, "admissionOpensAt"),
        ({"admissionClosesAt": "2029-01-01T00:00:00Z"}, "admissionClosesAt"),
        ({"reentry": 1}, "reentry"),
    ],
)
def test_bad_details_name_their_field(api, owner, values, field):
    answer = api.post("/events", details(**values), by=owner)

    assert (answer.said, list(answer.body["fields"])) == ((400, "bad_input"), [field])


def test_waiting_list_is_on_unless_switched_off(api, draft):
    assert Event.fetch(draft()).waiting_list is True
    assert Event.fetch(draft(waitingList=False)).waiting_list is False


@pytest.mark.parametrize(("waiting", "offer"), [(True, "WAITING_LIST"), (False, "NOTHING")])
def test_event_says_what_a_newcomer_would_get(api, event, guest, waiting, offer):
    event_id = event(capacity=1, waitingList=waiting)

    before = api.get(f"/events/{event_id}").body["offer"]
    api.post(f"/events/{event_id}/registrations", {"name": "Grace"}, by=guest)

    assert before == "PLACE"
    # Which seats are left is at most a second old.
    for _ in range(40):
        after = api.get(f"/events/{event_id}").body["offer"]
        if after != "PLACE":
            break
        time.sleep(0.05)
    assert after == offer


def test_canceled_event_offers_nothing(api, event, owner):
    event_id = event()
    api.delete(f"/events/{event_id}", by=owner)

    assert api.get(f"/events/{event_id}").body["offer"] == "CLOSED"


@pytest.fixture(scope="module")
def three(event):
    """Three events of one rare category: two next month, one in the month after."""
    first = (datetime.now(UTC).replace(day=1) + timedelta(days=32)).replace(day=1, hour=12)
    month_after = (first + timedelta(days=32)).replace(day=1)
    starts = [first + timedelta(days=2), first + timedelta(days=9), month_after]
    made = [
        event(
            category="ARTS",
            startsAt=start.isoformat(),
            endsAt=(start + timedelta(hours=1)).isoformat(),
        )
        for start in starts
    ]
    return starts, made


def found(api, query: str) -> list[str]:
    ids: list[str] = []
    token = ""
    while token is not None:
        page = api.get(f"/events?category=ARTS&limit=1&{query}{token and f'&nextToken={token}'}")
        assert page.status == 200, page
        ids += [one["eventId"] for one in page.body["events"]]
        token = page.body["nextToken"]
    return ids


def test_listing_narrows_to_a_month(api, three):
    starts, made = three

    assert found(api, f"month={starts[0]:%Y-%m}") == made[:2]
    assert found(api, f"month={starts[2]:%Y-%m}") == made[2:]
    assert found(api, "month=2150-12") == []


def test_listing_goes_both_ways_from_a_day(api, three):
    starts, made = three
    day = f"near={starts[1]:%Y-%m-%d}"

    assert found(api, day) == made[1:]
    assert found(api, f"{day}&direction=earlier") == made[:1]


@pytest.mark.parametrize(
    "query",
    [
        "month=2026-13", "month=soon", "near=yesterday", "near=2026-02-30",
        "month=2026-11&near=2026-11-20", "direction=earlier", "direction=sideways",
    ],
)  # fmt: skip
def test_filter_that_makes_no_sense_is_refused(api, query):
    assert api.get(f"/events?{query}").said == (400, "bad_input")


def test_days_at_the_edges_of_the_calendar_are_no_errors(api):
    for query in ("near=0001-01-01&direction=earlier", "near=9999-12-31"):
        assert api.get(f"/events?{query}").body == {"events": [], "nextToken": None}


def test_page_of_one_filter_is_not_continued_under_another(api, three):
    starts, _made = three
    token = api.get(f"/events?category=ARTS&limit=1&month={starts[0]:%Y-%m}").body["nextToken"]

    assert token
    assert api.get(f"/events?category=ARTS&limit=1&nextToken={token}").said == (400, "bad_input")


# Capacity of a published event, with the functions' own rights


def edit_capacity(api, event_id: str, owner, capacity: int | None) -> None:
    version = int(Event.fetch(event_id).version)
    asked = details(capacity=capacity, waitingList=False, version=version)
    answer = api.put(f"/events/{event_id}", asked, by=owner)
    assert (answer.status, answer.body["capacity"]) == (200, capacity)


def offer_becomes(api, event_id: str, offer: str) -> bool:
    """Streams and jobs take a moment."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if api.get(f"/events/{event_id}").body["offer"] == offer:
            return True
        time.sleep(0.1)
    return False


def gets_a_place(api, event_id: str, guest) -> bool:
    """Which seats are left is at most a second old in each process."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if api.post(f"/events/{event_id}/registrations", {}, by=guest).status == 201:
            return True
        time.sleep(0.2)
    return False


def test_capacity_is_raised_lowered_and_lifted(api, pool, event, owner, guest):
    late = pool.make("Late Lena")
    event_id = event(capacity=1, waitingList=False)
    api.post(f"/events/{event_id}/registrations", {}, by=guest)
    full = offer_becomes(api, event_id, "NOTHING")

    edit_capacity(api, event_id, owner, 2)
    raised = offer_becomes(api, event_id, "PLACE")
    edit_capacity(api, event_id, owner, 1)
    lowered = api.post(f"/events/{event_id}/registrations", {}, by=late)
    edit_capacity(api, event_id, owner, None)

    assert (full, raised, lowered.said) == (True, True, (400, "sold_out"))
    assert offer_becomes(api, event_id, "PLACE")
    assert gets_a_place(api, event_id, late)


@pytest.mark.parametrize(("capacity", "offer"), [(1, "NOTHING"), (2, "PLACE")])
def test_first_limit_lets_who_is_confirmed_keep_a_seat(api, event, owner, guest, capacity, offer):
    event_id = event(capacity=None, waitingList=False)
    api.post(f"/events/{event_id}/registrations", {}, by=guest)

    edit_capacity(api, event_id, owner, capacity)

    assert offer_becomes(api, event_id, offer)
    mine = api.get(f"/events/{event_id}/registrations/me", by=guest).body
    assert mine["status"] == "CONFIRMED"
