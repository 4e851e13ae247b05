"""Looking a ticket up, finding guests by name, admitting them without a ticket."""

from datetime import timedelta

import pytest
from ulid import ULID

from backend.checkin import queries
from backend.checkin.errors import ScanIdReused
from backend.checkin.kinds import ScanResult
from backend.events.errors import EventForbidden
from backend.registrations import tickets
from backend.registrations.states import Admission, RegistrationStatus
from bench.meter import metered
from tests.factories.events import NOON
from tests.factories.registrations import make_registration
from tests.factories.users import a_user
from tests.support.doors import Door, open_door

pytestmark = pytest.mark.usefixtures("tables")
R, S = ScanResult, RegistrationStatus
MINUTE = timedelta(minutes=1)


@pytest.fixture
def door() -> Door:
    return open_door()


def test_a_look_up_says_what_a_scan_would_and_writes_nothing(door: Door):
    door.look_up("nonsense")
    before = door.stored().serialize()
    with metered() as usage:
        outcome = door.look_up()

    assert (outcome.result, outcome.scan_id, outcome.at) == (R.ADMITTED, "", None)
    assert outcome.registration
    assert outcome.registration.guest == door.guest.guest
    assert (usage.calls, usage.write_units) == ({"GetItem": 1}, 0)
    assert (door.stored().serialize(), door.scans()) == (before, [])


def test_a_look_up_says_when_and_where_a_guest_came_in(door: Door):
    door.scan(gate="South")
    outcome = door.look_up(now=NOON + MINUTE)
    assert (outcome.result, outcome.at, outcome.gate) == (R.ALREADY_IN, NOON, "South")


@pytest.mark.parametrize(
    ("values", "result"),
    [
        ({"status": S.CANCELED}, R.CANCELED),
        ({"status": S.WAITLISTED}, R.WAITLISTED),
        ({"status": S.TOMBSTONE}, R.REVOKED),
        ({"ticket_no": "0" * 16}, R.REVOKED),
        ({"admission": Admission.OUT}, R.NO_REENTRY),
    ],
)
def test_a_look_up_says_why_not(door: Door, values, result):
    ticket = door.ticket
    for name, value in values.items():
        setattr(door.guest, name, value)
    door.guest.save()
    assert door.look_up(ticket).result is result


def test_a_look_up_of_who_left_says_welcome_back_where_that_is_so():
    door = open_door(reentry=True)
    door.scan()
    door.leave()
    assert door.look_up().result is R.ADMITTED


@pytest.mark.parametrize(
    ("moment", "result"), [(timedelta(hours=-13), R.NOT_YET), (timedelta(hours=8), R.OVER)]
)
def test_a_look_up_while_the_door_is_closed_still_shows_the_guest(door: Door, moment, result):
    outcome = door.look_up(now=door.event.starts_at + moment)
    assert outcome.result is result
    assert outcome.registration
    assert outcome.registration.guest == door.guest.guest


def test_a_look_up_of_other_tickets_tells_nothing(door: Door):
    other = open_door()
    for ticket, result in (("nonsense", R.INVALID), (other.ticket, R.WRONG_EVENT)):
        outcome = door.look_up(ticket)
        assert (outcome.result, outcome.registration) == (result, None)


def test_the_admission_window_is_the_events_own():
    door = open_door(admission_opens_at=NOON, admission_closes_at=NOON + timedelta(hours=1))
    said = [
        door.scan(now=NOON + after).result
        for after in (-MINUTE, timedelta(hours=1), timedelta(minutes=59))
    ]
    assert said == [R.NOT_YET, R.OVER, R.ADMITTED]


def test_a_guest_picked_from_the_list_is_admitted_in_one_call(door: Door):
    door.look_up("nonsense")
    with metered() as usage:
        outcome = door.admit_guest(gate="South")

    assert (outcome.result, outcome.at, outcome.gate) == (R.ADMITTED, NOON, "South")
    assert (usage.calls, usage.write_units) == ({"UpdateItem": 1}, 1)
    assert door.scan().result is R.ALREADY_IN


@pytest.mark.parametrize(
    ("values", "result"),
    [
        ({"status": S.CANCELED}, R.CANCELED),
        ({"status": S.WAITLISTED}, R.WAITLISTED),
        ({"status": S.TOMBSTONE}, R.REVOKED),
        ({"admission": Admission.IN, "admitted_at": NOON}, R.ALREADY_IN),
    ],
)
def test_a_guest_picked_from_the_list_has_to_have_a_place(door: Door, values, result):
    for name, value in values.items():
        setattr(door.guest, name, value)
    door.guest.save()
    assert door.admit_guest().result is result


@pytest.mark.parametrize("guest", ["", "nobody", "0" * 16])
def test_nobody_picked_is_invalid(door: Door, guest: str):
    assert door.admit_guest(guest=guest).result is R.INVALID


