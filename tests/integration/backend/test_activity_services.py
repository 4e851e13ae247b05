from datetime import UTC, datetime, timedelta

import pytest

from backend.activity import counters, queries, services
from backend.activity.counters import Change
from backend.activity.kinds import ActivityKind
from backend.activity.models import Activity, Stats
from backend.shared.db import StaleWrite
from tests.factories.events import NOON, new_event_id

pytestmark = pytest.mark.usefixtures("tables")
K = ActivityKind


def record(event_id: str, record_id: str, at: datetime = NOON, kind: ActivityKind = K.EVENT_EDITED):
    return services.record(
        event_id=event_id,
        kind=kind,
        actor_label="USER:user-olga",
        subject=event_id,
        at=at,
        record_id=record_id,
        details={"fields": "title"},
    )


def listed(event_id: str, **values) -> list[str]:
    page = queries.list_for_event(
        **{"event_id": event_id, "since": NOON, "limit": 20, "now": NOON} | values
    )
    return [activity.ulid for activity in page.items]


def test_record_keeps_what_was_done():
    event_id = new_event_id()

    record(event_id, "r-1")

    [stored] = queries.list_for_event(event_id=event_id, since=NOON, limit=5, now=NOON).items
    assert (stored.kind, stored.actor_label, stored.subject, stored.at, stored.details) == (
        K.EVENT_EDITED,
        "USER:user-olga",
        event_id,
        NOON,
        {"fields": "title"},
    )


def test_record_of_a_replay_writes_the_same_item_again():
    event_id = new_event_id()

    first, second = record(event_id, "r-1"), record(event_id, "r-1")

    assert first.ulid == second.ulid
    assert listed(event_id) == [first.ulid]


def test_records_of_the_same_moment_are_both_kept():
    event_id = new_event_id()

    record(event_id, "r-1")
    record(event_id, "r-2")

    assert len(listed(event_id)) == 2


def test_list_goes_back_through_months_page_by_page():
    event_id = new_event_id()
    moments = [datetime(2030, month, 3, 10, tzinfo=UTC) for month in (1, 3, 3, 5)]
    made = [record(event_id, f"r-{i}", at=at).ulid for i, at in enumerate(moments)]
    kept = {"event_id": event_id, "since": moments[0], "now": NOON}

    pages, start = [], None
    while True:
        page = queries.list_for_event(**kept, limit=2, start=start)
        pages.append(page.items)
        start = page.next_key
        if start is None:
            break

    assert [activity.ulid for page in pages for activity in page] == sorted(made, reverse=True)
    assert len(pages[0]) == 2


def test_list_ends_without_another_page_when_the_last_item_fits():
    event_id = new_event_id()
    record(event_id, "r-1")

    page = queries.list_for_event(event_id=event_id, since=NOON, limit=1, now=NOON)

    # DynamoDB itself cannot say whether more follows; the page after it then is empty.
    following = queries.list_for_event(
        event_id=event_id, since=NOON, limit=1, now=NOON, start=page.next_key
    )
    assert (len(page.items), following.items, following.next_key) == (1, [], None)


def test_list_of_another_event_shows_nothing():
    record(new_event_id(), "r-1")

    assert listed(new_event_id()) == []


def test_counters_add_up_over_shards():
    event_id = new_event_id()
    at = counters.arrivals_at(NOON + timedelta(minutes=7))
    counters.apply(
        event_shard=f"{event_id}#R0",
        changes=[Change("11", {"registered": 1}), Change("12", {"registered": 1, "canceled": 1})],
    )
    counters.apply(
        event_shard=f"{event_id}#R3", changes=[Change("5", {"registered": 1, "admitted": 1, at: 1})]
    )

    assert queries.totals(event_id=event_id, shards=16) == queries.Totals(
        registered=3, canceled=1, admitted=1, arrivals={NOON + timedelta(minutes=5): 1}
    )
    assert queries.totals(event_id=event_id, shards=16).confirmed == 2


def test_totals_of_an_event_nothing_happened_at_are_zero():
    assert queries.totals(event_id=new_event_id(), shards=1) == queries.Totals(0, 0, 0, {})


def test_a_batch_delivered_twice_counts_once():
    shard = f"{new_event_id()}#R0"
    batch = [Change("9", {"registered": 1}), Change("10", {"registered": 1})]

    assert counters.apply(event_shard=shard, changes=batch) == 2
    assert counters.apply(event_shard=shard, changes=batch) == 0
    assert counts(shard) == {"registered": 2}


def test_a_batch_that_overlaps_counts_only_what_is_new():
    shard = f"{new_event_id()}#R0"
    counters.apply(event_shard=shard, changes=[Change(str(n), {"registered": 1}) for n in (1, 2)])

    new = counters.apply(
        event_shard=shard, changes=[Change(str(n), {"registered": 1}) for n in (1, 2, 3, 4)]
    )

    assert (new, counts(shard)) == (2, {"registered": 4})


