"""The Lambdas' handlers in this process: one walk through every route.

``tests/integration/api`` asks the deployed API; this walk needs no gateway, and a debugger
can follow it.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from backend.events.models import Event
from backend.team.roles import Role
from infra import openapi
from tests.factories.guest_requests import offer
from tests.factories.sessions import make_session
from tests.factories.team import make_member
from tests.support.api import PASSWORD, Pool
from tests.support.handlers import Handlers


@pytest.fixture(scope="module")
def handlers(tables):
    return Handlers()


@pytest.fixture(scope="module")
def pool(tables):
    return Pool()


def details(**values):
    now = datetime.now(UTC)
    times = {
        "startsAt": (now - timedelta(hours=1)).isoformat(),
        "endsAt": (now + timedelta(hours=5)).isoformat(),
    }
    return {"title": "Harbour Conference", "capacity": 50} | times | values


def test_every_route_is_served(handlers, pool):
    ask_about_accounts(handlers, pool)
    owner, guest, desk = pool.make("Olga Owner"), pool.make("Grace Guest"), pool.make("Dora Desk")
    event_id = organise(handlers, owner)
    make_member(event_id=event_id, member=desk.user_id, role=Role.DESK)
    come(handlers, event_id, owner=owner, guest=guest, desk=desk)
    ask_for_things(handlers, event_id, owner=owner, guest=guest)
    book_sessions(handlers, event_id, guest=pool.make("Bea Booker"))
    come_by_the_older_app(handlers, pool)
    keep_users_and_profiles(handlers, pool)

    assert handlers.call("DELETE", f"/events/{event_id}", by=owner).body["status"] == "CANCELED"
    assert handlers.call("GET", "/health").body["ok"] is True
    every = {
        operation.name for operations in openapi.functions().values() for operation in operations
    }
    assert handlers.served == every


def book_sessions(handlers, event_id, *, guest):
    event = Event.fetch(event_id)
    session = make_session(event, starts_at=event.starts_at + timedelta(hours=2))
    handlers.call("POST", f"/events/{event_id}/registrations", {}, by=guest)
    place = f"/events/{event_id}/sessions/{session.session_id}/bookings"

    booked = handlers.call("POST", place, {}, by=guest)
    mine = handlers.call("GET", "/me/bookings", by=guest).body["bookings"]
    agenda = handlers.call("GET", f"/events/{event_id}/sessions").body["sessions"]
    canceled = handlers.call("DELETE", f"{place}/me", by=guest)

    assert (booked.status, booked.body["status"]) == (201, "BOOKED")
    assert [one["title"] for one in mine] == [one["title"] for one in agenda] == [session.title]
    assert (canceled.status, canceled.body["status"]) == (200, "CANCELED")


def ask_about_accounts(handlers, pool):
    email = "walk@example.org"

    def post(path, **body):
        return handlers.call("POST", path, body)

    assert post("/register", email=email, password=PASSWORD, name="Wanda Walk").status == 201
    assert post("/resend-code", email=email).status == 200
    assert post("/confirm", email=email, code="123456").status == 200
    tokens = post("/login", email=email, password=PASSWORD)
    assert tokens.status == 200
    refresh_token = tokens.body["refreshToken"]
    assert post("/refresh", refreshToken=refresh_token).status == 200
    assert post("/logout", refreshToken=refresh_token).status == 200
    assert post("/forgot-password", email=email).status == 200
    changed = post("/reset-password", email=email, code="654321", password="Another-Horse-8")
    assert changed.status == 200


def ask_for_things(handlers, event_id, *, owner, guest):
    offer(Event.fetch(event_id))
    place = f"/events/{event_id}/requests"
    asked = handlers.call("POST", place, {"kind": "FOOD", "text": "Soup"}, by=guest)
    one = f"{place}/{asked.body['requestId']}"
    body = {"reason": "No soup left."}
    steps = ("claim", "release", "claim", "fulfil", "recall", "decline")
    done = [
        handlers.call("POST", f"{one}/{step}", body if step == "decline" else None, by=owner)
        for step in steps
    ]
    mine = f"/me/requests/{asked.body['requestId']}"

    assert [answer.body["status"] for answer in done] == [
        "CLAIMED", "OPEN", "CLAIMED", "FULFILLED", "CLAIMED", "DECLINED",
    ]  # fmt: skip
    queue = handlers.call("GET", f"/events/{event_id}/queues/FOOD", by=owner)
    assert queue.body == {"requests": [], "nextToken": None}
    assert handlers.call("DELETE", mine, by=guest).said == (409, "request_moved")
    (listed,) = handlers.call("GET", "/me/requests", by=guest).body["requests"]
    assert listed["reason"] == "No soup left."


def listed(handlers, path):
    """The ids of all pages: other tests have events there, too."""
    page = handlers.call("GET", path).body
    while True:
        yield from (event["eventId"] for event in page["events"])
        if page["nextToken"] is None:
            return
        page = handlers.call("GET", f"{path}&nextToken={quote(page['nextToken'])}").body


def organise(handlers, owner):
    made = handlers.call("POST", "/events", details(), by=owner, key="k-1")
    again = handlers.call("POST", "/events", details(), by=owner, key="k-1")
    event_id = made.body["eventId"]
    path = f"/events/{event_id}"

    assert (made.status, again.said) == (201, (409, "idempotency_mismatch"))
    assert handlers.call("PUT", path, details(version=1), by=owner).body["version"] == 2
    offer = handlers.call("POST", f"{path}/banner", {"contentType": "image/png"}, by=owner)
    assert offer.status == 201
    nothing = handlers.call("POST", f"{path}/banner", {"key": offer.body["key"]}, by=owner)
    assert nothing.said == (400, "bad_input")
    assert handlers.call("POST", f"{path}/publish", by=owner).body["status"] == "PUBLISHED"
    assert handlers.call("GET", path).body["eventId"] == event_id
    assert event_id in list(listed(handlers, "/events?limit=100"))
    mine = handlers.call("GET", "/me/events", by=owner).body["events"]
    assert [event["eventId"] for event in mine] == [event_id]
    return event_id


def come(handlers, event_id, *, owner, guest, desk):
    place = f"/events/{event_id}/registrations"
    first = handlers.call("POST", place, {}, by=guest)
    second = handlers.call("POST", place, {}, by=guest)

    assert (first.status, second.status) == (201, 200)
    assert handlers.call("GET", f"{place}/me", by=guest).body == first.body
    mine = handlers.call("GET", "/me/registrations", by=guest).body["registrations"]
    assert [registration["eventId"] for registration in mine] == [event_id]
    seen = {
        person.name: handlers.call("GET", place, by=person).body["registrations"][0]["email"]
        for person in (owner, desk)
    }
    assert seen == {owner.name: guest.email, desk.name: None}
    scans = [{"ticket": first.body["ticket"], "scanId": f"s-{n}"} for n in range(2)]
    door = handlers.call("POST", f"/events/{event_id}/scans", {"scans": scans}, by=desk)
    assert [scan["result"] for scan in door.body["results"]] == ["ADMITTED", "ALREADY_IN"]
    late = handlers.call(
        "POST", f"/events/{event_id}/scans", {"ticket": "nonsense", "scanId": "s-9"}, by=desk
    )
    assert [scan["result"] for scan in late.body["results"]] == ["INVALID"]
    assert handlers.call("DELETE", f"{place}/me", by=guest).said == (400, "not_cancelable")
    assert handlers.call("DELETE", f"{place}/me", by=owner).said == (404, "registration_not_found")


def come_by_the_older_app(handlers, pool):
    owner, guest = pool.make("Orla Owner"), pool.make("Gina Guest")
    posted = {"title": "Meetup", "date": "2030-05-01", "startTime": "18:30", "endTime": "22:00"}
    made = handlers.call("POST", "/create-event", posted | {"fileExtension": "png"}, by=owner)
    event_id = made.body["event_id"]
    place = {"event_uuid": event_id, "user_email": guest.email}
    places = f"/get-events-that-user-registered-to?user_email={guest.email}"

    assert made.body["upload_url"]
    shown = handlers.call("GET", f"/get-events?event_id={event_id}").body["events"]
    assert [event["uuid"] for event in shown] == [event_id]
    own = handlers.call("GET", f"/get-events-that-user-created?user_email={owner.email}", by=owner)
    assert [event["uuid"] for event in own.body["events"]] == [event_id]
    assert handlers.call("POST", "/register-user-to-event", place, by=guest).status == 200
    asked = handlers.call("GET", f"{places}&event_uuid={event_id}", by=guest)
    assert asked.body == {"isAttending": True}
    listed = handlers.call("GET", places, by=guest).body["events"]
    assert [event["uuid"] for event in listed] == [event_id]


def keep_users_and_profiles(handlers, pool):
    chief, person = pool.make("Ada Chief", group="apiAdmins"), pool.make("Pia Person")
    added = handlers.call("POST", "/users", {"name": "Eve"}, by=chief).body["userid"]

    listed = handlers.call("GET", "/users?limit=100", by=chief)
    assert added in [user["userid"] for user in listed.body]
    changed = handlers.call("PUT", f"/users/{added}", {"name": "Eva"}, by=chief)
    assert changed.body["name"] == "Eva"
    assert handlers.call("GET", f"/users/{added}", by=chief).body["name"] == "Eva"
    assert handlers.call("DELETE", f"/users/{added}", by=chief).status == 200
    named = handlers.call("POST", "/profiles", {"name": "Pia"}, by=person).body["profile"]
    assert handlers.call("GET", f"/profiles/{person.user_id}", by=person).body == named
    written = handlers.call("POST", "/user/profile", {"likes": 1.50}, by=person).body
    assert handlers.call("GET", "/user/profile", by=person).body == written


def test_seat_is_given_back(handlers, pool):
    owner, guest = pool.make("Otto Owner"), pool.make("Gerda Guest")
    event_id = handlers.call("POST", "/events", details(), by=owner).body["eventId"]
    handlers.call("POST", f"/events/{event_id}/publish", by=owner)
    handlers.call("POST", f"/events/{event_id}/registrations", {}, by=guest)

    canceled = handlers.call("DELETE", f"/events/{event_id}/registrations/me", by=guest)

    assert (canceled.status, canceled.body["status"]) == (200, "CANCELED")
    shown = handlers.call("GET", f"/events/{event_id}/registrations/me", by=guest).body
    assert (shown["ticket"], shown["shortCode"]) == (None, None)