def test_a_pick_outside_the_window_is_refused(door: Door):
    assert door.admit_guest(now=door.event.ends_at).result is R.OVER


def test_a_pick_that_is_sent_again_gets_its_first_answer(door: Door):
    scan_id = str(ULID())
    first = door.admit_guest(scan_id=scan_id)
    again = door.admit_guest(scan_id=scan_id, resent=True, now=NOON + MINUTE)
    assert (again.result, again.at, again.gate) == (first.result, first.at, first.gate)


def test_one_of_two_guests_with_one_code_can_be_picked(door: Door):
    twin = make_registration(
        event_id=door.event.uuid,
        guest=door.guest.guest[:7] + "000000000",
        ticket_no=door.guest.ticket_no,
        user_email="twin@example.com",
    )
    outcome = door.scan(door.code)
    picked = next(one for one in outcome.candidates if one.guest == twin.guest)

    assert door.admit_guest(guest=picked.guest).result is R.ADMITTED
    assert door.stored().admission is Admission.EXPECTED
    shown = door.look_up(door.code)
    assert (shown.result, len(shown.candidates)) == (R.INVALID, 2)


def search(door: Door, text: str, **values):
    given = {"event_id": door.event.uuid, "text": text, "actor": door.desk, "now": NOON}
    return queries.search_guests(**given | values)


@pytest.mark.parametrize("text", ["ang", "Ång", "ÅNGSTRÖM", " ång "])
def test_three_letters_find_a_guest_whatever_their_accents(door: Door, text: str):
    make_registration(event_id=door.event.uuid, name="Ångström", user_email="a@example.com")
    assert [one.name for one in search(door, text)] == ["Ångström"]


@pytest.mark.parametrize("text", ["", "ad", " a ", "zzz"])
def test_too_little_or_nobody_finds_nobody(door: Door, text: str):
    assert search(door, text) == []


def test_a_search_leaves_out_who_canceled_and_shows_who_waits(door: Door):
    for name, status in (("Ada B", S.CANCELED), ("Ada C", S.WAITLISTED)):
        make_registration(
            event_id=door.event.uuid, name=name, status=status, user_email=f"{status}@example.com"
        )
    found = [(one.name, one.status) for one in search(door, "ada")]
    assert found == [("Ada C", S.WAITLISTED), ("Ada Lovelace", S.CONFIRMED)]


def test_a_kiosk_finds_names_and_no_notes_and_nobody_an_address(door: Door):
    door.guest.note, door.guest.attention = "Wheelchair", True
    door.guest.save()
    (desk,), (kiosk,) = search(door, "ada"), search(door, "ada", actor=door.kiosk())

    assert (desk.note, desk.attention) == ("Wheelchair", True)
    assert (kiosk.note, kiosk.attention, kiosk.name) == ("", True, "Ada Lovelace")
    assert "@" not in repr((desk, kiosk))


def test_strangers_search_nobody(door: Door):
    with pytest.raises(EventForbidden):
        search(door, "ada", actor=a_user("stranger"))
    with pytest.raises(EventForbidden):
        search(door, "ada", actor=open_door().kiosk())


# One scan id, two tickets: a device that counts wrong must not show the other guest's answer.


def other_ticket(door: Door) -> str:
    return tickets.issue(
        make_registration(event_id=door.event.uuid, name="Bob", user_email="bob@example.com")
    )


@pytest.mark.parametrize("resent", [False, True])
def test_a_scan_id_of_a_refusal_is_not_answered_for_another_ticket(door: Door, resent: bool):
    scan_id = str(ULID())
    door.scan()
    assert door.scan(scan_id=scan_id).result is R.ALREADY_IN
    with pytest.raises(ScanIdReused):
        door.scan("nonsense", scan_id=scan_id, resent=resent)


def test_a_scan_id_of_nonsense_is_not_answered_for_a_ticket_that_is_sent_again(door: Door):
    scan_id = str(ULID())
    door.scan("nonsense", scan_id=scan_id)
    with pytest.raises(ScanIdReused):
        door.scan(other_ticket(door), scan_id=scan_id, resent=True)


def test_a_scan_id_of_an_entry_is_not_answered_for_an_exit():
    door = open_door(reentry=True)
    scan_id = str(ULID())
    door.scan()
    assert door.scan(scan_id=scan_id).result is R.ALREADY_IN
    with pytest.raises(ScanIdReused):
        door.leave(scan_id=scan_id, resent=True)


def test_the_same_guest_by_code_and_by_ticket_is_the_same_scan(door: Door):
    scan_id = str(ULID())
    door.scan()
    first = door.scan(scan_id=scan_id)
    assert door.scan(door.code, scan_id=scan_id, resent=True).result is first.result
