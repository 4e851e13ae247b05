"""Every route by every wrong actor: refused, and nothing written.

The routes come from ``openapi.json``: a new one without a row here fails.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.kiosks import services as kiosks
from backend.kiosks.kinds import KioskMode
from backend.shared.actor import SYSTEM
from backend.team.roles import Role
from tests.factories.kiosks import pair_device
from tests.integration.api.conftest import details
from tests.support.api import NOBODY, Person
from tests.support.written import written

OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in json.loads(Path("openapi.json").read_text())["paths"].items()
    for method, operation in methods.items()
}
UNAUTHORIZED, FORBIDDEN, HIDDEN = (
    (401, "unauthorized"),
    (403, "event_forbidden"),
    (404, "event_not_found"),
)
PLAIN_FORBIDDEN = (403, "forbidden")
OTHER_ADDRESS = (403, "other_address")
NO_PROFILE = (404, "profile_not_found")
NOT_REGISTERED = (404, "registration_not_found")
NO_GUEST = (403, "not_a_guest")
NO_REQUEST = (404, "request_not_found")
NO_BOOKING = (404, "booking_not_found")
NO_PLACE = (403, "not_registered")


@dataclass(frozen=True)
class Row:
    """How a route refuses: who does not work on the event, and who has too small a role."""

    body: Any = None
    strangers: tuple[int, str] | None = None
    floor: tuple[int, str] | None = None
    desk: tuple[int, str] | None = None
    organiser: tuple[int, str] | None = None
    query: str = ""
    at: str = "published"


NOBODYS = Row()
"""A route about oneself, or one for everybody: only the visitor can be wrong there."""
EVERYBODY = ("strangers", "floor", "desk", "organiser")
ELSES = "somebody@else.example"
ELSES_ADDRESS = dict.fromkeys(EVERYBODY, OTHER_ADDRESS)
SOMEBODY_ELSE = dict.fromkeys(EVERYBODY, PLAIN_FORBIDDEN)
TEAM_ONLY = {"strangers": FORBIDDEN, "floor": FORBIDDEN, "desk": FORBIDDEN}
STAFF_ONLY = {"strangers": FORBIDDEN, "desk": FORBIDDEN}
APP_EVENT = {
    "title": "Harbour Meetup",
    "date": "2030-05-01",
    "startTime": "18:30",
    "endTime": "22:00",
    "fileExtension": "png",
    "creator": ELSES,
}
ROWS: dict[str, Row] = {
    "checkHealth": NOBODYS,
    "listUsers": Row(**SOMEBODY_ELSE),
    "addUser": Row({"name": "Eve"}, **SOMEBODY_ELSE),
    "showUser": Row(**SOMEBODY_ELSE),
    "changeUser": Row({"name": "Eve"}, **SOMEBODY_ELSE),
    "eraseUser": Row(**SOMEBODY_ELSE),
    "putProfile": NOBODYS,
    "showProfile": Row(**dict.fromkeys(EVERYBODY, NO_PROFILE)),
    "putMyDocument": NOBODYS,
    "showMyDocument": NOBODYS,
    "signUp": NOBODYS,
    "confirmSignUp": NOBODYS,
    "resendCode": NOBODYS,
    "logIn": NOBODYS,
    "refreshTokens": NOBODYS,
    "logOut": NOBODYS,
    "forgotPassword": NOBODYS,
    "resetPassword": NOBODYS,
    "listEvents": NOBODYS,
    "showEvent": Row(strangers=HIDDEN, at="private"),
    "createEvent": Row(details()),
    "getEvents": NOBODYS,
    "createPublishedEvent": Row(APP_EVENT, **ELSES_ADDRESS),
    "listEventsUserCreated": Row(query=f"?user_email={ELSES}", **ELSES_ADDRESS),
    "listEventsUserRegisteredTo": Row(query=f"?user_email={ELSES}", **ELSES_ADDRESS),
    "registerUserToEvent": Row({"event_uuid": "x", "user_email": ELSES}, **ELSES_ADDRESS),
    "listMyEvents": NOBODYS,
    "listMyRegistrations": NOBODYS,
    "editEvent": Row(details(title="Stolen", version=2), **TEAM_ONLY),
    "cancelEvent": Row(**TEAM_ONLY, organiser=FORBIDDEN),
    "publishEvent": Row(strangers=HIDDEN, floor=FORBIDDEN, desk=FORBIDDEN, at="draft"),
    "changeBanner": Row({"contentType": "image/png"}, **TEAM_ONLY),
    "register": Row({}, strangers=HIDDEN, at="private"),
    "showMyRegistration": Row(strangers=NOT_REGISTERED, floor=NOT_REGISTERED, desk=NOT_REGISTERED),
    "cancelMyRegistration": Row(
        strangers=NOT_REGISTERED, floor=NOT_REGISTERED, desk=NOT_REGISTERED
    ),
    "listRegistrations": Row(strangers=FORBIDDEN, floor=FORBIDDEN),
    "listSessions": Row(strangers=HIDDEN, at="private"),
    "bookSession": Row({}, **dict.fromkeys(EVERYBODY, NO_PLACE)),
    "cancelMyBooking": Row(**dict.fromkeys(EVERYBODY, NO_BOOKING)),
    "listMyBookings": NOBODYS,
    "askStaff": Row(
        {"kind": "FOOD"}, strangers=NO_GUEST, floor=NO_GUEST, desk=NO_GUEST, organiser=NO_GUEST
    ),
    "listMyRequests": NOBODYS,
    "cancelMyRequest": Row(**dict.fromkeys(EVERYBODY, NO_REQUEST)),
    "showQueue": Row(**STAFF_ONLY),
    "claimRequest": Row(**STAFF_ONLY),
    "fulfilRequest": Row(**STAFF_ONLY),
    "releaseRequest": Row(**STAFF_ONLY),
    "recallRequest": Row(**STAFF_ONLY),
    "declineRequest": Row({"reason": "No."}, **STAFF_ONLY),
    "admitTickets": Row({"ticket": "x", "scanId": "s"}, strangers=FORBIDDEN, floor=FORBIDDEN),
}
HIDDEN_WHERE_PRIVATE = [
    "editEvent",
    "cancelEvent",
    "publishEvent",
    "changeBanner",
    "register",
    "showMyRegistration",
    "cancelMyRegistration",
    "listRegistrations",
    "admitTickets",
    "bookSession",
    "cancelMyBooking",
    "askStaff",
    "showQueue",
    "claimRequest",
    "fulfilRequest",
    "releaseRequest",
    "recallRequest",
    "declineRequest",
]


def address(path: str, event_id: str) -> str:
    """Somebody's, where a path names a person: of the wrong actors it is nobody."""
    some_id = "0190bbbb-0000-7000-8000-000000000002"
    path = path.replace("{userid}", some_id).replace("{id}", some_id)
    path = path.replace("{kind}", "FOOD").replace("{requestId}", "7" * 24)
    path = path.replace("{sessionId}", "0" * 26)
    return path.replace("{eventId}", event_id)


