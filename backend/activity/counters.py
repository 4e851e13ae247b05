"""Counters that count every stream record exactly once, however often it is delivered.

All counters of one shard of an event's registrations are one item, changed in one write
together with the number of the last record counted. Records of one shard arrive in order,
as the mapping hands out one batch at a time (infra/streams.yaml); what is at or below that
number was counted before and is skipped. Should DynamoDB ever split one shard's items over
two stream shards, a recount repairs the numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from backend.activity.models import Stats
from backend.shared.db import StaleWrite, Transaction

ARRIVALS_EVERY_MINUTES = 5
_ARRIVALS_PREFIX = "at_"
_GATE_PREFIX = "gate_"
MOST_GATES = 50
"""Counted by name on one shard. Any text can be a gate, and the counters are one item."""
# No gate's counter: an asterisk in a name is escaped.
_OTHER_GATES = f"{_GATE_PREFIX}*"
OTHER_GATES = "Other gates"
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Change:
    """What one stream record adds to the counters, by counter name."""

    sequence_number: str
    deltas: Mapping[str, int]


def arrivals_at(moment: datetime) -> str:
    """The counter of the five minutes that a moment lies in: ``at_202611201505`` (UTC)."""
    utc = moment.astimezone(UTC)
    start = utc.replace(minute=utc.minute - utc.minute % ARRIVALS_EVERY_MINUTES)
    return f"{_ARRIVALS_PREFIX}{start:%Y%m%d%H%M}"


def arrivals_of(counts: Mapping[str, int]) -> dict[datetime, int]:
    """The arrivals among ``counts``: start of each five minutes (UTC) → guests admitted."""
    return {
        datetime.strptime(name, f"{_ARRIVALS_PREFIX}%Y%m%d%H%M").replace(tzinfo=UTC): number
        for name, number in sorted(counts.items())
        if name.startswith(_ARRIVALS_PREFIX)
    }


def gate_counter(gate: str) -> str:
    """The counter of a gate: ``gate_North%201``; ``gate_`` where nobody said which.

    Escaped, because brackets in the name of an attribute would mean a place in a list.
    """
    return f"{_GATE_PREFIX}{quote(gate, safe='')}"


def gates_of(counts: Mapping[str, int]) -> dict[str, int]:
    """The arrivals among ``counts`` by gate, without gates whose arrivals were all undone.

    ``OTHER_GATES`` has those of gates beyond the first ``MOST_GATES``.
    """
    gates: dict[str, int] = {}
    for name, number in sorted(counts.items()):
        if name.startswith(_GATE_PREFIX) and number > 0:
            other = name == _OTHER_GATES
            gate = OTHER_GATES if other else unquote(name.removeprefix(_GATE_PREFIX))
            gates[gate] = gates.get(gate, 0) + number
    return gates


def bounded(deltas: Mapping[str, int], stored: Iterable[str]) -> dict[str, int]:
    """The same deltas, with those of gates that a shard has no room for added up as one.

    A gate that is among the ``stored`` counters stays there, so what is added to a counter is
    taken from the same one later.
    """
    known = {name for name in stored if name.startswith(_GATE_PREFIX)} - {_OTHER_GATES}
    kept: dict[str, int] = {}
    for name, number in sorted(deltas.items(), key=lambda delta: (-delta[1], delta[0])):
        is_new = name.startswith(_GATE_PREFIX) and name not in known
        if is_new and len(known) < MOST_GATES:
            known.add(name)
            is_new = False
        counter = _OTHER_GATES if is_new else name
        kept[counter] = kept.get(counter, 0) + number
    return kept


def apply(*, event_shard: str, changes: Sequence[Change]) -> int:
    """Count a batch of records of one shard (``<event>#R<n>``) and say how many were new.

    One write as a rule, two where a gate is new. Rises (``StaleWrite``) only when others keep counting the same
    shard meanwhile; then the batch is to be delivered again.
    """
    ordered = sorted(
        ((_padded(change.sequence_number), change.deltas) for change in changes if change.deltas),
        key=lambda change: change[0],
    )
    seen: str | None = None
    stored: Stats | None = None
    for _ in range(_ATTEMPTS):
        if not ordered:
            return 0
        deltas = _sum([deltas for _, deltas in ordered])
        gates = [name for name in deltas if name.startswith(_GATE_PREFIX)]
        try:
            Stats.add_up(
                event_shard,
                deltas if seen is None else bounded(deltas, stored.counts if stored else ()),
                first_seq=ordered[0][0],
                last_seq=ordered[-1][0],
                # A gate's first arrival is counted at a second try, which knows the others.
                known=gates if seen is None else (),
                seen=seen,
            )
        except StaleWrite as refusal:
            stored = refusal.old
            seen = stored.last_seq if stored else ""
            ordered = [change for change in ordered if change[0] > seen]
        else:
            return len(ordered)
    raise StaleWrite


def count_requests_within(write: Transaction, event_id: str, deltas: Mapping[str, int]) -> None:
    """Part of a larger transaction, in which a mark says what is counted: add to the numbers.

    ``deltas`` are by state of guest requests; none adds nothing.
    """
    if deltas:
        Stats.count_requests_within(write, event_id, deltas)


@dataclass(frozen=True, slots=True)
class Recount:
    """What one shard's counters should be, if record ``seen`` was the last that was counted.

    ``id`` names the recount; ``seen`` is empty where nothing was counted yet.
    """

    id: str
    seen: str
    counts: Mapping[str, int]


def last_counted(event_shard: str) -> str:
    """The last record that was counted on a shard, 40 digits; empty for none."""
    stored = Stats.find_shard(event_shard)
    return stored.last_seq if stored else ""


def is_recounted(event_shard: str, recount_id: str) -> bool:
    """Whether this recount was the last one to be taken over."""
    stored = Stats.find_shard(event_shard)
    return stored is not None and stored.recounted == recount_id


def take_over(*, event_shard: str, recount: Recount, sequence_number: str) -> bool:
    """Replace the counters by a recount whose own record is ``sequence_number``.

    It holds only while nothing was counted since it was made: ``False`` otherwise, and nothing
    is written.
    """
    try:
        Stats.replace(
            event_shard,
            bounded(recount.counts, ()),
            seen=recount.seen,
            last_seq=_padded(sequence_number),
            recount=recount.id,
        )
    except StaleWrite:
        return False
    return True


def _padded(sequence_number: str) -> str:
    """Sequence numbers have up to 40 digits; only padded ones sort as text."""
    return sequence_number.zfill(40)


def _sum(deltas: Sequence[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in deltas:
        for name, number in one.items():
            total[name] = total.get(name, 0) + number
    return total
