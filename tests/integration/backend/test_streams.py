"""What follows a change of a registration: once, whatever the stream does to its records."""

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from ulid import ULID

from backend.activity import queries as activity
from backend.activity.kinds import ActivityKind
from backend.checkin import services as checkin
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.handlers import notifications_stream, registrations_stream, seat_audit
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from backend.registrations import mails, streams, tickets
from backend.registrations import services as registrations
from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.seats.models import Block
from backend.shared.actor import Actor
from backend.shared.clock import utc_now
from tests.factories.events import NOON, make_event
from tests.factories.registrations import build_registration
from tests.factories.users import a_user
from tests.support.stream_records import Record, Stream

pytestmark = pytest.mark.usefixtures("tables")
K = ActivityKind
S = NotificationStatus


@dataclass
class Meetup:
    """An event with seats that runs now, its organiser, and the stream of its registrations."""

    event: Event
    organiser: Actor
    stream: Stream
    delivered: list[Record] = field(default_factory=list)

    def register(self, name: str = "Ada") -> Registration:
        guest = a_user(f"{name.lower()}-{self.event.uuid}", name=name)
        return registrations.register(
            event_id=self.event.uuid, name=name, actor=guest, now=NOON
        ).registration

    def cancel(self, registration: Registration) -> None:
        registrations.cancel_guest(
            event_id=self.event.uuid,
            guest=registration.guest,
            version=registration.version,
            actor=self.organiser,
            now=NOON,
        )

    def admit(self, registration: Registration) -> str:
        scan_id = str(ULID())
        outcome = checkin.admit(
            event_id=self.event.uuid,
            ticket=tickets.issue(registration),
            scan_id=scan_id,
            gate="North",
            actor=self.organiser,
            now=NOON,
        )
        assert outcome.result is ScanResult.ADMITTED
        return scan_id

    def undo(self, registration: Registration, scan_id: str) -> None:
        checkin.undo(
            event_id=self.event.uuid,
            guest=registration.guest,
            scan_id=scan_id,
            actor=self.organiser,
            now=NOON,
        )

    def records(self) -> list[Record]:
        """All records of this event so far, oldest first."""
        self.delivered += self.stream.read(
            lambda record: record["dynamodb"]["Keys"]["shard"]["S"].startswith(self.event.uuid)
        )
        return self.delivered

    def totals(self) -> tuple[int, int, int, int]:
        found = activity.totals(event_id=self.event.uuid, shards=self.event.shards)
        return found.registered, found.canceled, found.admitted, sum(found.arrivals.values())

    def kinds(self) -> list[ActivityKind]:
        page = activity.list_for_event(
            event_id=self.event.uuid, since=utc_now(), limit=100, now=utc_now()
        )
        return sorted(entry.kind for entry in page.items)


def open_meetup(**values: Any) -> Meetup:
    organiser = a_user(str(ULID()))
    event = make_event(starts_at=NOON - timedelta(hours=1), creator_id=organiser.user_id, **values)
    seats.open_pool(pool=event.uuid, capacity=event.capacity, now=NOON)
    return Meetup(event, organiser, Stream("test-registrations"))


@pytest.fixture
def meetup() -> Meetup:
    return open_meetup()