@dataclass(frozen=True)
class Place:
    """One event, and everybody who might be wrong there."""

    event_id: str
    strangers: dict[str, Person]
    team: dict[str, Person]


@pytest.fixture(scope="module")
def outsiders(pool, event, member) -> dict[str, Person]:
    """People who have every role, but at another event; and one who has none."""
    other_owner = pool.make("Oscar Other")
    elsewhere = event(by=other_owner)
    return {
        "guest": pool.make("Gil Guest"),
        "other owner": other_owner,
        "organiser elsewhere": member(elsewhere, Role.ORGANISER),
        "desk elsewhere": member(elsewhere, Role.DESK),
    }


@pytest.fixture(scope="module")
def places(api, pool, event, draft, member, outsiders) -> dict[str, Place]:
    made = {"published": event(), "private": event(visibility="PRIVATE"), "draft": draft()}
    registered = pool.make("Rita Registered")
    api.post(f"/events/{made['published']}/registrations", {}, by=registered)
    return {
        name: Place(
            event_id,
            outsiders,
            {role.value.lower(): member(event_id, role) for role in Role if role is not Role.OWNER},
        )
        for name, event_id in made.items()
    }


def test_every_route_has_a_row():
    assert ROWS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_wrong_actor_is_refused_and_nothing_is_written(api, places, name):
    method, path, operation = OPERATIONS[name]
    row = ROWS[name]
    place = places[row.at]
    where = address(path, place.event_id) + row.query
    expected = dict.fromkeys(place.strangers, row.strangers)
    expected |= {"floor": row.floor, "desk": row.desk, "organiser": row.organiser}
    actors = place.strangers | place.team | {"visitor": NOBODY}
    expected["visitor"] = UNAUTHORIZED if operation["security"] else row.strangers
    wrong = {who: refusal for who, refusal in expected.items() if refusal}
    before = written()

    said = {who: api.call(method, where, row.body, by=actors[who]).said for who in wrong}

    assert said == wrong
    assert written() == before