def test_records_without_deltas_write_nothing():
    shard = f"{new_event_id()}#R0"

    assert counters.apply(event_shard=shard, changes=[Change("1", {})]) == 0
    assert Stats.find(shard, "registrations") is None


def test_a_batch_that_others_keep_counting_past_is_to_be_delivered_again(monkeypatch):
    shard = f"{new_event_id()}#R0"
    counters.apply(event_shard=shard, changes=[Change("1", {"registered": 1})])
    monkeypatch.setattr(counters, "_ATTEMPTS", 1)

    with pytest.raises(StaleWrite):
        counters.apply(
            event_shard=shard, changes=[Change(str(n), {"registered": 1}) for n in (1, 2)]
        )

    assert counts(shard) == {"registered": 1}


def test_of_two_that_count_the_same_batch_one_is_refused():
    shard = f"{new_event_id()}#R0"
    seqs = {"first_seq": "1".zfill(40), "last_seq": "1".zfill(40)}
    Stats.add_up(shard, {"registered": 1}, **seqs)

    with pytest.raises(StaleWrite):
        Stats.add_up(shard, {"registered": 1}, **seqs)


def arrive_at(shard: str, number: int, *gates: str, delta: int = 1) -> None:
    deltas = {counters.gate_counter(gate): delta for gate in gates}
    counters.apply(event_shard=shard, changes=[Change(str(number), deltas)])


def test_arrivals_at_gates_beyond_the_most_are_counted_as_one(monkeypatch):
    monkeypatch.setattr(counters, "MOST_GATES", 2)
    shard = f"{new_event_id()}#R0"

    for number, gate in enumerate(["A", "B", "C.1", "*", "B", "C.1"], start=1):
        arrive_at(shard, number, gate)
    assert counters.gates_of(counts(shard)) == {"A": 1, "B": 2, "Other gates": 3}

    arrive_at(shard, 7, "*", "B", delta=-1)
    assert counters.gates_of(counts(shard)) == {"A": 1, "B": 1, "Other gates": 2}


def test_a_recount_keeps_the_gates_with_the_most_arrivals(monkeypatch):
    monkeypatch.setattr(counters, "MOST_GATES", 2)
    shard = f"{new_event_id()}#R0"
    arrived = {"A": 1, "B": 5, "C": 2, "D": 9}
    found = {counters.gate_counter(gate): number for gate, number in arrived.items()}

    recount = counters.Recount("job-1", "", found)
    assert counters.take_over(event_shard=shard, recount=recount, sequence_number="1")

    assert counters.gates_of(counts(shard)) == {"D": 9, "B": 5, "Other gates": 3}


def test_a_new_gate_of_a_batch_that_was_counted_is_not_counted_again():
    shard = f"{new_event_id()}#R0"
    arrive_at(shard, 5, "A")

    arrive_at(shard, 5, "A")
    arrive_at(shard, 4, "B")

    assert counts(shard) == {counters.gate_counter("A"): 1}


def counts(shard: str) -> dict[str, int]:
    stored = Stats.find(shard, "registrations")
    assert stored
    return dict(stored.counts)


def test_activity_partition_is_the_month_in_utc():
    event_id = new_event_id()
    late = datetime.fromisoformat("2030-05-31T23:30:00-02:00")

    stored = record(event_id, "r-1", at=late)

    assert stored.event_month == f"{event_id}#2030-06"
    assert Activity.find(stored.event_month, stored.ulid) is not None


def test_history_of_a_subject_is_its_own_and_the_newest_first():
    event_id, other = new_event_id(), new_event_id()
    moments = [NOON + timedelta(days=40 * day) for day in range(3)]
    made = [befall(event_id, "GUEST1", at, f"r-{i}") for i, at in enumerate(moments)]
    befall(event_id, "GUEST2", NOON, "r-9")
    befall(other, "GUEST1", NOON, "r-10")
    record(event_id, "r-11")

    first = queries.history_of(event_id=event_id, subject="GUEST1", limit=2)
    second = queries.history_of(event_id=event_id, subject="GUEST1", limit=2, start=first.next_key)

    assert [one.ulid for one in first.items + second.items] == made[::-1]
    assert queries.history_of(event_id=event_id, subject=event_id, limit=2).items == []


def befall(event_id: str, guest: str, at: datetime, record_id: str) -> str:
    return services.record(
        event_id=event_id,
        kind=K.GUEST_CHANGED,
        actor_label="USER:user-olga",
        subject=guest,
        at=at,
        record_id=record_id,
    ).ulid
