"""What follows by itself: the streams of registrations and events, and the jobs they start.

The test hands each written change to the reactions when it likes: late, twice, out of order,
several at once. What a reaction did not get done before it died is delivered again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.events.models import Event
from backend.events.streams import follow_event
from backend.jobs import job_queue
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.runner import Step, run_job
from backend.lifecycle import cancellation
from backend.lifecycle.streams import follow_cancellation, follow_capacity
from backend.registrations import adoption, streams
from backend.registrations.models import Registration
from tests.support.interleaving import Process

STEPS: dict[JobKind, Step] = {
    JobKind.ADOPT_SEATS: adoption.step,
    JobKind.CANCEL_EVENT: cancellation.step,
}
LEASE_IS_OVER = timedelta(minutes=4)
Image = dict[str, Any] | None
Starts = Callable[[str, Callable[[], Any]], Process]


@dataclass
class Tape:
    """The stream of a table: what was written, and what of that nobody has followed yet."""

    written: list[dict[str, Any]] = field(default_factory=list)
    pending: list[dict[str, Any]] = field(default_factory=list)

    def add(self, keys: dict[str, Any], old: Image, new: Image) -> None:
        number = len(self.written)
        change = {
            "Keys": keys,
            "SequenceNumber": f"{number:021}",
            "ApproximateCreationDateTime": 1_900_000_000 + number,
        }
        images = {"OldImage": old, "NewImage": new}
        change |= {name: image for name, image in images.items() if image}
        kind = "MODIFY" if old and new else "INSERT" if new else "REMOVE"
        record = {"eventID": f"{number:032x}", "eventName": kind, "dynamodb": change}
        self.written.append(record)
        self.pending.append(record)


class Sequels:
    """The followers of one event's tables; ``start`` makes a process of a piece of work."""

    def __init__(self, event_id: str, start: Starts, now: Callable[[], Any]) -> None:
        self.event_id, self._start, self._now = event_id, start, now
        self.registrations, self.events = Tape(), Tape()
        self.guests: dict[str, dict[str, Any]] = {}
        self._seen_event: Image = None
        self._in_hand: list[tuple[Process, Tape, list[dict[str, Any]]]] = []

    # What was written

    def begin(self, event: Event) -> None:
        """The event as it is now is no news."""
        self._seen_event = event.serialize()

    def note_event(self) -> None:
        """Look whether the event was written, and remember how."""
        new = Event.fetch(self.event_id).serialize()
        if new != self._seen_event:
            self.events.add({"uuid": {"S": self.event_id}}, self._seen_event, new)
            self._seen_event = new

    def note_guests(self, registered: Sequence[Registration]) -> list[tuple[Image, Image]]:
        """Look which registrations were written, and remember how: old and new of each."""
        changes = []
        for item in registered:
            new = item.serialize()
            old = self.guests.get(item.guest)
            if new == old:
                continue
            keys = {"shard": {"S": item.shard}, "guest": {"S": item.guest}}
            self.registrations.add(keys, old, new)
            self.guests[item.guest] = new
            changes.append((old, new))
        return changes

    # Who follows

    def follow_guests(self, *, first: int = 0, count: int = 1, again: bool = False) -> Process:
        """As the stream's Lambda does: each record of a batch, then what they call for together."""
        tape, now = self.registrations, self._now()
        records = _batch(tape.written if again else tape.pending, first, count)
        changes = [streams.read_change(record) for record in records]

        def work() -> None:
            for change in changes:
                streams.react(change, now=now)
            streams.see_to_seats(changes, now=now)

        return self._hold("the registrations stream", work, tape, records)

    def follow_event(self, *, first: int = 0, again: bool = False) -> Process:
        tape = self.events
        records = _batch(tape.written if again else tape.pending, first, 1)

        def work() -> None:
            for record in map(DynamoDBRecord, records):
                follow_event(record)
                follow_capacity(record)
                follow_cancellation(record)

        return self._hold("the events stream", work, tape, records)

    def _hold(
        self, name: str, work: Callable[[], Any], tape: Tape, records: list[dict[str, Any]]
    ) -> Process:
        process = self._start(name, work)
        self._in_hand.append((process, tape, records))
        self.check_off()
        return process

    def check_off(self) -> None:
        """What was followed to its end need not be delivered again."""
        over = [held for held in self._in_hand if held[0].is_over]
        for process, tape, records in over:
            if process.answered and process.refusal is None:
                tape.pending = [record for record in tape.pending if record not in records]
        self._in_hand = [held for held in self._in_hand if not held[0].is_over]

    # Jobs

    def open_jobs(self) -> list[str]:
        found = Job.list_for_event(self.event_id, limit=50).items
        return [job.job_id for job in found if job.is_open]

    def run(self, job_id: str) -> Process:
        now = self._now()
        return self._start(
            "a job",
            lambda: run_job(job_id=job_id, steps=STEPS, now_fn=lambda: now, until=lambda: False),
        )


def _batch(records: list[dict[str, Any]], first: int, count: int) -> list[dict[str, Any]]:
    first %= len(records)
    return records[first : first + count]


def wake_nobody() -> None:
    """The queue that wakes the runner of jobs accepts every message and delivers none."""
    events = job_queue._client().meta.events
    events.register("before-call.sqs", _accept, unique_id="wake nobody")


def let_wake() -> None:
    events = job_queue._client().meta.events
    events.unregister("before-call.sqs", unique_id="wake nobody")


def _accept(**_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
    return SimpleNamespace(status_code=200), {"ResponseMetadata": {"HTTPStatusCode": 200}}
