"""What the desk does beside scanning: undo, look back; and who may not."""

from datetime import timedelta

import pytest
from ulid import ULID

from backend.checkin import queries
from backend.checkin.errors import AdmissionChanged
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan
from backend.events.errors import EventForbidden, EventNotFound
from backend.events.kinds import Visibility
from backend.registrations.errors import RegistrationNotFound
from backend.registrations.states import Admission
from backend.shared.actor import VISITOR
from backend.shared.errors import BadInput
from backend.team.roles import Role
from tests.factories.events import NOON
from tests.factories.team import make_member
from tests.factories.users import a_user
from tests.support.doors import Door, open_door

pytestmark = pytest.mark.usefixtures("tables")
R = ScanResult
MINUTE = timedelta(minutes=1)


@pytest.fixture
def door() -> Door:
    return open_door()


def test_an_undone_guest_is_expected_again_and_may_come_in_by_another_scan(door: Door):
    first, second = str(ULID()), str(ULID())
    door.scan(scan_id=first)
    assert door.undo(first).admission is Admission.EXPECTED
    assert door.scan(scan_id=second, gate="South").result is R.ADMITTED
    assert (door.stored().admitted_scan, door.stored().admitted_gate) == (second, "South")


@pytest.mark.parametrize("resent", [False, True])
def test_a_scan_that_was_undone_never_admits_again(door: Door, resent: bool):
    scan_id = str(ULID())
    door.scan(scan_id=scan_id)
    door.undo(scan_id)
    door.scan(scan_id=scan_id, resent=resent)
    assert door.stored().admission is Admission.EXPECTED


def test_undoing_twice_changes_nothing(door: Door):
    scan_id = str(ULID())
    door.scan(scan_id=scan_id)
    assert door.undo(scan_id).undone_scan == door.undo(scan_id).undone_scan == scan_id


def test_only_the_scan_that_admitted_can_be_undone(door: Door):
    first, second = str(ULID()), str(ULID())
    with pytest.raises(AdmissionChanged):
        door.undo(first)
    door.scan(scan_id=first)
    with pytest.raises(AdmissionChanged):
        door.undo(second)
    assert door.stored().admission is Admission.IN


@pytest.mark.parametrize("guest", ["", "nobody", "0" * 16])
def test_nobody_to_undo_is_not_found(door: Door, guest: str):
    with pytest.raises(RegistrationNotFound):
        door.undo(str(ULID()), guest=guest)


@pytest.mark.parametrize("role", [None, Role.FLOOR])
def test_who_has_no_business_at_the_door_is_refused_and_nothing_is_written(door: Door, role):
    stranger = a_user(f"stranger-{role}-{door.event.uuid}")
    if role:
        make_member(event_id=door.event.uuid, member=stranger.user_id, role=role)
    for actor in (stranger, VISITOR):
        with pytest.raises(EventForbidden):
            door.scan(actor=actor)
        with pytest.raises(EventForbidden):
            door.undo(str(ULID()), actor=actor)
        with pytest.raises(EventForbidden):
            queries.list_latest(event_id=door.event.uuid, actor=actor, now=NOON)
        with pytest.raises(EventForbidden):
            queries.totals(event_id=door.event.uuid, actor=VISITOR, now=NOON)
    assert (door.stored().admission, door.scans()) == (Admission.EXPECTED, [])


def test_the_desk_of_another_event_learns_nothing_of_a_private_one():
    private, other = open_door(visibility=Visibility.PRIVATE), open_door()
    with pytest.raises(EventNotFound):
        private.scan(actor=other.desk)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scan_id": ""}, "scan_id"),
        ({"scan_id": "a b"}, "scan_id"),
        ({"scan_id": "a" * 65}, "scan_id"),
        ({"gate": "a" * 61}, "gate"),
        ({"gate": "a\nb"}, "gate"),
    ],
)
def test_a_scan_that_cannot_be_kept_is_bad_input(door: Door, values, field):
    with pytest.raises(BadInput) as refusal:
        door.scan(**values)
    assert list(refusal.value.fields) == [field]


def test_a_refused_scan_leaves_the_registration_as_it_was(door: Door):
    door.scan()
    before = door.stored().serialize()
    door.scan(gate="South", now=NOON + MINUTE)
    assert door.stored().serialize() == before


@pytest.mark.parametrize("capacity", [50, 5_000])
def test_the_latest_scans_come_in_pages_newest_first(capacity: int):
    door = open_door(capacity=capacity)
    ids = [str(ULID.from_datetime(NOON + n * MINUTE)) for n in range(25)]
    for n, scan_id in enumerate(ids):
        door.scan("nonsense", scan_id=scan_id, gate="North" if n % 2 else "South")
    seen, start = [], None
    for _ in range(4):
        page = queries.list_latest(
            event_id=door.event.uuid, actor=door.desk, limit=10, start=start, now=NOON
        )
        seen += [line.scan.scan_id for line in page.items]
        start = page.next_key
        if start is None:
            break
    assert seen == ids[::-1]
    south = queries.list_latest(
        event_id=door.event.uuid, actor=door.desk, gate="South", limit=3, now=NOON
    )
    assert [line.scan.scan_id for line in south.items] == ids[24:19:-2]


def test_a_line_of_the_latest_scans_shows_the_guest_as_registered_now(door: Door):
    door.scan()
    door.scan(gate="South")
    (line,) = queries.list_latest(event_id=door.event.uuid, actor=door.desk, now=NOON).items
    assert line.registration
    assert (line.registration.name, line.registration.admission) == (
        door.guest.name,
        Admission.IN,
    )


def test_scans_are_kept_for_a_year(door: Door):
    scan_id = str(ULID())
    door.scan("nonsense", scan_id=scan_id)
    scan = Scan.find_scan(door.event.uuid, scan_id, shards=1)
    assert scan
    assert scan.expires_at == NOON + timedelta(days=365)


def test_totals_of_an_event_nobody_came_to_are_zero(door: Door):
    totals = queries.totals(event_id=door.event.uuid, actor=door.desk, now=NOON)
    assert (totals.registered, totals.admitted) == (0, 0)
