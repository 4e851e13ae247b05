"""The door: one answer per scan, each guest admitted once, and nothing else is touched."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from ulid import ULID

from backend.checkin import services
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan
from backend.events.states import EventStatus
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from tests.factories.events import NOON
from tests.factories.registrations import make_registration
from tests.support.doors import Door, open_door
from tests.support.recorded_calls import recorded_calls

pytestmark = pytest.mark.usefixtures("tables")
R = ScanResult
MINUTE = timedelta(minutes=1)


@pytest.fixture
def door() -> Door:
    return open_door()


def test_a_ticket_admits_its_guest(door: Door):
    scan_id = str(ULID())
    outcome = door.scan(scan_id=scan_id)
    assert (outcome.result, outcome.at, outcome.gate, outcome.scan_id) == (
        R.ADMITTED,
        NOON,
        "North",
        scan_id,
    )
    stored = door.stored()
    assert (stored.admission, stored.admitted_at, stored.admitted_scan, stored.admitted_gate) == (
        Admission.IN,
        NOON,
        scan_id,
        "North",
    )
    assert stored.changed_by == door.desk.label


def test_an_admission_is_one_call(door: Door):
    door.scan("nonsense")
    with recorded_calls() as calls:
        assert door.scan().result is R.ADMITTED
    assert calls == ["UpdateItem"]


@pytest.mark.parametrize("capacity", [50, 5_000])
def test_a_typed_code_admits_with_one_more_call(capacity: int):
    door = open_door(capacity=capacity)
    door.scan("nonsense")
    with recorded_calls() as calls:
        outcome = door.scan(door.code.lower().replace("-", " "))
    assert (outcome.result, calls) == (R.ADMITTED, ["Query", "UpdateItem"])


def test_a_second_scan_says_when_and_where_the_guest_came_in(door: Door):
    door.scan()
    outcome = door.scan(gate="South", now=NOON + MINUTE)
    assert (outcome.result, outcome.at, outcome.gate) == (R.ALREADY_IN, NOON, "North")
    assert outcome.registration
    assert outcome.registration.guest == door.guest.guest
    assert door.scans() == [(R.ALREADY_IN, "South")]


@pytest.mark.parametrize("round_number", range(20))
def test_of_two_desks_at_once_one_admits(door: Door, round_number: int):
    def scan(gate: str) -> services.ScanOutcome:
        return door.scan(gate=gate)

    with ThreadPoolExecutor(2) as desks:
        outcomes = list(desks.map(scan, ["North", "South"]))
    admitted, refused = sorted(outcomes, key=lambda outcome: outcome.result)
    assert (admitted.result, refused.result) == (R.ADMITTED, R.ALREADY_IN)
    assert (refused.at, refused.gate) == (NOON, admitted.gate)
    assert door.stored().admitted_gate == admitted.gate


def test_the_same_scan_again_gets_the_same_answer(door: Door):
    scan_id = str(ULID())
    first = door.scan(scan_id=scan_id)
    for later, resent in ((1, False), (2, True)):
        again = door.scan(
            scan_id=scan_id, resent=resent, now=NOON + later * MINUTE, gate="Elsewhere"
        )
        assert (again.result, again.at, again.gate) == (first.result, first.at, first.gate)
    assert door.stored().admitted_at == NOON


def test_a_refusal_is_repeated_too_whatever_changed_since(door: Door):
    scan_id, early = str(ULID()), door.event.starts_at - timedelta(hours=13)
    assert door.scan(scan_id=scan_id, now=early).result is R.NOT_YET
    assert door.scan(scan_id=scan_id, now=NOON, resent=True).result is R.NOT_YET
    assert door.stored().admission is Admission.EXPECTED


def test_a_refusal_that_was_not_marked_as_resent_keeps_its_first_answer(door: Door):
    scan_id, early = str(ULID()), door.event.starts_at - timedelta(hours=13)
    door.scan(scan_id=scan_id, now=early)
    assert door.scan(scan_id=scan_id, now=door.event.ends_at).result is R.NOT_YET


def test_a_resent_scan_that_was_in_time_stays_admitted_after_the_end(door: Door):
    scan_id = str(ULID())
    door.scan(scan_id=scan_id)
    again = door.scan(scan_id=scan_id, resent=True, now=door.event.ends_at)
    assert (again.result, again.at) == (R.ADMITTED, NOON)


def test_a_resent_scan_that_never_arrived_is_a_first_one(door: Door):
    assert door.scan(resent=True).result is R.ADMITTED


def test_every_flipped_bit_is_invalid(door: Door):
    from base45 import b45decode, b45encode

    raw = b45decode(door.ticket.removeprefix("F:"))
    for place in range(0, len(raw) * 8, 37):
        flipped = bytearray(raw)
        flipped[place // 8] ^= 1 << place % 8
        outcome = door.scan("F:" + b45encode(bytes(flipped)).decode())
        assert (outcome.result, outcome.registration) == (R.INVALID, None)
    assert door.stored().admission is Admission.EXPECTED


@pytest.mark.parametrize("text", ["", "7K3M-Q2X", "https://example.org", "\0", "é" * 300])
def test_nonsense_is_invalid(door: Door, text: str):
    assert door.scan(text).result is R.INVALID


def test_a_code_of_nobody_is_invalid(door: Door):
    wrong = "0" if door.code[-1] != "0" else "1"
    assert door.scan(door.code[:-1] + wrong).result is R.INVALID


def test_a_ticket_of_another_event_tells_nothing_about_it(door: Door):
    other = open_door()
    outcome = door.scan(other.ticket)
    assert (outcome.result, outcome.registration, outcome.at, outcome.gate) == (
        R.WRONG_EVENT,
        None,
        None,
        "",
    )
    (scan,) = Scan.list_in_shard(f"{door.event.uuid}#S0", before=None, limit=10).items
    assert (scan.result, scan.guest, scan.guest_shard) == (R.WRONG_EVENT, None, None)
    assert other.stored().admission is Admission.EXPECTED


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (RegistrationStatus.CANCELED, R.CANCELED),
        (RegistrationStatus.WAITLISTED, R.WAITLISTED),
        (RegistrationStatus.TOMBSTONE, R.REVOKED),
    ],
)
def test_only_a_confirmed_guest_is_admitted(door: Door, status, result):
    door.guest.status = status
    door.guest.save()
    outcome = door.scan()
    assert (outcome.result, outcome.at) == (result, None)
    stored = Registration.find(door.guest.shard, door.guest.guest)
    assert stored
    assert stored.admission is Admission.EXPECTED


def test_a_ticket_without_a_registration_is_invalid(door: Door):
    door.guest.delete()
    assert door.scan().result is R.INVALID


def test_a_reissued_ticket_revokes_the_old_one(door: Door):
    old = door.ticket
    door.guest.ticket_no = tickets.new_ticket_no()
    door.guest.save()
    assert door.scan(old).result is R.REVOKED
    assert door.scan(door.ticket).result is R.ADMITTED


@pytest.mark.parametrize(
    ("moment", "result"),
    [
        (timedelta(hours=-13), R.NOT_YET),
        (timedelta(hours=-12), R.ADMITTED),
        (timedelta(hours=8) - MINUTE, R.ADMITTED),
        (timedelta(hours=8), R.OVER),
    ],
)
def test_the_door_opens_and_closes(door: Door, moment: timedelta, result: ScanResult):
    assert door.scan(now=door.event.starts_at + moment).result is result


def test_nobody_gets_into_a_canceled_event():
    assert open_door(status=EventStatus.CANCELED).scan().result is R.CANCELED


def test_two_guests_with_one_code_are_both_shown(door: Door):
    twin = make_registration(
        event_id=door.event.uuid,
        guest=door.guest.guest[:7] + "000000000",
        ticket_no=door.guest.ticket_no,
    )
    outcome = door.scan(door.code)
    assert (outcome.result, outcome.registration) == (R.INVALID, None)
    assert {one.guest for one in outcome.candidates} == {door.guest.guest, twin.guest}


def test_guests_with_one_prefix_are_told_apart_by_the_check_character(door: Door):
    last = int(door.guest.ticket_no[-1], 16)
    make_registration(
        event_id=door.event.uuid,
        guest=door.guest.guest[:7] + "000000000",
        ticket_no=door.guest.ticket_no[:-1] + f"{last ^ 1:x}",
    )
    outcome = door.scan(door.code)
    assert outcome.registration
    assert (outcome.result, outcome.registration.guest) == (R.ADMITTED, door.guest.guest)


def test_a_resent_scan_that_comes_first_after_the_end_is_too_late(door: Door):
    assert door.scan(resent=True, now=door.event.ends_at).result is R.OVER
