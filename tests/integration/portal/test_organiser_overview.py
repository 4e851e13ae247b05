import json
from datetime import UTC, datetime, timedelta

import pytest

from backend.activity import services as activity
from backend.activity.counters import arrivals_at
from backend.activity.kinds import ActivityKind
from backend.activity.models import Stats
from backend.events.kinds import Visibility
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.seats import services as seats
from backend.seats.states import Availability
from backend.shared import db
from backend.team.roles import Role
from tests.factories.events import make_event
from tests.factories.team import make_member
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def draft(**values) -> Event:
    return make_event(**{"status": EventStatus.DRAFT, "starts_at": NOW + 48 * HOUR, **values})


def running(**values) -> Event:
    return make_event(starts_at=NOW - HOUR, **values)


def count(event: Event, **counters: int) -> None:
    Stats.add_up(f"{event.uuid}#R0", counters, first_seq="1", last_seq="2")


def state_of(event: Event) -> tuple:
    stored = Event.fetch(event.uuid)
    return stored.status, stored.version


# Before the day


def test_readiness_ticks_off_what_is_there():
    event = draft(description="", location="", capacity=None)
    client = browser_of("owner", event.uuid)
    before = client.get(f"/o/e/{event.uuid}").context

    make_member(event_id=event.uuid, member="user-dana", role=Role.DESK)
    Event.change(event.uuid, actions=[Event.description.set("Two days by the water.")])
    after = client.get(f"/o/e/{event.uuid}").context

    assert [(str(step.title), step.done) for step in before["steps"]] == [
        ("Description", False),
        ("Banner", False),
        ("Place", False),
        ("Capacity", False),
        ("Published", False),
        ("Desk", False),
    ]
    done = [str(step.title) for step in after["steps"] if step.done]
    assert done == ["Description", "Desk"]
    assert after["steps_done"] == 2


def test_draft_whose_start_has_passed_still_shows_the_list():
    event = draft(starts_at=NOW - 48 * HOUR, ends_at=NOW + 48 * HOUR)

    page = browser_of("owner", event.uuid).get(f"/o/e/{event.uuid}")

    assert "steps" in page.context
    assert "In the past" in page.text
    assert "Nobody has arrived yet" not in page.text


def test_day_of_the_event_shows_arrivals_instead_of_the_list():
    page = browser_of("owner", (event := running()).uuid).get(f"/o/e/{event.uuid}")

    assert "steps" not in page.context
    assert "Nobody has arrived yet" in page.text
    assert "Open desk" in page.text


@pytest.mark.parametrize("role", ["owner", "organiser", "administrator"])
def test_publishing_opens_the_event_and_its_seats(role):
    event = draft()
    client = browser_of(role, event.uuid)

    response = client.post(f"/o/e/{event.uuid}/publish", follow=True)

    assert state_of(event) == (EventStatus.PUBLISHED, 2)
    assert seats.availability(pool=event.uuid, now=NOW) is Availability.OPEN
    assert "Published. Guests can register now." in response.text


def test_publishing_twice_says_that_it_is_done_already():
    event = make_event(starts_at=NOW + 48 * HOUR)
    page = f"/o/e/{event.uuid}"

    response = browser_of("owner", event.uuid).post(
        f"{page}/publish", headers={"Referer": f"http://testserver{page}"}, follow=True
    )

    assert response.redirect_chain == [(page, 302)]
    assert len(response.context["messages"]) == 1
    assert state_of(event) == (EventStatus.PUBLISHED, 1)


def test_publishing_an_event_that_is_over_is_refused_with_the_reason():
    event = draft(starts_at=NOW - 48 * HOUR)
    page = f"/o/e/{event.uuid}"

    response = browser_of("owner", event.uuid).post(
        f"{page}/publish", headers={"Referer": f"http://testserver{page}"}, follow=True
    )

    assert "This event is over. Move it before you publish it." in response.text
    assert state_of(event) == (EventStatus.DRAFT, 1)


