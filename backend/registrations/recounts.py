"""Counting an event's registrations anew: a job, for counters that lost a record.

A recount reads which stream record was counted last, reads the registrations, and leaves what
it found as a mark in their partition. The stream meets the mark in its order: when nothing was
counted in between, what was read is exactly what was counted so far, and takes its place.
Otherwise it is made again. So the counters stay exact while people register and come in.
"""

import time
from datetime import datetime

from backend.activity import counters
from backend.events.models import Event
from backend.jobs.models import Job
from backend.jobs.progress import Problem, StepResult
from backend.registrations.models import Registration
from backend.registrations.streams import counts_of

PER_PAGE = 500
ROUNDS = 20
SECONDS_BETWEEN = 1.0
"""How long the stream is given to come by, each round."""


def step(job: Job, now: datetime) -> StepResult:
    """Leave marks in all partitions, then look, some rounds, which were taken over.

    ``done`` counts partitions. One that changes all the time is told as a problem.
    """
    del now
    event = Event.fetch(job.event_id)
    shards = [f"{event.uuid}#R{n}" for n in range(int(event.shards))]
    cursor = job.cursor or {"round": 0, "left": shards}
    if cursor["round"]:
        time.sleep(SECONDS_BETWEEN)
    left = [shard for shard in cursor["left"] if not counters.is_recounted(shard, job.job_id)]
    done = len(cursor["left"]) - len(left)
    if not left or cursor["round"] == ROUNDS:
        return StepResult(cursor=None, done=done, failed=[_busy(shard) for shard in left])
    for shard in left:
        _mark(shard, event_id=event.uuid, recount_id=job.job_id)
    return StepResult(
        cursor={"round": cursor["round"] + 1, "left": left}, done=done, total=len(shards)
    )


def _mark(shard: str, *, event_id: str, recount_id: str) -> None:
    seen = counters.last_counted(shard)
    document = {"id": recount_id, "seen": seen, "counts": counts_of(_everybody(shard))}
    Registration.mark_recount(shard, event_id=event_id, document=document)


def _everybody(shard: str) -> list[Registration]:
    found: list[Registration] = []
    after: str | None = None
    while True:
        page = Registration.list_in_shard(shard, after=after, limit=PER_PAGE)
        found += [one for one in page.items if one.is_active or one.canceled_at]
        if page.next_key is None:
            return found
        after = page.next_key["guest"]["S"]


def _busy(shard: str) -> Problem:
    number = shard.rpartition("#")[2]
    return Problem(number, "busy", "These registrations changed all the time. Count them again.")
