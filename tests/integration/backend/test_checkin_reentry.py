"""Leaving and coming in again: where an event allows it, and in which order it counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from ulid import ULID

from backend.checkin.errors import AdmissionChanged, ReentryNotAllowed
from backend.checkin.kinds import ScanKind, ScanResult
from backend.checkin.models import Scan
from backend.events import queries as events
from backend.events.models import Event
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.db import StaleWrite
from bench.meter import metered
from tests.factories.events import NOON, new_event_id
from tests.factories.registrations import make_registration
from tests.support.doors import Door, open_door
from tests.support.registering import admit, leave, stored, undo
from tests.support.resending import every_write_sent_twice

pytestmark = pytest.mark.usefixtures("tables")
R, A = ScanResult, Admission
MINUTE = timedelta(minutes=1)


@pytest.fixture
def door() -> Door:
    return open_door(reentry=True)


def test_a_guest_leaves_and_comes_in_again_as_often_as_they_like(door: Door):
    said = [
        go(now=NOON + minute * MINUTE).result
        for minute, go in enumerate([door.scan, door.leave] * 3)
    ]

    assert said == [R.ADMITTED, R.LEFT] * 3
    assert door.stored().admission is A.OUT


def test_what_stands_is_the_last_entry_and_the_arrival_is_the_first(door: Door):
    door.scan(gate="North")
    left = door.leave(gate="West", now=NOON + MINUTE)
    door.scan(gate="South", now=NOON + 2 * MINUTE)
    again = door.scan(gate="East", now=NOON + 3 * MINUTE)
    guest = door.stored()

    assert (left.at, left.gate) == (NOON + MINUTE, "West")
    assert (guest.arrived_at, guest.arrived_gate) == (NOON, "North")
    assert (guest.admitted_at, guest.admitted_gate) == (NOON + 2 * MINUTE, "South")
    assert (again.result, again.at, again.gate) == (R.ALREADY_IN, NOON + 2 * MINUTE, "South")


def test_leaving_is_one_call_and_one_write_unit(door: Door):
    door.scan()
    with metered() as usage:
        assert door.leave().result is R.LEFT
    assert (usage.calls, usage.write_units, usage.read_units) == ({"UpdateItem": 1}, 1, 0)


def test_who_is_not_in_cannot_leave(door: Door):
    assert door.leave().result is R.NOT_IN
    door.scan()
    door.leave()
    assert door.leave().result is R.NOT_IN
    assert {scan.kind for scan in kept(door)} == {ScanKind.EXIT}


def kept(door: Door) -> list[Scan]:
    return Scan.list_in_shard(f"{door.event.uuid}#S0", before=None, limit=50).items


def test_nobody_is_let_out_where_nobody_comes_in_again():
    door = open_door()
    door.scan()
    with pytest.raises(ReentryNotAllowed):
        door.leave()
    assert (door.stored().admission, kept(door)) == (A.IN, [])


def test_who_left_before_reentry_was_switched_off_stays_out(door: Door):
    door.scan()
    door.leave()
    Event.fetch(door.event.uuid).update([Event.reentry.set(False)])
    events.forget_settings(door.event.uuid)

    assert door.scan().result is R.NO_REENTRY
    assert door.stored().admission is A.OUT


@pytest.mark.parametrize("resent", [False, True])
def test_an_entry_that_is_sent_again_after_leaving_admits_nobody(door: Door, resent: bool):
    entry = str(ULID())
    door.scan(scan_id=entry)
    door.leave()
    again = door.scan(scan_id=entry, resent=resent, now=NOON + MINUTE)

    assert again.result is R.ADMITTED
    assert door.stored().admission is A.OUT


@pytest.mark.parametrize("resent", [False, True])
def test_an_exit_that_is_sent_again_gets_its_answer_and_changes_nothing(door: Door, resent: bool):
    exit_scan = str(ULID())
    door.scan()
    first = door.leave(scan_id=exit_scan)
    door.scan(now=NOON + MINUTE)
    again = door.leave(scan_id=exit_scan, resent=resent, now=NOON + 2 * MINUTE, gate="Elsewhere")

    assert (again.result, again.at, again.gate) == (first.result, first.at, first.gate)
    assert door.stored().admission is A.IN


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (RegistrationStatus.CANCELED, R.CANCELED),
        (RegistrationStatus.WAITLISTED, R.WAITLISTED),
        (RegistrationStatus.TOMBSTONE, R.REVOKED),
    ],
)
def test_an_exit_says_why_not_like_an_entry(door: Door, status, result):
    door.guest.status = status
    door.guest.save()
    assert door.leave().result is result


def test_an_exit_takes_the_present_ticket_only(door: Door):
    old = door.ticket
    door.scan()
    changed = door.stored()
    changed.ticket_no = tickets.new_ticket_no()
    changed.save()

    assert door.leave(old).result is R.REVOKED
    assert door.leave("nonsense").result is R.INVALID
    assert door.leave(open_door().ticket).result is R.WRONG_EVENT
    assert door.leave(tickets.issue(changed)).result is R.LEFT


def test_an_exit_works_after_the_door_closed(door: Door):
    door.scan()
    assert door.leave(now=door.event.ends_at + MINUTE).result is R.LEFT


def test_undoing_an_entry_after_leaving_puts_the_guest_out_again(door: Door):
    first, second = str(ULID()), str(ULID())
    door.scan(scan_id=first)
    door.leave()
    door.scan(scan_id=second)
    undone = door.undo(second)

    assert (undone.admission, undone.arrived_at, undone.admitted_at) == (A.OUT, NOON, None)
    assert door.undo(second).admission is A.OUT
    with pytest.raises(AdmissionChanged):
        door.undo(first)
    assert door.scan(scan_id=second).result is R.ADMITTED
    assert door.stored().admission is A.OUT


def test_undoing_the_first_entry_forgets_the_arrival(door: Door):
    scan_id = str(ULID())
    door.scan(scan_id=scan_id)
    undone = door.undo(scan_id)

    assert (undone.admission, undone.arrived_at, undone.arrived_gate) == (A.EXPECTED, None, None)


# Races: the loser went past every check, on a copy as stale as can be.


def test_of_leaving_and_undoing_the_second_loses():
    left, undone = (make_registration(event_id=new_event_id()) for _ in range(2))
    admit(left)
    leave(left)
    with pytest.raises(StaleWrite):
        undo(left)

    admit(undone)
    undo(undone)
    with pytest.raises(StaleWrite):
        leave(undone)
    assert (stored(left).admission, stored(undone).admission) == (A.OUT, A.EXPECTED)


def test_of_two_exits_the_second_loses():
    guest = make_registration(event_id=new_event_id())
    admit(guest)
    leave(guest)
    with pytest.raises(StaleWrite) as refused:
        leave(guest, "exit-2")
    assert refused.value.old.left_scan == "exit-1"


def test_of_two_entries_again_the_second_loses():
    guest = make_registration(event_id=new_event_id())
    admit(guest)
    leave(guest)
    admit(guest, "scan-2", reentry=True)
    with pytest.raises(StaleWrite):
        admit(guest, "scan-3", reentry=True)
    assert stored(guest).admitted_scan == "scan-2"


def test_an_exit_with_a_ticket_that_was_replaced_meanwhile_loses():
    guest = make_registration(event_id=new_event_id())
    admit(guest)
    Registration.change(guest.shard, guest.guest, actions=[Registration.ticket_no.set("0" * 16)])
    with pytest.raises(StaleWrite):
        leave(guest)


def test_an_undo_past_its_time_or_of_another_device_loses():
    guest = make_registration(event_id=new_event_id())
    admit(guest)
    for limit in ({"since": NOON + MINUTE}, {"made_by": "KIOSK:OTHER"}):
        with pytest.raises(StaleWrite):
            Registration.undo_admission(
                guest.shard, guest.guest, scan_id="scan-1", changed_by="X", **limit
            )
    assert stored(guest).admission == A.IN


@pytest.mark.parametrize("round_number", range(10))
def test_entries_and_exits_at_once_end_in_one_order(door: Door, round_number: int):
    """Each change follows from the one before, so entries and exits take turns."""
    door.scan()
    with ThreadPoolExecutor(6) as devices:
        outcomes = list(devices.map(lambda go: go(), [door.leave, door.scan] * 3))

    entries = sum(outcome.result is R.ADMITTED for outcome in outcomes)
    exits = sum(outcome.result is R.LEFT for outcome in outcomes)
    assert exits - entries == (1 if door.stored().admission is A.OUT else 0)


def test_answers_that_get_lost_at_the_door_change_nothing(door: Door):
    first, out, second = (str(ULID()) for _ in range(3))
    with every_write_sent_twice() as sent:
        said = [
            door.scan(scan_id=first).result,
            door.leave(scan_id=out).result,
            door.scan(scan_id=second, gate="South").result,
            door.scan().result,
        ]
        undone = door.undo(second)

    assert len(sent) >= 6
    assert said == [R.ADMITTED, R.LEFT, R.ADMITTED, R.ALREADY_IN]
    assert (undone.admission, undone.arrived_at, undone.undone_scan) == (A.OUT, NOON, second)


def test_a_code_that_fits_two_guests_lets_nobody_out(door: Door):
    twin = make_registration(
        event_id=door.event.uuid,
        guest=door.guest.guest[:7] + "000000000",
        ticket_no=door.guest.ticket_no,
        user_email="twin@example.com",
    )
    door.scan()
    outcome = door.leave(door.code)

    assert (outcome.result, door.stored().admission) == (R.INVALID, A.IN)
    assert {one.guest for one in outcome.candidates} == {door.guest.guest, twin.guest}
