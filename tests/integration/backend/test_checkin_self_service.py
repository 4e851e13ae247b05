"""What guests can do at a kiosk that stands there alone: come in by a ticket, and nothing else."""

from datetime import timedelta

import pytest
from ulid import ULID

from backend.checkin import queries
from backend.checkin.errors import CrewOnly
from backend.checkin.kinds import ScanResult
from backend.kiosks.kinds import KioskMode
from backend.registrations import tickets
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.actor import Actor
from tests.factories.events import NOON
from tests.factories.registrations import make_registration
from tests.support.doors import Door, open_door

pytestmark = pytest.mark.usefixtures("tables")
R = ScanResult
NOTHING_TOLD = (None, None, "", ())


@pytest.fixture
def door() -> Door:
    return open_door(reentry=True)


@pytest.fixture
def alone(door: Door) -> Actor:
    """A self-service kiosk at the door."""
    return door.kiosk(mode=KioskMode.SELF_SERVICE, pin="2468", gate="North")


def told(outcome):
    return (outcome.registration, outcome.at, outcome.gate, outcome.candidates)


def test_a_ticket_admits_its_guest_by_name(door: Door, alone: Actor):
    outcome = door.scan(actor=alone)

    assert (outcome.result, outcome.registration.name) == (R.ADMITTED, door.guest.name)
    assert (door.stored().admission, door.stored().admitted_by) == (Admission.IN, alone.label)


def test_a_typed_code_admits_too(door: Door, alone: Actor):
    assert door.scan(door.code, actor=alone).result is R.ADMITTED


def test_a_used_ticket_tells_neither_whose_it_is_nor_where_it_was_used(door: Door, alone: Actor):
    door.scan(gate="South")
    scan_id = str(ULID())
    first = door.scan(actor=alone, scan_id=scan_id)
    again = door.scan(actor=alone, scan_id=scan_id, resent=True)

    assert [one.result for one in (first, again)] == [R.ALREADY_IN] * 2
    assert [told(one) for one in (first, again)] == [NOTHING_TOLD] * 2


@pytest.mark.parametrize("status", [RegistrationStatus.WAITLISTED, RegistrationStatus.CANCELED])
def test_a_ticket_without_a_place_tells_no_name(door: Door, alone: Actor, status):
    guest = make_registration(event_id=door.event.uuid, user_email="b@example.com", status=status)
    outcome = door.scan(tickets.issue(guest), actor=alone)

    assert (outcome.result, told(outcome)) == (R(status.value), NOTHING_TOLD)


def test_a_closed_door_tells_no_name(door: Door, alone: Actor):
    outcome = door.scan(actor=alone, now=NOON + timedelta(days=2))

    assert (outcome.result, told(outcome)) == (R.OVER, NOTHING_TOLD)


def test_a_code_that_fits_two_names_nobody(door: Door, alone: Actor):
    shared = {"event_id": door.event.uuid, "ticket_no": "0123456789abcdef"}
    for name in ("One", "Two"):
        make_registration(name=name, guest=f"0123456{name[0] * 9}", **shared)
    code = tickets.short_code("0123456OOOOOOOOO", shared["ticket_no"])

    assert len(door.scan(code).candidates) == 2
    outcome = door.scan(code, actor=alone)
    assert (outcome.result, told(outcome)) == (R.INVALID, NOTHING_TOLD)


def test_what_a_desk_hears_of_a_refused_ticket_is_still_kept(door: Door, alone: Actor):
    door.scan()
    door.scan(actor=alone)
    page = queries.list_latest(event_id=door.event.uuid, actor=door.desk, now=NOON)

    [line] = [line for line in page.items if line.scan.scanned_by == alone.label]
    assert (line.scan.result, line.registration.name) == (R.ALREADY_IN, door.guest.name)


@pytest.mark.parametrize(
    "ask",
    [
        lambda door, actor: door.leave(actor=actor),
        lambda door, actor: door.look_up(actor=actor),
        lambda door, actor: door.admit_guest(actor=actor),
        lambda door, actor: door.undo("s", actor=actor),
        lambda door, actor: queries.search_guests(
            event_id=door.event.uuid, text="ada", actor=actor, now=NOON
        ),
        lambda door, actor: queries.list_latest(event_id=door.event.uuid, actor=actor, now=NOON),
    ],
    ids=["leave", "look_up", "admit_guest", "undo", "search_guests", "list_latest"],
)
def test_what_is_the_crews_is_refused_and_nothing_is_written(door: Door, alone: Actor, ask):
    with pytest.raises(CrewOnly):
        ask(door, alone)

    assert (door.stored().admission, door.scans()) == (Admission.EXPECTED, [])


def test_it_does_not_undo_its_own_admission(door: Door, alone: Actor):
    scan_id = str(ULID())
    door.scan(actor=alone, scan_id=scan_id)

    with pytest.raises(CrewOnly):
        door.undo(scan_id, actor=alone)
    assert door.stored().admission is Admission.IN