@pytest.mark.parametrize(
    ("visibility", "words"),
    [
        (Visibility.PUBLIC, "Everybody finds it in the list of events"),
        (Visibility.UNLISTED, "Who has the address can register"),
        (Visibility.PRIVATE, "It stays private"),
    ],
)
def test_publish_dialog_names_who_will_see_it(visibility, words):
    event = draft(visibility=visibility)

    page = browser_of("owner", event.uuid).get(f"/o/e/{event.uuid}")

    assert words in page.text
    assert '<button class="fo-btn fo-btn--primary" type="submit">Publish</button>' in page.text


# Live numbers


def numbers(client, event, **query):
    return client.get(f"/o/e/{event.uuid}/numbers", query, headers={"HX-Request": "true"})


def test_numbers_count_arrivals_and_the_last_quarter_of_an_hour():
    event = running()
    now = datetime.now(UTC)  # the page looks at the clock, and this module was read a while ago
    long_ago, just_now = now - 2 * HOUR, now - timedelta(minutes=4)
    arrivals = {arrivals_at(long_ago): 7, arrivals_at(just_now): 3}
    count(event, registered=42, canceled=2, admitted=10, **arrivals)

    shown = numbers(browser_of("desk", event.uuid), event).context["numbers"]

    assert (shown.totals.confirmed, shown.totals.admitted, shown.percent) == (40, 10, 25)
    assert (shown.lately, shown.busiest.came) == (3, 7)
    assert [(span.came, span.total) for span in shown.spans] == [(3, 10), (7, 7)]


def test_open_requests_of_guests_are_told_to_who_may_serve_them():
    event = running()
    with db.transaction() as write:
        Stats.count_requests_within(write, event.uuid, {"OPEN": 3, "CLAIMED": 1})

    pages = [numbers(browser_of(role, event.uuid), event).text for role in ("organiser", "desk")]

    assert ["3 new, 1 claimed, 0 fulfilled" in page for page in pages] == [True, False]


def test_numbers_that_did_not_change_are_not_sent_again():
    event = running()
    client = browser_of("desk", event.uuid)
    first = numbers(client, event)

    same = numbers(client, event, seen=first.context["seen"])
    count(event, registered=1)
    changed = numbers(client, event, seen=first.context["seen"])

    assert (same.status_code, same.content) == (204, b"")
    assert list(json.loads(same["HX-Trigger"])["foyer:unchanged"]) == ["asOf"]
    assert changed.status_code == 200
    assert changed.text.strip().startswith('<div class="fo-stack" id="numbers"')


@pytest.mark.parametrize(
    ("starts_in", "status", "seconds"),
    [
        (-HOUR, EventStatus.PUBLISHED, 5),
        (48 * HOUR, EventStatus.PUBLISHED, 30),
        (-72 * HOUR, EventStatus.PUBLISHED, 0),
        (48 * HOUR, EventStatus.DRAFT, 0),
        (-HOUR, EventStatus.CANCELED, 0),
    ],
)
def test_page_asks_again_only_while_numbers_can_change(starts_in, status, seconds):
    event = make_event(starts_at=NOW + starts_in, status=status)

    page = browser_of("owner", event.uuid).get(f"/o/e/{event.uuid}")

    assert page.context["polls"] == seconds
    assert ("hx-trigger" in page.text) == (seconds > 0)


def test_numbers_of_a_session_that_ended_lead_to_sign_in_and_back(visitor):
    event = running()
    page = f"http://testserver/o/e/{event.uuid}"

    response = visitor.get(
        f"/o/e/{event.uuid}/numbers", headers={"HX-Request": "true", "HX-Current-URL": page}
    )

    assert response["HX-Redirect"] == f"/signin?next=%2Fo%2Fe%2F{event.uuid}"


# Wrong actors


