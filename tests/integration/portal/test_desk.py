"""The desk's addresses: every answer of a scan, and nothing for whom it is not."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from backend.activity import counters
from backend.checkin.models import Scan, scan_shard
from backend.events.kinds import Visibility
from backend.events.states import EventStatus
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.team.roles import Role
from portal.common.sessions import SIGNED_IN_AS, SessionStore
from portal.common.signed_in import CLAIMS, TOKENS
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.factories.team import make_member

pytestmark = pytest.mark.usefixtures("portal")
NAME = "Åsa <b>Ångström</b>"
SCAN_ID = "01K9ZZZZZZZZZZZZZZZZZZZZZZ"


@pytest.fixture
def event(portal):
    return make_event(starts_at=datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def staff(event, session_of):
    """A client of somebody with a role in the event's team; ``checks`` asks for form tokens."""

    def signed_in(role: Role | None = Role.DESK, *, checks: bool = False) -> Client:
        client = Client(enforce_csrf_checks=checks)
        user_id = session_of(client)
        if role is not None:
            make_member(event_id=event.uuid, member=user_id, role=role)
        return client

    return signed_in


@pytest.fixture
def session_of(portal):
    """Signs a client in as somebody new, keeping its session; returns the user id."""

    def sign_in(client: Client) -> str:
        user_id = f"user-{uuid.uuid4().hex[:12]}"
        kept = client.cookies.get("foyer")
        session = SessionStore(kept.value if kept else None)
        session[SIGNED_IN_AS] = user_id
        session[CLAIMS] = {"sub": user_id, "name": "Dana Desk"}
        later = datetime.now(UTC).timestamp() + 3600
        session[TOKENS] = {"access": "a", "refresh": "r", "expires_at": later}
        session.save()
        client.cookies["foyer"] = session.session_key
        return user_id

    return sign_in


def register(event, **values) -> Registration:
    return make_registration(event_id=event.uuid, **{"name": NAME, **values})


def post(client, event, address, body, **headers):
    url = f"/o/e/{event.uuid}/desk/{address}"
    return client.post(url, json.dumps(body), content_type="application/json", headers=headers)


def scan(client, event, ticket, **values):
    body = {"ticket": ticket, "scan_id": SCAN_ID, "gate": "North foyer", **values}
    return post(client, event, "scans", body)


def facts(response) -> tuple[str, str, str, str]:
    answer = response.json()
    return answer["result"], answer["look"], answer["icon"], answer["name"]


def stored(registration: Registration) -> Registration:
    return Registration.fetch(registration.shard, registration.guest)


def test_scan_admits_and_says_what_can_be_undone(event, staff):
    registration = register(event)

    answer = scan(staff(), event, tickets.issue(registration)).json()

    assert answer == {
        "scan_id": SCAN_ID,
        "result": "ADMITTED",
        "look": "ok",
        "icon": "circle-check",
        "word": "Admitted",
        "name": NAME,
        "who": NAME,
        "why": "North foyer",
        "guest": registration.guest,
        "admit": [],
        "facts": [],
        "alert": "",
        "urgent": False,
        "time": answer["time"],
    }
    assert stored(registration).admission == Admission.IN


def test_second_scan_tells_when_and_where_in_the_zone_of_the_event(event, staff):
    registration = register(event)
    client = staff()
    scan(client, event, tickets.issue(registration))
    admitted_at = stored(registration).admitted_at

    again = scan(client, event, tickets.issue(registration), scan_id="01K9B", gate="South")

    assert facts(again) == ("ALREADY_IN", "warn", "history", NAME)
    since = admitted_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert again.json()["why"] == (
        f"Since {since:%H:%M %Z}, North foyer. "
        "If this is a different person, send them to the help desk."
    )
    assert again.json()["guest"] == ""


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"status": RegistrationStatus.WAITLISTED}, ("WAITLISTED", "warn", "hourglass", NAME)),
        ({"status": RegistrationStatus.CANCELED}, ("CANCELED", "bad", "ban", NAME)),
    ],
)
def test_scan_of_somebody_without_a_place_says_so(event, staff, values, expected):
    registration = register(event, **values)

    assert facts(scan(staff(), event, tickets.issue(registration))) == expected


def test_scan_of_a_ticket_of_another_event_names_neither_event_nor_guest(event, staff):
    other = make_event(title="Secret gathering", starts_at=event.starts_at)
    ticket = tickets.issue(register(other))

    response = scan(staff(), event, ticket)

    assert facts(response) == (
        "WRONG_EVENT", "bad", "arrows-exchange", "This ticket is for another event.",
    )  # fmt: skip
    assert "Secret" not in response.text
    assert "ngstr" not in response.text


