"""What follows from coming in and going out: counters, scan records and activity, each once."""

from datetime import timedelta
from typing import Any

import pytest
from ulid import ULID

from backend.activity import queries as activity
from backend.activity.kinds import ActivityKind
from backend.checkin import queries as checkin_queries
from backend.checkin import services as checkin
from backend.checkin.kinds import ScanKind, ScanResult
from backend.checkin.models import Scan
from backend.checkin.schemas import ScanAnswer
from backend.handlers import kiosks_stream, registrations_stream
from backend.kiosks import services as kiosks
from backend.kiosks.policies import KioskSettings
from backend.registrations import services as registrations
from backend.registrations import tickets
from backend.registrations.models import Registration
from tests.factories.events import NOON, make_event
from tests.factories.kiosks import make_kiosk
from tests.factories.users import a_user
from tests.support.lambda_context import CONTEXT
from tests.support.meetups import Meetup, open_meetup
from tests.support.stream_records import Stream

pytestmark = pytest.mark.usefixtures("tables")
K, R = ActivityKind, ScanResult
MINUTE = timedelta(minutes=1)


@pytest.fixture
def meetup() -> Meetup:
    return open_meetup(reentry=True)


def pass_by(meetup: Meetup, guest: Registration, minute: int, gate: str, **way: Any) -> str:
    """One scan of the guest's ticket; its id."""
    go = checkin.leave if way.pop("leaving", False) else checkin.admit
    scan_id = way.pop("scan_id", "") or str(ULID())
    go(
        event_id=meetup.event.uuid,
        ticket=tickets.issue(guest),
        scan_id=scan_id,
        gate=gate,
        actor=meetup.organiser,
        now=NOON + minute * MINUTE,
        **way,
    )
    return scan_id


def deliver(meetup: Meetup, times: int = 2) -> None:
    """Hand all records to the Lambda, again and again."""
    for _ in range(times):
        answer = registrations_stream.handler({"Records": meetup.records()}, None)
        assert answer == {"batchItemFailures": []}


def totals(meetup: Meetup) -> activity.Totals:
    return activity.totals(event_id=meetup.event.uuid, shards=meetup.event.shards)


def test_coming_back_counts_nobody_twice(meetup: Meetup):
    ada, bob = meetup.register("Ada"), meetup.register("Bob")
    pass_by(meetup, ada, 0, "North")
    pass_by(meetup, ada, 10, "West", leaving=True)
    pass_by(meetup, ada, 20, "South")
    pass_by(meetup, bob, 30, "South")
    pass_by(meetup, bob, 40, "West", leaving=True)
    deliver(meetup)
    found = totals(meetup)

    assert (found.admitted, found.out) == (2, 1)
    assert found.gates == {"North": 1, "South": 1}
    assert found.arrivals == {NOON: 1, NOON + 30 * MINUTE: 1}


def test_undoing_takes_back_what_was_counted(meetup: Meetup):
    ada = meetup.register("Ada")
    first = pass_by(meetup, ada, 0, "North")
    meetup.undo(ada, first)
    pass_by(meetup, ada, 5, "Gate 2.1 [left]")
    pass_by(meetup, ada, 10, "West", leaving=True)
    again = pass_by(meetup, ada, 20, "South")
    meetup.undo(ada, again)
    deliver(meetup)
    found = totals(meetup)

    assert (found.admitted, found.out) == (1, 1)
    assert found.gates == {"Gate 2.1 [left]": 1}
    assert {at: n for at, n in found.arrivals.items() if n} == {NOON + 5 * MINUTE: 1}


def test_every_passage_leaves_one_scan_record_and_one_activity(meetup: Meetup):
    ada = meetup.register("Ada")
    ids = [
        pass_by(meetup, ada, 0, "North"),
        pass_by(meetup, ada, 10, "West", leaving=True),
        pass_by(meetup, ada, 20, "South"),
    ]
    deliver(meetup)
    scans = [Scan.find_scan(meetup.event.uuid, i, shards=meetup.event.shards) for i in ids]

    assert [(s.kind, s.result, s.gate, s.at, s.guest) for s in scans if s] == [
        (ScanKind.ENTRY, R.ADMITTED, "North", NOON, ada.guest),
        (ScanKind.EXIT, R.LEFT, "West", NOON + 10 * MINUTE, ada.guest),
        (ScanKind.ENTRY, R.ADMITTED, "South", NOON + 20 * MINUTE, ada.guest),
    ]
    assert meetup.kinds() == sorted(
        [K.GUEST_REGISTERED, K.GUEST_ADMITTED, K.GUEST_LEFT, K.GUEST_ADMITTED]
    )


def test_exit_that_is_sent_again_gets_the_answer_that_was_kept(meetup: Meetup):
    ada = meetup.register("Ada")
    pass_by(meetup, ada, 0, "North")
    exit_scan = pass_by(meetup, ada, 10, "West", leaving=True)
    deliver(meetup)
    again = checkin.leave(
        event_id=meetup.event.uuid,
        ticket=tickets.issue(ada),
        scan_id=exit_scan,
        gate="East",
        actor=meetup.organiser,
        now=NOON + 60 * MINUTE,
        resent=True,
    )

    assert (again.result, again.at, again.gate) == (R.LEFT, NOON + 10 * MINUTE, "West")