def deliver(records: list[Record]) -> list[str]:
    """Hand a batch to the Lambda; the sequence numbers that it reports as failed."""
    answer = registrations_stream.handler({"Records": records}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def mail_of(template: str, registration: Registration) -> Notification | None:
    ticket = f"{registration.event_id}#{registration.guest}#{registration.ticket_no}"
    return Notification.find(f"{template}#{ticket}")


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
    assert meetup.totals() == (1, 1, 0, 0)
    assert claims_of(meetup.event) == set()


# Sending


def send(records: list[Record]) -> list[str]:
    answer = notifications_stream.handler({"Records": records}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def inserted(key: str, number: str = "1") -> Record:
    return {
        "eventName": "INSERT",
        "dynamodb": {"Keys": {"key": {"S": key}}, "SequenceNumber": number, "NewImage": {}},
    }


def queued(template: str, registration: Registration) -> str:
    mails.enqueue(template, registration, now=utc_now())
    mail = mail_of(template, registration)
    assert mail
    return mail.key


def test_a_queued_mail_is_sent_once(meetup: Meetup):
    key = queued(mails.CONFIRMED, meetup.register())
    assert [send([inserted(key)]) for _ in range(2)] == [[], []]
    stored = Notification.find(key)
    assert stored
    assert (stored.status, stored.attempts) == (S.SENT, 1)


def test_a_mail_is_sent_when_it_is_queued_or_nudged_and_on_no_other_change(meetup: Meetup):
    key = queued(mails.CONFIRMED, meetup.register())
    change = inserted(key) | {"eventName": "MODIFY"}
    send([change])
    assert Notification.find(key).status is S.QUEUED
    change["dynamodb"] |= {"NewImage": {"nudged_at": {"S": "now"}}}
    send([change])
    assert Notification.find(key).status is S.SENT


def test_a_delivery_that_fails_is_reported_alone():
    broken = {"eventName": "INSERT", "dynamodb": {"Keys": {}, "SequenceNumber": "7"}}
    assert send([broken, inserted("nobody")]) == ["7"]


def test_a_template_nobody_knows_is_suppressed(meetup: Meetup):
    key = f"odd#{ULID()}"
    Notification(
        key=key, template="odd", recipient="a@example.org", facts={}, queued_at=utc_now()
    ).put_if_absent()
    send([inserted(key)])
    assert Notification.find(key).reason == "unknown_template"


def reason_of(template: str, registration: Registration) -> str | None:
    key = queued(template, registration)
    assert send([inserted(key)]) == []
    return Notification.find(key).reason


def test_the_ticket_of_a_canceled_registration_is_not_sent(meetup: Meetup):
    ada = meetup.register()
    meetup.cancel(ada)
    assert reason_of(mails.CONFIRMED, ada) == "registration_not_confirmed"


def test_a_reissued_ticket_is_not_sent_in_its_old_form(meetup: Meetup):
    ada = meetup.register()
    newer = Registration.fetch(ada.shard, ada.guest)
    newer.ticket_no = tickets.new_ticket_no()
    newer.save()
    assert reason_of(mails.CONFIRMED, ada) == "ticket_reissued"


def test_no_ticket_is_sent_for_a_canceled_event(meetup: Meetup):
    ada = meetup.register()
    ada_elsewhere = build_registration(
        event_id=make_event(status=EventStatus.CANCELED).uuid, user_email=ada.user_email
    )
    ada_elsewhere.save()
    assert reason_of(mails.CONFIRMED, ada_elsewhere) == "event_canceled"


def test_who_registered_again_is_not_told_of_the_cancellation(meetup: Meetup):
    ada = meetup.register()
    assert reason_of(mails.CANCELED, ada) == "registered_again"


def test_a_registration_that_is_gone_gets_no_mail(meetup: Meetup):
    ada = meetup.register()
    key = queued(mails.CONFIRMED, ada)
    ada.delete()
    send([inserted(key)])
    assert Notification.find(key).reason == "registration_gone"


# What the clock starts


def test_the_audit_nudges_mails_and_frees_seats(meetup: Meetup):
    ada = build_registration(user_email=f"{ULID()}@example.org")
    mails.enqueue(mails.CONFIRMED, ada, now=utc_now() - timedelta(minutes=6))
    done = seat_audit.handler({}, None)
    assert done["messages_nudged"] >= 1
    assert mail_of(mails.CONFIRMED, ada).nudged_at is not None


def test_changes_are_grouped_by_shard_in_order():
    meetup = open_meetup(capacity=5_000)
    for number in range(8):
        meetup.register(f"Guest{number}")
    changes = [streams.read_change(record) for record in meetup.records()]
    grouped = streams.by_shard(changes)
    assert sorted(grouped) == sorted({change.shard for change in changes})
    assert all(
        group == [change for change in changes if change.shard == shard]
        for shard, group in grouped.items()
    )
    deliver(meetup.records())
    assert meetup.totals() == (8, 0, 0, 0)
