"""What follows a change of a registration: once, whatever the stream does to its records."""

import copy
import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from backend.activity.kinds import ActivityKind
from backend.checkin import services as checkin
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan
from backend.events.models import Event
from backend.handlers import registrations_stream
from backend.notifications.states import NotificationStatus
from backend.registrations import mails, streams, tickets
from backend.registrations import services as registrations
from backend.registrations.models import Registration
from backend.seats.models import Block
from backend.shared import stream_batches
from tests.factories.events import NOON
from tests.factories.registrations import build_registration
from tests.factories.users import a_user
from tests.support.meetups import Meetup, mail_of, open_meetup
from tests.support.stream_records import Record

pytestmark = pytest.mark.usefixtures("tables")
K = ActivityKind
S = NotificationStatus


@pytest.fixture
def meetup() -> Meetup:
    return open_meetup()


def deliver(records: list[Record]) -> list[str]:
    """Hand a batch to the Lambda; the sequence numbers that it reports as failed."""
    answer = registrations_stream.handler({"Records": records}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def a_whole_day(meetup: Meetup) -> tuple[Registration, Registration]:
    """Ada comes, is sent back and comes again; Bob registers and cancels."""
    ada, bob = meetup.register("Ada"), meetup.register("Bob")
    meetup.undo(ada, meetup.admit(ada))
    meetup.admit(ada)
    meetup.cancel(bob)
    return ada, bob


WHOLE_DAY = (2, 1, 1, 1)
WHOLE_DAY_KINDS = sorted(
    [
        K.GUEST_REGISTERED,
        K.GUEST_REGISTERED,
        K.GUEST_ADMITTED,
        K.ADMISSION_UNDONE,
        K.GUEST_ADMITTED,
        K.GUEST_CANCELED,
    ]
)


def test_a_day_is_counted_recorded_and_mailed(meetup: Meetup):
    ada, bob = a_whole_day(meetup)
    assert deliver(meetup.records()) == []
    assert meetup.totals() == WHOLE_DAY
    assert meetup.kinds() == WHOLE_DAY_KINDS
    asked_for = [
        mail_of(mails.CONFIRMED, ada),
        mail_of(mails.CONFIRMED, bob),
        mail_of(mails.CANCELED, bob),
    ]
    assert [mail.status for mail in asked_for if mail] == [S.QUEUED] * 3
    assert mail_of(mails.CANCELED, ada) is None


def test_an_admission_leaves_its_scan_record(meetup: Meetup):
    ada = meetup.register()
    scan_id = meetup.admit(ada)
    deliver(meetup.records())
    scan = Scan.find_scan(meetup.event.uuid, scan_id, shards=meetup.event.shards)
    assert scan
    assert (scan.result, scan.at, scan.gate, scan.guest, scan.scanned_by) == (
        ScanResult.ADMITTED,
        NOON,
        "North",
        ada.guest,
        meetup.organiser.label,
    )


def test_a_resent_scan_whose_admission_was_undone_is_answered_as_it_was(meetup: Meetup):
    ada = meetup.register()
    scan_id = meetup.admit(ada)
    meetup.undo(ada, scan_id)
    deliver(meetup.records())
    for resent in (True, False):
        again = checkin.admit(
            event_id=meetup.event.uuid,
            ticket=tickets.issue(ada),
            scan_id=scan_id,
            gate="South",
            actor=meetup.organiser,
            now=NOON + timedelta(minutes=1),
            resent=resent,
        )
        assert (again.result, again.at, again.gate) == (ScanResult.ADMITTED, NOON, "North")
    assert meetup.totals() == (1, 0, 0, 0)


@pytest.mark.parametrize("seed", range(20))
def test_duplicated_and_split_batches_change_nothing(meetup: Meetup, seed: int):
    """The stream keeps the order of a shard but may deliver any part of it again."""
    chance = random.Random(seed)  # noqa: S311 - which way a test goes
    a_whole_day(meetup)
    records = meetup.records()
    place = 0
    while place < len(records):
        size = chance.randint(1, len(records))
        again = chance.randint(0, place)
        assert deliver(records[again : place + size]) == []
        place += size
    assert meetup.totals() == WHOLE_DAY
    assert meetup.kinds() == WHOLE_DAY_KINDS


def test_a_batch_in_disorder_is_counted_all_the_same(meetup: Meetup):
    a_whole_day(meetup)
    assert deliver(meetup.records()[::-1]) == []
    assert (meetup.totals(), meetup.kinds()) == (WHOLE_DAY, WHOLE_DAY_KINDS)


def poisons(record: Record) -> Iterator[Record]:
    """A record, spoilt in several ways."""
    for path in (("eventID",), ("dynamodb", "Keys"), ("dynamodb", "ApproximateCreationDateTime")):
        spoilt = copy.deepcopy(record)
        inner = spoilt
        for name in path[:-1]:
            inner = inner[name]
        del inner[path[-1]]
        yield spoilt
    spoilt = copy.deepcopy(record)
    spoilt["dynamodb"]["NewImage"]["status"] = {"S": "SOMETHING"}
    yield spoilt
    spoilt = copy.deepcopy(record)
    spoilt["dynamodb"]["NewImage"]["registered_at"] = {"S": "yesterday"}
    yield spoilt


@pytest.mark.parametrize("number", range(5))
def test_a_poisoned_record_is_reported_and_stops_nobody(meetup: Meetup, number: int):
    meetup.register("Eve")
    poison = list(poisons(meetup.records()[0]))[number]
    a_whole_day(meetup)
    records = [poison, *meetup.records()[1:]]
    reported = [poison["dynamodb"]["SequenceNumber"]]
    assert deliver(records) == reported
    assert deliver(records) == reported
    assert meetup.totals() == WHOLE_DAY
    assert meetup.kinds() == WHOLE_DAY_KINDS


def test_a_record_without_anything_fails_the_whole_batch():
    assert deliver([{}]) == [""]


def test_a_reaction_that_fails_is_reported_and_the_others_go_on(meetup: Meetup):
    lost = build_registration(event_id="0190bbbb-0000-7000-8000-000000000009")
    ada = meetup.register()
    scan_id = meetup.admit(ada)
    records = meetup.records()
    # Its event was never written, so the scan record cannot be placed.
    strange = copy.deepcopy(records[1])
    for image in ("OldImage", "NewImage"):
        strange["dynamodb"][image]["event_id"] = {"S": lost.event_id}
    strange["dynamodb"]["Keys"]["shard"] = {"S": lost.shard}
    assert deliver([strange, *records]) == [strange["dynamodb"]["SequenceNumber"]]
    assert Scan.find_scan(meetup.event.uuid, scan_id, shards=meetup.event.shards)
    assert meetup.totals() == (1, 0, 1, 1)


def test_counters_that_cannot_be_written_are_reported(meetup: Meetup):
    meetup.register()
    records = copy.deepcopy(meetup.records())
    first = records[0]["dynamodb"]["SequenceNumber"]
    records[0]["dynamodb"]["Keys"]["shard"] = {"S": ""}
    assert deliver(records) == [first]


def test_tombstones_are_nothing(meetup: Meetup):
    guest = build_registration(event_id=meetup.event.uuid, shards=meetup.event.shards)
    assert Registration.fence(guest.shard, guest.guest, event_id=guest.event_id, seen=0)
    assert deliver(meetup.records()) == []
    assert (meetup.totals(), meetup.kinds()) == ((0, 0, 0, 0), [])


def test_a_guest_who_takes_a_tombstones_place_is_new(meetup: Meetup):
    guest = a_user(f"ada-{meetup.event.uuid}", name="Ada")
    draft = meetup.register()
    Registration(draft.shard, draft.guest).delete()
    Registration.fence(draft.shard, draft.guest, event_id=draft.event_id, seen=0)
    meetup.records().clear()
    again = registrations.register(
        event_id=meetup.event.uuid, name="Ada", actor=guest, now=NOON
    ).registration
    deliver(meetup.records())
    assert (meetup.totals(), meetup.kinds()) == ((1, 0, 0, 0), [K.GUEST_REGISTERED])
    assert mail_of(mails.CONFIRMED, again)


def test_registering_again_counts_and_mails_again(meetup: Meetup):
    first = meetup.register()
    meetup.cancel(first)
    second = meetup.register()
    deliver(meetup.records())
    assert meetup.totals() == (2, 1, 0, 0)
    assert first.ticket_no != second.ticket_no
    assert mail_of(mails.CONFIRMED, first)
    assert mail_of(mails.CONFIRMED, second)


def claims_of(event: Event) -> set[str]:
    blocks = Block.list_for_pool(event.uuid, blocks=-(-event.capacity // 24))
    return {claim.text for block in blocks for claim, _ in block.list_claims()}


def test_the_stream_releases_a_seat_that_a_crash_left_claimed(meetup: Meetup):
    ada = meetup.register()
    held = ada.claim
    assert held
    ada.cancel(at=NOON, changed_by="SYSTEM")
    assert claims_of(meetup.event) == {held.text}
    for _ in range(2):
        assert deliver(meetup.records()) == []
    assert claims_of(meetup.event) == set()


def test_the_repeated_release_leaves_a_newer_claim_of_the_guest_alone(meetup: Meetup):
    meetup.cancel(meetup.register())
    again = meetup.register()
    deliver(meetup.records())
    assert again.claim
    assert claims_of(meetup.event) == {again.claim.text}


def test_a_guest_without_an_address_gets_no_mail(meetup: Meetup):
    walk_in = registrations.add_guest(
        event_id=meetup.event.uuid, name="Walk In", email=None, actor=meetup.organiser, now=NOON
    ).registration
    assert deliver(meetup.records()) == []
    assert (mail_of(mails.CONFIRMED, walk_in), meetup.totals()[0]) == (None, 1)


def test_a_change_of_the_name_is_put_on_record_and_a_fence_is_not(meetup: Meetup):
    ada = meetup.register()
    Registration.fence(ada.shard, ada.guest, event_id=ada.event_id, seen=ada.version)
    renamed = Registration.fetch(ada.shard, ada.guest)
    renamed.name = "Ada King"
    renamed.save()
    deliver(meetup.records())
    assert meetup.kinds() == sorted([K.GUEST_REGISTERED, K.GUEST_CHANGED])
    assert meetup.totals() == (1, 0, 0, 0)


def test_an_item_that_was_deleted_by_hand_is_no_error(meetup: Meetup):
    ada = meetup.register()
    ada.delete()
    assert deliver(meetup.records()) == []
    assert meetup.totals() == (0, 0, 0, 0)
    assert claims_of(meetup.event) == set()


def test_changes_are_grouped_by_shard_in_order():
    meetup = open_meetup(capacity=5_000)
    for number in range(8):
        meetup.register(f"Guest{number}")
    changes = [streams.read_change(record) for record in meetup.records()]
    grouped = stream_batches.grouped(changes, lambda change: change.shard)
    assert sorted(grouped) == sorted({change.shard for change in changes})
    assert all(
        group == [change for change in changes if change.shard == shard]
        for shard, group in grouped.items()
    )
    deliver(meetup.records())
    assert meetup.totals() == (8, 0, 0, 0)
