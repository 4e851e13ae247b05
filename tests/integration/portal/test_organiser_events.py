from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from backend.activity.models import Stats
from backend.events import services
from backend.events.details import EventDetails
from backend.events.kinds import Category, LocationType, Visibility
from backend.events.models import Event
from backend.events.questions import questions_of
from backend.events.states import EventStatus
from backend.shared.paging import Page
from portal.organiser.forms.questions import QuestionRow
from portal.organiser.trail import walk
from tests.factories.events import build_details, make_event
from tests.factories.team import make_member
from tests.integration.portal.conftest import PASSWORD
from tests.integration.portal.people import browser_of, sign_out

pytestmark = pytest.mark.usefixtures("portal")
NOW = datetime.now(UTC)
SEATS = "A whole number from 1 to 100,000, or nothing for no limit."
YEARS = "Choose a year between 2000 and 2199."
TYPED = {
    "title": "Harbour Conference",
    "starts_at": "2030-06-10T09:00",
    "ends_at": "2030-06-10T17:30",
    "time_zone": "Europe/Vienna",
    "location_type": "IN_PERSON",
    "location": "Pier 2",
    "category": "CONFERENCE",
    "capacity": "50",
    "waiting_list": "on",
    "visibility": "PUBLIC",
    "description": "Two days by the water.",
}


def details_of(event: Event) -> EventDetails:
    values = {name: getattr(event, name) for name in EventDetails.__slots__}
    return EventDetails(**values | {"questions": questions_of(event)})


def created(client) -> list[Event]:
    return Event.list_by_creator(client.actor.user_id, limit=10).items


def event_of(client, **values) -> Event:
    event = make_event(creator_id=client.actor.user_id, **values)
    make_member(event_id=event.uuid, member=client.actor.user_id)
    return event


# The list


def test_events_stand_under_the_tab_of_their_state():
    client = browser_of("stranger")
    states = {
        "upcoming": {"starts_at": NOW + timedelta(days=2)},
        "drafts": {"starts_at": NOW + timedelta(days=2), "status": EventStatus.DRAFT},
        "past": {"starts_at": NOW - timedelta(days=2)},
        "canceled": {"starts_at": NOW + timedelta(days=2), "status": EventStatus.CANCELED},
    }
    made = {tab: event_of(client, title=tab, **values).uuid for tab, values in states.items()}

    shown = {
        tab: [row.event.uuid for row in client.get(f"/o/events?tab={tab}").context["rows"]]
        for tab in states
    }

    assert shown == {tab: [event_id] for tab, event_id in made.items()}


def test_list_shows_how_many_have_a_place_and_came():
    client = browser_of("stranger")
    event = event_of(client, starts_at=NOW + timedelta(hours=1), capacity=50)
    counts = {"registered": 42, "canceled": 2, "admitted": 10}
    Stats.add_up(f"{event.uuid}#R0", counts, first_seq="1", last_seq="2")

    page = client.get("/o/events").text

    assert "40 of 50 seats" in page
    assert "10 arrived, 25 %" in page


def test_numbers_of_several_events_are_kept_apart():
    client = browser_of("stranger")
    for number, capacity in ((3, 50), (5, None)):
        event = event_of(client, starts_at=NOW + timedelta(hours=number), capacity=capacity)
        for shard in range(min(event.shards, 2)):
            counts = {"registered": number}
            Stats.add_up(f"{event.uuid}#R{shard}", counts, first_seq="1", last_seq="2")

    rows = client.get("/o/events").context["rows"]

    assert [row.totals.confirmed for row in rows] == [3, 10]


def test_list_without_events_teaches_the_first_step():
    page = browser_of("stranger").get("/o/events").text

    assert "Nothing coming up" in page
    assert 'href="/o/events/new"' in page


def test_long_list_is_paged_there_and_back(monkeypatch):
    monkeypatch.setattr("portal.organiser.event_tabs.PAGE", 2)
    client = browser_of("stranger")
    made = [event_of(client, starts_at=NOW + timedelta(days=2)).uuid for _ in range(5)]

    first = client.get("/o/events").context
    second = client.get(f"/o/events{first['trail'].next}").context
    third = client.get(f"/o/events{second['trail'].next}").context
    back = client.get(f"/o/events{third['trail'].previous}").context

    pages = [[row.event.uuid for row in page["rows"]] for page in (first, second, third)]
    assert sorted(one for page in pages for one in page) == sorted(made)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert (third["trail"].first, third["trail"].last) == (5, 5)
    assert [row.event.uuid for row in back["rows"]] == pages[1]


def test_going_back_further_than_a_token_remembers_starts_over():
    def fetch(start):
        number = start["after"] if start else 0
        return Page([number], {"after": number + 1})

    def page(address: str):
        token = parse_qs(address.removeprefix("?")).get("page", [""])[0]
        return walk(token, fetch, query="numbers", filters={})

    here = page("")
    for _ in range(9):
        here = page(here.next)
    back = [here.items[0]]
    while here.previous:
        here = page(here.previous)
        back.append(here.items[0])

    assert back == [9, 8, 7, 6, 5, 4, 3, 0]
    assert here.first == 1