@pytest.mark.parametrize("ticket", ["https://example.com", "AAAA-AAAA", " ", "F:\ud83c\udf9f"])
def test_scan_of_anything_else_is_invalid(event, staff, ticket):
    expected = ("INVALID", "bad", "alert-octagon", "Not a ticket, or damaged.")

    assert facts(scan(staff(), event, ticket)) == expected


def test_scan_of_a_replaced_ticket_is_revoked(event, staff):
    registration = register(event)
    old = tickets.issue(registration)
    registration.ticket_no = tickets.new_ticket_no()
    registration.save()

    assert facts(scan(staff(), event, old)) == ("REVOKED", "bad", "ticket-off", NAME)


@pytest.mark.parametrize(
    ("starts_in", "expected", "why"),
    [
        (timedelta(days=3), ("NOT_YET", "", "clock"), "Admission starts on "),
        (timedelta(days=-3), ("OVER", "", "calendar-off"), "Admission ended on "),
    ],
)
def test_scan_outside_the_admission_window_says_when(session_of, starts_in, expected, why):
    event = make_event(starts_at=datetime.now(UTC) + starts_in)
    client = Client()
    make_member(event_id=event.uuid, member=session_of(client), role=Role.DESK)

    answer = scan(client, event, tickets.issue(register(event))).json()

    assert (answer["result"], answer["look"], answer["icon"]) == expected
    assert answer["why"].startswith(why)


def test_scan_at_a_canceled_event_admits_nobody(session_of):
    event = make_event(starts_at=datetime.now(UTC), status=EventStatus.CANCELED)
    client = Client()
    make_member(event_id=event.uuid, member=session_of(client), role=Role.DESK)

    assert facts(scan(client, event, tickets.issue(register(event)))) == (
        "CANCELED", "bad", "ban", "This event is canceled.",
    )  # fmt: skip


def test_scan_sent_again_gets_its_first_answer(event, staff):
    registration = register(event)
    client = staff()
    first = scan(client, event, tickets.issue(registration))

    again = scan(client, event, tickets.issue(registration), resent=True)

    assert facts(again) == facts(first)


def test_typed_code_that_fits_two_guests_admits_neither(event, staff):
    shared = {"ticket_no": "0123456789abcdef"}
    one = register(event, guest="0123456AAAAAAAAA", user_email="a@example.com", **shared)
    two = register(event, guest="0123456BBBBBBBBB", user_email="b@example.com", name="Bo", **shared)

    answer = scan(staff(), event, tickets.short_code(one.guest, one.ticket_no)).json()

    assert (answer["result"], answer["name"]) == ("INVALID", f"{NAME} · Bo")
    assert answer["admit"] == [
        {"guest": one.guest, "name": NAME},
        {"guest": two.guest, "name": "Bo"},
    ]
    assert [stored(each).admission for each in (one, two)] == [Admission.EXPECTED] * 2


def test_scan_without_a_gate_takes_the_one_kept_in_the_session(event, staff):
    registration = register(event)
    client = staff()
    assert post(client, event, "gate", {"gate": " South gate "}).json() == {"gate": "South gate"}

    scan(client, event, tickets.issue(registration), gate="")

    assert stored(registration).admitted_gate == "South gate"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"scan_id": "s"}, ["ticket"]),
        ({"ticket": "x", "scan_id": "no/such#id"}, ["scan_id"]),
        ({"ticket": "x" * 301, "scan_id": "s"}, ["ticket"]),
        ({"ticket": "x", "scan_id": "s", "gate": "g" * 61}, ["gate"]),
        (["a list"], None),
    ],
)
def test_scan_that_says_too_little_is_refused_by_field(event, staff, body, fields):
    response = post(staff(), event, "scans", body)

    assert response.status_code == 400
    assert response.json()["code"] == "bad_input"
    assert (list(response.json().get("fields", {})) or None) == fields


