"""The door: one answer per scan, each guest admitted once, and nothing else is touched."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from ulid import ULID

from backend.checkin import queries, services
from backend.checkin.errors import AdmissionChanged
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan
from backend.events.errors import EventForbidden, EventNotFound
from backend.events.kinds import Visibility
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.registrations import tickets
from backend.registrations.errors import RegistrationNotFound
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.actor import VISITOR, Actor
from backend.shared.db import Table
from backend.shared.errors import BadInput
from backend.team.roles import Role
from tests.factories.events import NOON, make_event
from tests.factories.registrations import make_registration
from tests.factories.team import make_member
from tests.factories.users import a_user

pytestmark = pytest.mark.usefixtures("tables")
R = ScanResult
MINUTE = timedelta(minutes=1)


@dataclass
class Door:
    """An event that runs now, a guest with a ticket, and somebody at the desk."""

    event: Event
    desk: Actor
    guest: Registration

    @property
    def ticket(self) -> str:
        return tickets.issue(self.guest)

    @property
    def code(self) -> str:
        return tickets.short_code(self.guest.guest, self.guest.ticket_no)

    def scan(self, ticket: str | None = None, **values: Any) -> services.ScanOutcome:
        defaults = {
            "event_id": self.event.uuid,
            "ticket": self.ticket if ticket is None else ticket,
            "scan_id": str(ULID()),
            "gate": "North",
            "actor": self.desk,
            "now": NOON,
        }
        return services.admit(**defaults | values)

    def undo(self, scan_id: str, **values: Any) -> Registration:
        defaults = {
            "event_id": self.event.uuid,
            "guest": self.guest.guest,
            "scan_id": scan_id,
            "actor": self.desk,
            "now": NOON,
        }
        return services.undo(**defaults | values)

    def stored(self) -> Registration:
        return Registration.fetch(self.guest.shard, self.guest.guest)

    def scans(self) -> list[tuple[ScanResult, str]]:
        page = queries.list_latest(event_id=self.event.uuid, actor=self.desk, now=NOON)
        return [(line.scan.result, line.scan.gate) for line in page.items]


def open_door(**values: Any) -> Door:
    event = make_event(starts_at=NOON - timedelta(hours=1), **values)
    desk = a_user(f"desk-{event.uuid}")
    make_member(event_id=event.uuid, member=desk.user_id, role=Role.DESK)
    guest = make_registration(event_id=event.uuid, shards=event.shards)
    return Door(event, desk, guest)


@pytest.fixture
def door() -> Door:
    return open_door()


@contextmanager
def recorded_calls() -> Iterator[list[str]]:
    """The DynamoDB operations that this process sends meanwhile."""
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    assert Table._shared is not None
    hooks = Table._shared.client.meta.events
    hooks.register("before-call.dynamodb", note)
    try:
        yield calls
    finally:
        hooks.unregister("before-call.dynamodb", note)


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
        (RegistrationStatus.TOMBSTONE, R.INVALID),
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