@pytest.mark.parametrize(
    ("role", "status", "seen", "published", "canceled"),
    [
        ("organiser", EventStatus.DRAFT, 200, 302, 403),
        ("desk", EventStatus.DRAFT, 200, 403, 403),
        ("floor", EventStatus.DRAFT, 403, 403, 403),
        ("stranger", EventStatus.DRAFT, 404, 404, 404),
        ("stranger", EventStatus.PUBLISHED, 403, 403, 403),
        ("visitor", EventStatus.DRAFT, 302, 302, 302),
    ],
)
def test_each_role_sees_and_does_what_it_may(role, status, seen, published, canceled):
    event = make_event(starts_at=NOW + 48 * HOUR, status=status)
    client = browser_of(role, event.uuid)

    answers = [
        client.get(f"/o/e/{event.uuid}").status_code,
        numbers(client, event).status_code if role != "visitor" else 302,
        client.post(f"/o/e/{event.uuid}/cancel").status_code,
        client.post(f"/o/e/{event.uuid}/publish").status_code,
    ]

    after = EventStatus.PUBLISHED if role == "organiser" else status
    assert answers == [seen, seen, canceled, published]
    assert state_of(event)[0] == after


def test_helpers_are_offered_nothing_they_may_not_do():
    event = draft()

    page = browser_of("desk", event.uuid).get(f"/o/e/{event.uuid}")

    assert "steps" not in page.context
    assert 'data-dialog="publish"' not in page.text
    assert 'data-dialog="cancel"' not in page.text


@pytest.mark.parametrize(
    ("role", "links"),
    [
        (
            "organiser",
            [
                "overview",
                "registrations",
                "desk",
                "requests",
                "kiosks",
                "edit",
                "agenda",
                "announce",
                "activity",
                "messages",
                "jobs",
                "team",
            ],
        ),
        ("desk", ["overview", "registrations", "desk", "agenda", "messages", "team"]),
        ("floor", ["requests", "team"]),
    ],
)
def test_navigation_shows_each_role_the_pages_it_may_open(role, links):
    event = running()

    client = browser_of(role, event.uuid)
    nav = client.get(f"/o/e/{event.uuid}/team").context["nav"]

    shown = [link for group in nav.groups for link in group.links]
    assert [link.key for link in shown] == links
    assert [client.get(link.href).status_code for link in shown] == [200] * len(links)


@pytest.mark.parametrize("event_id", ["nope", "x" * 300, "ünder"])
def test_unknown_event_is_not_found(event_id):
    client = browser_of("stranger")
    pages = ["", "/edit", "/numbers", "/registrations", "/activity"]

    answers = [client.get(f"/o/e/{event_id}{page}").status_code for page in pages]

    assert answers == [404] * len(pages)


# Activity


def test_activity_tells_what_happened_newest_first():
    event = make_event(created_at=NOW - 48 * HOUR)
    client = browser_of("owner", event.uuid)
    happened = [
        (ActivityKind.EVENT_EDITED, client.actor.label, event.uuid, {"fields": "title starts_at"}),
        (ActivityKind.GUEST_REGISTERED, "USER:gwen", "0123456789ABCDEF", None),
        (ActivityKind.GUEST_ADMITTED, "USER:dana", "0123456789ABCDEF", {"gate": "North foyer"}),
    ]
    for minute, (kind, who, subject, details) in enumerate(happened):
        activity.record(
            event_id=event.uuid,
            kind=kind,
            actor_label=who,
            subject=subject,
            at=NOW - timedelta(minutes=30 - minute),
            record_id=str(minute),
            details=details,
        )

    page = client.get(f"/o/e/{event.uuid}/activity")

    guest = "0123456789ABCDEF"
    assert [
        (str(line.look.words), line.detail, line.who, line.guest) for line in page.context["lines"]
    ] == [
        ("Guest admitted", "North foyer", "by somebody who is not in the team now", guest),
        ("Guest registered", "", "by the guest", guest),
        ("Event changed", "title, start", "by you", ""),
    ]


@pytest.mark.parametrize("kind", ActivityKind)
def test_every_kind_of_activity_has_words_and_a_picture(kind):
    from portal.common.icons import drawings
    from portal.organiser.activity_lines import LOOKS

    assert LOOKS[kind].icon in drawings()


@pytest.mark.parametrize(("role", "status"), [("desk", 403), ("floor", 403), ("stranger", 404)])
def test_activity_is_for_organisers(role, status):
    event = draft()

    answer = browser_of(role, event.uuid).get(f"/o/e/{event.uuid}/activity")

    assert answer.status_code == status