def test_undo_expects_the_guest_again_and_repeats(event, staff):
    registration = register(event)
    client = staff()
    scan(client, event, tickets.issue(registration))
    body = {"guest": registration.guest, "scan_id": SCAN_ID}

    answers = [post(client, event, "undo", body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["message"] == f"Undone: {NAME} is expected again."
    assert stored(registration).admission == Admission.EXPECTED


def test_undo_of_another_desks_admission_is_a_conflict(event, staff):
    registration = register(event)
    client = staff()
    scan(client, event, tickets.issue(registration))

    refused = post(client, event, "undo", {"guest": registration.guest, "scan_id": "01K9OTHER"})

    assert (refused.status_code, refused.json()["code"]) == (409, "admission_changed")
    assert stored(registration).admission == Admission.IN


def test_page_without_scripts_answers_with_a_page(event, staff):
    registration = register(event)
    client = staff()
    code = tickets.short_code(registration.guest, registration.ticket_no)
    page = f"/o/e/{event.uuid}/desk"

    answer = client.post(page, {"ticket": code, "scan_id": SCAN_ID, "gate": "East"})
    reloaded = client.post(page, {"ticket": code, "scan_id": SCAN_ID, "gate": "East"})

    assert 'data-result="ADMITTED"' in answer.text
    assert "<bdi>Åsa &lt;b&gt;Ångström&lt;/b&gt;</bdi>" in answer.text
    assert 'data-result="ADMITTED"' in reloaded.text
    undone = client.post(
        f"{page}/undo", {"guest": registration.guest, "scan_id": SCAN_ID}, follow=True
    )
    assert "is expected again." in undone.text


def test_typed_nothing_without_scripts_says_what_to_type(event, staff):
    answer = staff().post(f"/o/e/{event.uuid}/desk", {"ticket": "", "scan_id": SCAN_ID})

    assert answer.status_code == 400
    assert "Type the eight characters under the QR code." in answer.text


def test_typed_code_survives_an_expired_session(event, session_of):
    client = Client()
    page = f"/o/e/{event.uuid}/desk"

    refused = client.post(page, {"ticket": "7K3M-Q2XD", "scan_id": SCAN_ID})
    assert refused["Location"].startswith("/signin?next=")
    make_member(event_id=event.uuid, member=session_of(client), role=Role.DESK)

    assert 'value="7K3M-Q2XD"' in client.get(page).text


def test_count_is_of_those_admitted_with_the_time_it_was_taken(event, staff):
    counters.apply(
        event_shard=f"{event.uuid}#R0", changes=[counters.Change("1", {"admitted": 412})]
    )

    count = staff().get(f"/o/e/{event.uuid}/desk/count").json()

    assert count["admitted"] == 412
    assert count["as_of"].endswith(("CET", "CEST"))


ADDRESSES = [
    ("scans", {"ticket": "", "scan_id": SCAN_ID}),
    ("undo", {"guest": "", "scan_id": SCAN_ID}),
    ("gate", {"gate": "Somewhere"}),
]


@pytest.mark.parametrize(("address", "body"), ADDRESSES)
@pytest.mark.parametrize(
    ("role", "code"), [(Role.FLOOR, "event_forbidden"), (None, "event_forbidden")]
)
def test_desk_refuses_who_may_not_scan_and_writes_nothing(event, staff, address, body, role, code):
    registration = register(event)
    filled = body | {"ticket": tickets.issue(registration), "guest": registration.guest}

    refused = post(staff(role), event, address, filled)

    assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert stored(registration).admission == Admission.EXPECTED
    assert _kept_scan(event) is None


@pytest.mark.parametrize(("address", "body"), ADDRESSES)
def test_desk_tells_a_visitor_where_to_sign_in_and_writes_nothing(event, visitor, address, body):
    registration = register(event)
    filled = body | {"ticket": tickets.issue(registration), "guest": registration.guest}

    refused = post(visitor, event, address, filled)

    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    assert refused.json()["sign_in"] == f"/signin?next=%2Fo%2Fe%2F{event.uuid}%2Fdesk"
    assert stored(registration).admission == Admission.EXPECTED
    assert _kept_scan(event) is None


def test_desk_of_a_private_event_is_not_there_for_strangers(session_of):
    event = make_event(starts_at=datetime.now(UTC), visibility=Visibility.PRIVATE)
    client = Client()
    session_of(client)

    assert client.get(f"/o/e/{event.uuid}/desk").status_code == 404
    assert scan(client, event, tickets.issue(register(event))).status_code == 404


def test_desk_pages_of_wrong_people(event, staff, visitor):
    page = f"/o/e/{event.uuid}/desk"

    assert staff(Role.FLOOR).get(page).status_code == 403
    assert visitor.get(page)["Location"].startswith("/signin?next=")
    assert staff(Role.ORGANISER).get(page).status_code == 200


@pytest.mark.parametrize(("address", "body"), ADDRESSES)
def test_desk_takes_nothing_without_the_form_token(event, staff, address, body):
    registration = register(event)
    filled = body | {"ticket": tickets.issue(registration), "guest": registration.guest}

    assert post(staff(checks=True), event, address, filled).status_code == 403
    assert stored(registration).admission == Admission.EXPECTED


def test_desk_lets_its_code_reader_run_and_no_inline_script(event, staff):
    policy = staff().get(f"/o/e/{event.uuid}/desk")["Content-Security-Policy"]

    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert scripts.split() == ["script-src", "'self'", "'wasm-unsafe-eval'"]


def _kept_scan(event):
    return Scan.find(scan_shard(event.uuid, SCAN_ID, shards=event.shards), SCAN_ID)