def test_one_scan_id_for_two_guests_keeps_both_records(meetup: Meetup):
    ada, bob = meetup.register("Ada"), meetup.register("Bob")
    scan_id = pass_by(meetup, ada, 0, "North")
    pass_by(meetup, bob, 1, "South", scan_id=scan_id)
    deliver(meetup)
    shards = meetup.event.shards
    first = Scan.find_scan(meetup.event.uuid, scan_id, shards=shards)
    beside = [
        Scan.find(first.event_shard, f"{scan_id}.{guest.guest}") for guest in (ada, bob) if first
    ]

    assert [scan.guest if scan else None for scan in (first, *beside)] == [
        ada.guest,
        None,
        bob.guest,
    ]
    assert totals(meetup).admitted == 2


def follow_kiosks(stream: Stream, event_id: str) -> list[tuple[ActivityKind, str, str]]:
    records = stream.read(
        lambda record: (
            record["dynamodb"]["Keys"]["event_id"]["S"] == event_id
            or record["dynamodb"]["Keys"]["event_id"]["S"].startswith("code#")
        )
    )
    for _ in range(2):
        answer = kiosks_stream.handler({"Records": records}, CONTEXT)
        assert answer == {"batchItemFailures": []}
    page = activity.list_for_event(event_id=event_id, since=NOON, limit=100, now=NOON)
    return sorted((one.kind, one.actor_label, one.subject) for one in page.items)


def test_kiosks_leave_activity_for_what_somebody_did_to_them():
    stream, olga, event = Stream("test-kiosks"), a_user("user-olga"), make_event()
    settings = KioskSettings("North 1", "North")
    offer = kiosks.pair_kiosk(event_id=event.uuid, settings=settings, actor=olga, now=NOON)
    place = {"event_id": event.uuid, "kiosk_id": offer.kiosk.kiosk_id, "actor": olga}
    paired = kiosks.claim_code(code=offer.code, now=NOON).kiosk
    kiosks.heartbeat(kiosk=paired, waiting_scans=1, app_version="1", now=NOON)
    for version in (1, 2):
        south = KioskSettings("North 1", "South")
        kiosks.change_kiosk(**place, settings=south, version=version, now=NOON)
    kiosks.revoke(**place, now=NOON)
    subject = paired.kiosk_id

    assert follow_kiosks(stream, event.uuid) == sorted(
        [
            (K.KIOSK_ADDED, olga.label, subject),
            (K.KIOSK_PAIRED, f"KIOSK:{subject}", subject),
            (K.KIOSK_CHANGED, olga.label, subject),
            (K.KIOSK_REVOKED, olga.label, subject),
        ]
    )


def test_activity_of_kiosks_holds_neither_names_nor_hashes():
    stream, event = Stream("test-kiosks"), make_event()
    kiosk = make_kiosk(event_id=event.uuid, name="Canary tablet", now=NOON)
    follow_kiosks(stream, event.uuid)
    page = activity.list_for_event(event_id=event.uuid, since=NOON, limit=100, now=NOON)
    told = str([one.serialize() for one in page.items])

    assert page.items
    assert [text for text in ("Canary tablet", str(kiosk.secret_hash)) if text in told] == []


def test_another_address_of_a_guest_who_is_in_is_no_second_entry(meetup: Meetup):
    ada = meetup.register("Ada")
    entry = pass_by(meetup, ada, 0, "North")
    deliver(meetup)
    renamed = registrations.change_email(
        event_id=meetup.event.uuid,
        guest=ada.guest,
        version=int(ada.version),
        email=f"ada-{ULID()}@example.com",
        actor=meetup.organiser,
        now=NOON,
    )
    deliver(meetup)
    page = checkin_queries.list_latest(event_id=meetup.event.uuid, actor=meetup.organiser, now=NOON)

    assert [line.scan.scan_id for line in page.items] == [entry]
    assert (totals(meetup).admitted, totals(meetup).gates) == (1, {"North": 1})
    assert meetup.kinds() == sorted([K.GUEST_REGISTERED, K.GUEST_ADMITTED, K.GUEST_CHANGED])
    told = [
        answer_of(meetup, ada, str(ULID())),
        answer_of(meetup, ada, entry, resent=True),
        answer_of(meetup, renamed, str(ULID())),
    ]
    assert [(one["result"], one["guest"] and one["guest"]["name"]) for one in told] == [
        ("REVOKED", None),
        ("ADMITTED", None),
        ("ALREADY_IN", "Ada"),
    ]


def answer_of(meetup: Meetup, guest: Registration, scan_id: str, **how: Any) -> dict[str, Any]:
    """What the API says to a scan of the guest's ticket."""
    outcome = checkin.admit(
        event_id=meetup.event.uuid,
        ticket=tickets.issue(guest),
        scan_id=scan_id,
        gate="South",
        actor=meetup.organiser,
        now=NOON + MINUTE,
        **how,
    )
    return ScanAnswer.of(outcome).model_dump(mode="json")