@pytest.mark.parametrize("name", HIDDEN_WHERE_PRIVATE)
def test_private_event_does_not_exist_for_outsiders(api, places, name):
    method, path, _ = OPERATIONS[name]
    for where in ("private", "draft"):
        place = places[where]
        said = {
            who: api.call(method, address(path, place.event_id), ROWS[name].body, by=person).said
            for who, person in place.strangers.items()
        }
        assert said == dict.fromkeys(place.strangers, HIDDEN)


@dataclass(frozen=True)
class Devices:
    """Credentials of kiosks, as they are sent, and where each works."""

    elsewhere: str
    revoked: str
    here: str
    alone: str


@pytest.fixture(scope="module")
def devices(places) -> Devices:
    here = places["published"].event_id
    revoked = pair_device(event_id=here)
    kiosks.revoke(
        event_id=here, kiosk_id=revoked.kiosk.kiosk_id, actor=SYSTEM, now=datetime.now(UTC)
    )
    paired = (
        pair_device(event_id=here),
        pair_device(event_id=places["private"].event_id),
        pair_device(event_id=here, mode=KioskMode.SELF_SERVICE, pin="2468"),
    )
    own, elsewhere, alone = (f"Kiosk {one.credential}" for one in paired)
    return Devices(elsewhere, f"Kiosk {revoked.credential}", own, alone)


KIOSK_ROUTES = [
    name for name, (_, _, operation) in OPERATIONS.items() if {"kiosk": []} in operation["security"]
]


def test_kiosks_may_call_one_route():
    assert KIOSK_ROUTES == ["admitTickets"]


@pytest.mark.parametrize("name", [name for name in OPERATIONS if OPERATIONS[name][2]["security"]])
def test_wrong_kiosk_is_refused_and_nothing_is_written(api, places, devices, name):
    method, path, _ = OPERATIONS[name]
    row = ROWS[name]
    place = address(path, places["published"].event_id)
    secret_off = devices.here[:-1] + ("A" if devices.here[-1] != "A" else "B")
    wrong = {devices.revoked: UNAUTHORIZED, secret_off: UNAUTHORIZED}
    is_for_kiosks = name in KIOSK_ROUTES
    wrong[devices.elsewhere] = FORBIDDEN if is_for_kiosks else UNAUTHORIZED
    if not is_for_kiosks:
        wrong[devices.here] = wrong[devices.alone] = UNAUTHORIZED
    before = written()

    said = {token: api.call(method, place, row.body, token=token).said for token in wrong}

    assert said == wrong
    assert written() == before


def test_private_event_does_not_exist_for_a_kiosk_of_another(api, places, devices):
    path = f"/events/{places['private'].event_id}/scans"

    assert api.post(path, ROWS["admitTickets"].body, token=devices.here).said == HIDDEN
