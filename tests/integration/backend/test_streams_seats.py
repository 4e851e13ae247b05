"""What the stream of registrations does about seats: whatever is repeated, late or left half done."""

import random
from datetime import timedelta

import pytest

from backend.activity import queries as activity
from backend.activity.kinds import ActivityKind
from backend.checkin.models import Scan
from backend.events import queries as events
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.handlers import notifications_stream, registrations_stream
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from backend.registrations import mails, services
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.models import Pool
from backend.shared.clock import utc_now
from tests.factories.events import NOON
from tests.support.interleaving import Process, dies_after, stopping_before_calls
from tests.support.lambda_context import CONTEXT
from tests.support.meetups import Meetup, mail_of, open_meetup
from tests.support.registering import claims_in, stored
from tests.support.stream_records import Record
from tests.support.waiting import cancel, change_email, move, promote

pytestmark = pytest.mark.usefixtures("tables")
K, S = ActivityKind, RegistrationStatus


@pytest.fixture
def meetup() -> Meetup:
    return a_meetup()


def a_meetup(capacity: int | None = 1, **values) -> Meetup:
    seat_queries.forget_views()
    return open_meetup(capacity=capacity, **{"waiting_list": True} | values)


def deliver(records: list[Record]) -> list[str]:
    answer = registrations_stream.handler({"Records": records}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def catch_up(meetup: Meetup) -> None:
    """Deliver what was written, and what that writes, until nothing is written any more."""
    seen = 0
    while len(records := meetup.records()) > seen:
        fresh, seen = records[seen:], len(records)
        assert deliver(fresh) == []


def numbers(meetup: Meetup) -> dict[str, int]:
    found = activity.totals(event_id=meetup.event.uuid, shards=meetup.event.shards)
    return {
        "registered": found.registered,
        "canceled": found.canceled,
        "waiting": found.waiting,
        "admitted": found.admitted,
    }


def as_organiser(meetup: Meetup, act, registration: Registration, **values) -> Registration:
    return act(stored(registration), actor=meetup.organiser, **values)


def mails_to(registration: Registration) -> list[str]:
    """The templates of all mails asked for about one key of a guest."""
    about = f"#{registration.event_id}#{registration.guest}#"
    return sorted(found.template for found in Notification.scan() if about in found.key)


# The waiting list


def test_a_seat_given_back_goes_to_who_waits(meetup: Meetup):
    ada, bob = meetup.register("Ada"), meetup.register("Bob")
    as_organiser(meetup, cancel, ada)

    catch_up(meetup)

    assert stored(bob).status is S.CONFIRMED
    assert claims_in(meetup.event) == {stored(bob).claim}
    assert numbers(meetup) == {"registered": 2, "canceled": 1, "waiting": 0, "admitted": 0}
    assert meetup.kinds() == sorted(
        [K.GUEST_REGISTERED, K.GUEST_WAITLISTED, K.GUEST_CANCELED, K.GUEST_PROMOTED]
    )
    assert mails_to(bob) == [mails.PROMOTED, mails.WAITLISTED]


def test_a_canceller_that_died_before_the_release_costs_nobody_a_seat(meetup: Meetup):
    ada, bob = meetup.register("Ada"), meetup.register("Bob")
    stored(ada).cancel(at=NOON, changed_by="USER:ada")

    catch_up(meetup)

    assert stored(bob).status is S.CONFIRMED


def test_who_joined_and_died_before_raising_the_flag_is_not_overtaken(meetup: Meetup):
    meetup.register("Ada")
    meetup.register("Bob")
    Pool.change(Pool.key(meetup.event.uuid), actions=[Pool.waiting.set(False)])
    seat_queries.forget_views()

    catch_up(meetup)

    assert Pool.find_pool(meetup.event.uuid).waiting


def test_who_joined_by_an_outdated_view_is_promoted(meetup: Meetup):
    view = seat_queries.view_of(meetup.event.uuid, now=NOON)
    view.room.clear()
    bob = meetup.register("Bob")
    assert bob.status is S.WAITLISTED

    catch_up(meetup)

    assert stored(bob).status is S.CONFIRMED


def test_a_run_that_stopped_at_its_limit_is_carried_on_by_what_it_wrote(monkeypatch):
    monkeypatch.setattr(services.promoting.promote_waiting, "__kwdefaults__", {"limit": 1})
    meetup = a_meetup()
    guests = [meetup.register(name) for name in ("Ada", "Bob", "Cleo", "Dora")]
    catch_up(meetup)
    seats.change_capacity(pool=meetup.event.uuid, seats=4, order=2, now=NOON)
    assert services.promote_waiting(event_id=meetup.event.uuid, now=NOON) == 1

    catch_up(meetup)

    assert [stored(guest).status for guest in guests] == [S.CONFIRMED] * 4


def test_a_guest_moved_to_the_list_makes_room_for_the_next(meetup: Meetup):
    ada, bob = meetup.register("Ada"), meetup.register("Bob")
    as_organiser(meetup, move, ada, at=NOON + timedelta(minutes=1))

    catch_up(meetup)

    assert (stored(ada).status, stored(bob).status) == (S.WAITLISTED, S.CONFIRMED)
    assert numbers(meetup) == {"registered": 1, "canceled": 0, "waiting": 1, "admitted": 0}
    assert mails_to(ada) == [mails.CONFIRMED, mails.MOVED]


def test_a_second_promotion_is_mailed_again():
    meetup = a_meetup(capacity=2)
    meetup.register("Ada")
    bob = meetup.register("Bob")
    for minutes in (1, 2):
        as_organiser(meetup, move, bob, at=NOON + timedelta(minutes=minutes))
        as_organiser(meetup, promote, bob)

    catch_up(meetup)

    assert mails_to(bob) == [mails.CONFIRMED] + [mails.MOVED] * 2 + [mails.PROMOTED] * 2


def test_replays_and_disorder_change_nothing():
    meetup = a_meetup(capacity=2)
    guests = {name: meetup.register(name) for name in ("Ada", "Bob", "Cleo", "Dora")}
    as_organiser(meetup, move, guests["Ada"], at=NOON + timedelta(minutes=1))
    as_organiser(meetup, cancel, guests["Bob"])
    as_organiser(meetup, change_email, guests["Cleo"], email="cleo@example.org")
    catch_up(meetup)
    before = numbers(meetup), meetup.kinds(), len(claims_in(meetup.event))

    chance = random.Random(3)  # noqa: S311 - repeatable, not secret
    for _ in range(3):
        replay = chance.sample(meetup.records(), len(meetup.records()))
        assert deliver(replay) == []

    assert (numbers(meetup), meetup.kinds(), len(claims_in(meetup.event))) == before
    assert before[0] == {"registered": 3, "canceled": 1, "waiting": 1, "admitted": 0}


def test_a_stream_that_dies_anywhere_has_promoted_once_it_is_repeated():
    survived, writes = False, 1
    while not survived:
        meetup = a_meetup()
        ada, bob = meetup.register("Ada"), meetup.register("Bob")
        stored(ada).cancel(at=NOON, changed_by="USER:ada")
        records = meetup.records()
        survived = dies_after(writes, lambda records=records: deliver(records))
        catch_up(meetup)
        services.audit_seats(event_id=meetup.event.uuid, now=NOON, thorough=True)

        assert stored(bob).status is S.CONFIRMED
        assert claims_in(meetup.event) == {stored(bob).claim}
        writes += 1

    assert writes > 5


# Another address


def test_another_address_is_one_change_with_a_ticket_for_the_new_one():
    meetup = a_meetup(capacity=5)
    ada = meetup.register("Ada")
    scan = meetup.admit(ada)
    moved = as_organiser(meetup, change_email, ada, email="ada@example.org")

    catch_up(meetup)

    assert numbers(meetup) == {"registered": 1, "canceled": 0, "waiting": 0, "admitted": 1}
    assert meetup.totals() == (1, 0, 1, 1)
    assert meetup.kinds() == sorted([K.GUEST_REGISTERED, K.GUEST_ADMITTED, K.GUEST_CHANGED])
    assert (mails_to(ada), mails_to(moved)) == ([mails.CONFIRMED], [mails.CONFIRMED])
    assert claims_in(meetup.event) == {moved.claim}
    assert Scan.find_scan(meetup.event.uuid, scan, shards=meetup.event.shards).guest == ada.guest
    beside = f"{scan}.{moved.guest}"
    assert Scan.find_scan(meetup.event.uuid, beside, shards=meetup.event.shards) is None


def test_another_address_of_who_waits_stays_one_who_waits(meetup: Meetup):
    meetup.register("Ada")
    bob = meetup.register("Bob")
    moved = as_organiser(meetup, change_email, bob, email="bob@example.org")

    catch_up(meetup)

    assert numbers(meetup) == {"registered": 1, "canceled": 0, "waiting": 1, "admitted": 0}
    assert mails_to(moved) == [mails.WAITLISTED]


# A limit where there was none


def limit(meetup: Meetup, capacity: int | None, *, order: int = 2) -> None:
    seats.change_capacity(pool=meetup.event.uuid, seats=capacity, order=order, now=NOON)


def committed_late(meetup: Meetup, name: str, *, before) -> Registration:
    """A commit decided without a limit, landing after ``before`` happened."""
    found: list[Registration] = []
    with stopping_before_calls():
        call = Process(name, lambda: found.append(meetup.register(name)))
        call.until("PutItem", Registration)
        before()
        call.finish()
    return found[0]


def test_a_late_commit_without_a_claim_gets_one_and_nobody_is_let_in_past_the_limit():
    meetup = a_meetup(capacity=None, waiting_list=False)
    ada = meetup.register("Ada")

    def limited_to_one():
        limit(meetup, 1)
        assert services.adopt_seats(event_id=meetup.event.uuid, now=NOON)

    late = committed_late(meetup, "Late", before=limited_to_one)
    assert len(claims_in(meetup.event)) == 1

    catch_up(meetup)

    assert claims_in(meetup.event) == {stored(ada).claim, stored(late).claim}
    assert stored(late).is_confirmed
    assert Pool.find_pool(meetup.event.uuid).over
    as_organiser(meetup, cancel, ada)
    catch_up(meetup)
    assert seats.claim(pool=meetup.event.uuid, guest="9" * 16, now=NOON) is None
    as_organiser(meetup, cancel, late)
    catch_up(meetup)
    assert not Pool.find_pool(meetup.event.uuid).closed


def test_a_late_commit_where_seats_are_free_takes_one_of_them():
    meetup = a_meetup(capacity=None)

    def limited_to_two():
        limit(meetup, 2)
        assert services.adopt_seats(event_id=meetup.event.uuid, now=NOON)

    late = committed_late(meetup, "Late", before=limited_to_two)
    catch_up(meetup)

    pool = Pool.find_pool(meetup.event.uuid)
    assert (claims_in(meetup.event), pool.closed) == ({stored(late).claim}, False)


def test_a_late_commit_is_adopted_wherever_the_stream_dies():
    survived, writes = False, 1
    while not survived:
        meetup = a_meetup(capacity=None)
        ada = meetup.register("Ada")

        def limited_to_one(meetup=meetup):
            limit(meetup, 1)
            assert services.adopt_seats(event_id=meetup.event.uuid, now=NOON)

        late = committed_late(meetup, "Late", before=limited_to_one)
        records = meetup.records()
        survived = dies_after(writes, lambda records=records: deliver(records))
        catch_up(meetup)
        services.audit_seats(event_id=meetup.event.uuid, now=NOON, thorough=True)

        assert claims_in(meetup.event) == {stored(ada).claim, stored(late).claim}
        pool = Pool.find_pool(meetup.event.uuid)
        assert (pool.closed, pool.over) == (True, True)
        writes += 1

    assert writes > 5


# An event that is called off


def call_off(meetup: Meetup) -> None:
    """Without this process hearing of it: it goes on with the settings it knows."""
    Event.change(
        meetup.event.uuid,
        actions=[Event.status.set(EventStatus.CANCELED), Event.canceled_at.set(NOON)],
    )


@pytest.mark.parametrize("capacity", [1, None])
def test_who_registers_at_an_event_called_off_meanwhile_is_canceled(capacity, monkeypatch):
    meetup = a_meetup(capacity=capacity)
    events.settings_of(meetup.event.uuid, now=NOON)
    call_off(meetup)
    guests = [meetup.register("Ada"), meetup.register("Bob")]
    # As the stream's own process knows the event, which also heard of nothing.
    monkeypatch.setitem(events._cached, meetup.event.uuid, (utc_now(), meetup.event))

    catch_up(meetup)

    assert [stored(guest).status for guest in guests] == [S.CANCELED] * 2
    assert claims_in(meetup.event) == set()
    assert numbers(meetup)["waiting"] == 0


def test_who_was_canceled_meanwhile_is_left_alone():
    meetup = a_meetup()
    ada = meetup.register("Ada")
    as_organiser(meetup, cancel, ada)
    call_off(meetup)

    catch_up(meetup)

    assert stored(ada).version == 2


# Mails


def sent(template: str, registration: Registration) -> Notification:
    about = f"{template}#{registration.event_id}#{registration.guest}#"
    (found,) = [mail for mail in Notification.scan() if mail.key.startswith(about)]
    record = {
        "eventName": "INSERT",
        "dynamodb": {"Keys": {"key": {"S": found.key}}, "SequenceNumber": "1", "NewImage": {}},
    }
    assert notifications_stream.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}
    return Notification.find(found.key)


def test_each_mail_of_the_waiting_list_is_sent(meetup: Meetup):
    ada, bob = meetup.register("Ada"), meetup.register("Bob")
    deliver(meetup.records())
    assert sent(mails.WAITLISTED, bob).status is NotificationStatus.SENT

    as_organiser(meetup, move, ada, at=NOON + timedelta(minutes=1))
    catch_up(meetup)

    assert sent(mails.PROMOTED, bob).status is NotificationStatus.SENT
    assert sent(mails.MOVED, ada).status is NotificationStatus.SENT


def test_mails_that_things_have_overtaken_are_not_sent(meetup: Meetup):
    ada, bob = meetup.register("Ada"), meetup.register("Bob")
    as_organiser(meetup, cancel, ada)
    catch_up(meetup)
    assert sent(mails.WAITLISTED, bob).status is NotificationStatus.SUPPRESSED

    as_organiser(meetup, move, bob, at=NOON + timedelta(minutes=1))
    assert sent(mails.PROMOTED, bob).status is NotificationStatus.SUPPRESSED
    assert mail_of(mails.CONFIRMED, bob) is None