def test_page_token_of_another_persons_list_is_refused(monkeypatch):
    monkeypatch.setattr("portal.organiser.event_tabs.PAGE", 1)
    client = browser_of("stranger")
    for _ in range(2):
        event_of(client, starts_at=NOW + timedelta(days=2))
    token = client.get("/o/events").context["trail"].next

    assert browser_of("stranger").get(f"/o/events{token}").status_code == 400


def test_visitor_is_led_to_sign_in_from_every_page(visitor):
    event = make_event()
    pages = ["/o/events", "/o/events/new"]
    pages += [f"/o/e/{event.uuid}{page}" for page in ("", "/edit", "/registrations", "/activity")]

    answers = [visitor.get(page) for page in pages]

    assert [answer.status_code for answer in answers] == [302] * len(pages)
    assert all(answer["Location"].startswith("/signin?next=") for answer in answers)


# Making one


def test_new_event_is_a_draft_with_times_of_its_own_zone():
    client = browser_of("stranger")

    response = client.post("/o/events/new", TYPED)

    (event,) = created(client)
    assert response["Location"] == f"/o/e/{event.uuid}"
    assert (event.status, event.version) == (EventStatus.DRAFT, 1)
    assert details_of(event) == EventDetails(
        title="Harbour Conference",
        description="Two days by the water.",
        starts_at=datetime(2030, 6, 10, 7, 0, tzinfo=UTC),
        ends_at=datetime(2030, 6, 10, 15, 30, tzinfo=UTC),
        time_zone="Europe/Vienna",
        location_type=LocationType.IN_PERSON,
        location="Pier 2",
        category=Category.CONFERENCE,
        capacity=50,
        waiting_list=True,
        visibility=Visibility.PUBLIC,
    )


def test_new_event_without_a_capacity_has_no_limit():
    client = browser_of("stranger")
    client.post("/o/events/new", {**TYPED, "capacity": ""})

    assert [event.capacity for event in created(client)] == [None]


@pytest.mark.parametrize(
    ("changed", "field", "error"),
    [
        ({"title": " "}, "title", "Give the event a title."),
        ({"title": "x" * 201}, "title", None),
        ({"time_zone": "Mars/Phobos"}, "time_zone", None),
        ({"time_zone": "../../etc/passwd"}, "time_zone", None),
        ({"ends_at": "2030-06-10T08:00"}, "ends_at", "The end must be after the start."),
        ({"ends_at": "2032-06-10T08:00"}, "ends_at", "An event lasts at most a year."),
        ({"starts_at": "soon"}, "starts_at", "Enter a valid date/time."),
        ({"starts_at": "1999-06-10T08:00"}, "starts_at", YEARS),
        ({"starts_at": "0001-01-01T00:30"}, "starts_at", YEARS),
        ({"ends_at": "9999-12-31T23:30"}, "ends_at", YEARS),
        ({"starts_at": "2030-03-31T02:30"}, "starts_at", None),
        ({"capacity": "0"}, "capacity", SEATS),
        ({"capacity": "1.5"}, "capacity", SEATS),
        ({"capacity": "100001"}, "capacity", SEATS),
        ({"category": "PARTY"}, "category", None),
        ({"visibility": ""}, "visibility", "This field is required."),
        ({"description": "x" * 10_001}, "description", None),
    ],
)
def test_bad_input_stands_beside_its_field_and_is_kept(changed, field, error):
    client = browser_of("stranger")

    response = client.post("/o/events/new", {**TYPED, **changed})

    form = response.context["form"]
    assert response.status_code == 400
    assert list(form.errors) == [field]
    assert error is None or form.errors[field] == [error]
    assert form[field].value() == changed[field]
    assert created(client) == []


def test_posted_attributes_of_the_model_change_nothing():
    client = browser_of("stranger")
    forged = {"status": "PUBLISHED", "creator_id": "x", "shards": "64", "version": "9"}

    client.post("/o/events/new", {**TYPED, **forged})

    (event,) = created(client)
    assert (event.status, event.shards, event.version) == (EventStatus.DRAFT, 1, 1)
    assert event.creator_id == client.actor.user_id


def test_form_sent_after_the_session_ended_is_still_there_after_signing_in(visitor, pool):
    to_sign_in = visitor.post("/o/events/new", TYPED)
    fields = {"email": pool.make(), "password": PASSWORD, "next": "/o/events/new"}
    visitor.post("/signin", fields)

    page = visitor.get("/o/events/new")

    assert to_sign_in["Location"] == "/signin?next=%2Fo%2Fevents%2Fnew"
    shown = {name: page.context["form"][name].value() for name in TYPED}
    assert shown == {**TYPED, "waiting_list": True}
    assert 'value="2030-06-10T09:00"' in page.text


# Changing one


