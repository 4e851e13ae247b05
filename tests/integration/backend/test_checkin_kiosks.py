"""A kiosk at the door: its own event and gate, and what it and a desk may undo for how long."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from ulid import ULID

from backend.checkin import queries
from backend.checkin.errors import AdmissionChanged, NotYourScan, UndoTooLate
from backend.checkin.kinds import ScanResult
from backend.checkin.policies import UNDO_WITHIN
from backend.events.errors import EventForbidden, EventNotFound
from backend.events.kinds import Visibility
from backend.events.policies import KIOSK_RIGHTS, EventAction, may
from backend.registrations import queries as registrations
from backend.registrations.states import Admission
from backend.team.roles import Role
from bench.meter import metered
from tests.factories.events import NOON
from tests.factories.team import make_member
from tests.factories.users import a_user, an_administrator
from tests.support.doors import Door, open_door

pytestmark = pytest.mark.usefixtures("tables")
R = ScanResult
SECOND = timedelta(seconds=1)


@pytest.fixture
def door() -> Door:
    return open_door()


def test_an_admission_by_a_kiosk_is_one_call_and_one_write_unit(door: Door):
    kiosk = door.kiosk()
    door.scan("nonsense", actor=kiosk)
    with metered() as usage:
        assert door.scan(actor=kiosk).result is R.ADMITTED
    assert (usage.calls, usage.write_units, usage.read_units) == ({"UpdateItem": 1}, 1, 0)


def test_a_kiosk_scans_at_its_own_gate_whatever_it_sends(door: Door):
    assert door.scan(actor=door.kiosk(gate="South"), gate="North").gate == "South"


def test_a_kiosk_without_a_gate_says_one(door: Door):
    assert door.scan(actor=door.kiosk(gate=""), gate="North").gate == "North"


@pytest.mark.parametrize("round_number", range(10))
def test_of_two_kiosks_at_once_one_admits(door: Door, round_number: int):
    north, south = door.kiosk(gate="North"), door.kiosk(gate="South")
    with ThreadPoolExecutor(2) as devices:
        outcomes = list(devices.map(lambda kiosk: door.scan(actor=kiosk), [north, south]))

    admitted, refused = sorted(outcomes, key=lambda outcome: outcome.result)
    assert (admitted.result, refused.result) == (R.ADMITTED, R.ALREADY_IN)
    assert (refused.gate, door.stored().admitted_gate) == (admitted.gate, admitted.gate)


@pytest.mark.parametrize(
    ("visibility", "refusal"),
    [(Visibility.PUBLIC, EventForbidden), (Visibility.PRIVATE, EventNotFound)],
)
def test_a_kiosk_of_another_event_is_refused_and_nothing_is_written(visibility, refusal):
    door, elsewhere = open_door(visibility=visibility, reentry=True), open_door().kiosk()
    event_id = door.event.uuid
    for ask in (
        door.scan,
        door.leave,
        door.look_up,
        door.admit_guest,
        lambda actor: door.undo("s", actor=actor),
        lambda actor: queries.list_latest(event_id=event_id, actor=actor, now=NOON),
        lambda actor: queries.search_guests(event_id=event_id, text="ada", actor=actor, now=NOON),
    ):
        with pytest.raises(refusal):
            ask(actor=elsewhere)
    assert (door.stored().admission, door.scans()) == (Admission.EXPECTED, [])


def test_a_kiosk_may_scan_undo_and_read_its_event_and_nothing_else(door: Door):
    kiosk = door.kiosk()
    allowed = {action for action in EventAction if may(kiosk, door.event, None, action)}

    assert allowed == KIOSK_RIGHTS == {EventAction.READ, EventAction.SCAN, EventAction.UNDO_SCAN}
    with pytest.raises(EventForbidden):
        registrations.list_for_event(event_id=door.event.uuid, actor=kiosk, now=NOON)


def test_a_kiosk_undoes_what_it_admitted_and_no_more(door: Door):
    mine, other = door.kiosk(), door.kiosk()
    first, second = str(ULID()), str(ULID())
    door.scan(scan_id=first, actor=mine)
    with pytest.raises(NotYourScan):
        door.undo(first, actor=other)
    assert door.undo(first, actor=mine).admission is Admission.EXPECTED

    door.scan(scan_id=second)
    with pytest.raises(NotYourScan):
        door.undo(second, actor=mine)
    assert door.stored().admission is Admission.IN


@pytest.mark.parametrize("who", ["kiosk", "desk"])
def test_the_door_undoes_for_a_quarter_of_an_hour(door: Door, who: str):
    actor = door.kiosk() if who == "kiosk" else door.desk
    scan_id = str(ULID())
    door.scan(scan_id=scan_id, actor=actor)

    with pytest.raises(UndoTooLate):
        door.undo(scan_id, actor=actor, now=NOON + UNDO_WITHIN + SECOND)
    assert door.undo(scan_id, actor=actor, now=NOON + UNDO_WITHIN).undone_scan == scan_id


def test_a_desk_undoes_what_a_kiosk_admitted(door: Door):
    scan_id = str(ULID())
    door.scan(scan_id=scan_id, actor=door.kiosk())
    assert door.undo(scan_id).admission is Admission.EXPECTED


def test_organisers_undo_at_any_time(door: Door):
    organiser = a_user(f"organiser-{door.event.uuid}")
    make_member(event_id=door.event.uuid, member=organiser.user_id, role=Role.ORGANISER)
    for actor in (organiser, a_user(door.event.creator_id), an_administrator()):
        scan_id = str(ULID())
        door.scan(scan_id=scan_id)
        undone = door.undo(scan_id, actor=actor, now=NOON + timedelta(days=30))
        assert undone.admission is Admission.EXPECTED


def test_too_late_to_undo_what_does_not_stand_is_said_as_such(door: Door):
    with pytest.raises(AdmissionChanged):
        door.undo(str(ULID()), now=NOON + timedelta(days=1))


def test_the_scan_log_is_filtered_by_result_gate_and_device(door: Door):
    kiosk = door.kiosk(gate="South")
    for number, (ticket, actor) in enumerate(
        [("nonsense", door.desk), ("nonsense", kiosk), (open_door().ticket, kiosk)]
    ):
        at = NOON + number * SECOND
        door.scan(ticket, actor=actor, scan_id=str(ULID.from_datetime(at)), now=at)

    def listed(**filters):
        page = queries.list_latest(event_id=door.event.uuid, actor=door.desk, now=NOON, **filters)
        return [(line.scan.result, line.scan.gate) for line in page.items]

    wrong, invalid = (R.WRONG_EVENT, "South"), (R.INVALID, "South")
    assert listed() == [wrong, invalid, (R.INVALID, "North")]
    assert listed(result=R.INVALID) == [invalid, (R.INVALID, "North")]
    assert listed(result=R.INVALID, gate="South") == [invalid]
    assert listed(scanned_by=kiosk.label) == [wrong, invalid]