def form_of(page) -> dict[str, Any]:
    """What a browser would send back unchanged."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields if name != "questions"}
    for name, value in values.items():
        if isinstance(value, datetime):
            values[name] = value.strftime("%Y-%m-%dT%H:%M")
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    return {**sent, **rows(form.question_rows)}


def rows(shown: list[QuestionRow]) -> dict[str, Any]:
    """The fields of these questions, as a browser sends them."""
    fields: dict[str, Any] = {"questions": [row.key for row in shown]}
    for row in shown:
        for name in ("id", "kind", "label", "choices"):
            fields[f"questions-{row.key}-{name}"] = str(getattr(row, name))
        if row.required:
            fields[f"questions-{row.key}-required"] = "on"
    return fields


def draft() -> Event:
    return make_event(status=EventStatus.DRAFT, time_zone="Europe/Vienna")


@pytest.mark.parametrize("role", ["owner", "organiser", "administrator"])
def test_form_sent_back_unchanged_changes_nothing_but_the_version(role):
    event = draft()
    client = browser_of(role, event.uuid)
    page = client.get(f"/o/e/{event.uuid}/edit")

    response = client.post(f"/o/e/{event.uuid}/edit", form_of(page))

    stored = Event.fetch(event.uuid)
    assert response["Location"] == f"/o/e/{event.uuid}"
    assert (details_of(stored), stored.version) == (details_of(event), 2)


@pytest.mark.parametrize(
    "starts_at",
    [
        datetime(2030, 6, 10, 7, 0, 30, tzinfo=UTC),
        datetime(2030, 10, 27, 0, 30, tzinfo=UTC),  # 02:30 in Vienna, the first time
        datetime(2030, 10, 27, 1, 30, tzinfo=UTC),  # 02:30 in Vienna, the second time
    ],
)
def test_time_that_nobody_touched_stays_what_it_was(starts_at):
    event = make_event(status=EventStatus.DRAFT, time_zone="Europe/Vienna", starts_at=starts_at)
    client = browser_of("owner", event.uuid)
    url = f"/o/e/{event.uuid}/edit"

    client.post(url, {**form_of(client.get(url)), "title": "Another title"})

    stored = Event.fetch(event.uuid)
    assert (stored.title, stored.starts_at) == ("Another title", starts_at)


def test_edit_over_somebody_elses_shows_both_and_saves_on_the_second_try():
    event = draft()
    client = browser_of("organiser", event.uuid)
    url = f"/o/e/{event.uuid}/edit"
    typed = {**form_of(client.get(url)), "title": "Mine", "capacity": "60"}
    theirs = build_details(title="Theirs", time_zone="Europe/Vienna", location="Pier 7")
    services.edit_event(
        event_id=event.uuid, details=theirs, version=1, actor=client.actor, now=datetime.now(UTC)
    )

    refused = client.post(url, typed)
    stored = Event.fetch(event.uuid)

    found = {one.label: (one.stored, one.typed) for one in refused.context["differences"]}
    assert refused.status_code == 409
    assert (stored.title, stored.version) == ("Theirs", 2)
    assert found == {
        "Title": ("Theirs", "Mine"),
        "Place": ("Pier 7", "Pier 2, Hamburg"),
        "Capacity": ("50", "60"),
        "Waiting list": ("yes", "no"),
    }
    assert 'value="Mine"' in refused.text

    form = refused.context["form"]
    assert form["version"].value() == "2"
    again = client.post(url, form_of(refused))

    stored = Event.fetch(event.uuid)
    assert again.status_code == 302
    assert (stored.title, stored.location, stored.capacity) == ("Mine", "Pier 2, Hamburg", 60)


def test_closed_event_offers_no_form():
    event = make_event(status=EventStatus.CANCELED)

    page = browser_of("owner", event.uuid).get(f"/o/e/{event.uuid}/edit")

    assert "This event is closed" in page.text
    assert 'name="title"' not in page.text


def test_edit_sent_after_the_session_ended_is_refused_and_kept():
    event = draft()
    client = browser_of("owner", event.uuid)
    url = f"/o/e/{event.uuid}/edit"
    typed = {**form_of(client.get(url)), "title": "Mine"}
    sign_out(client)

    response = client.post(url, typed)

    assert response["Location"].startswith("/signin?next=")
    assert details_of(Event.fetch(event.uuid)) == details_of(event)


@pytest.mark.parametrize(
    ("role", "status", "page"),
    [
        ("desk", EventStatus.DRAFT, 403),
        ("floor", EventStatus.DRAFT, 403),
        ("stranger", EventStatus.DRAFT, 404),
        ("stranger", EventStatus.PUBLISHED, 403),
    ],
)
def test_wrong_actor_neither_sees_nor_saves_the_form(role, status, page):
    event = make_event(status=status)
    client = browser_of(role, event.uuid)
    url = f"/o/e/{event.uuid}/edit"

    answers = [client.get(url), client.post(url, {**TYPED, "version": "1"})]

    assert [answer.status_code for answer in answers] == [page, page]
    assert details_of(Event.fetch(event.uuid)) == details_of(event)
