"""Claims for everybody confirmed at an event that gets a limit: a job, a page per step.

Each guest is adopted by writes of their own, so a step that is run again finds them adopted and
goes on. The audit does the same, so the pool opens even without the job.
"""

from datetime import datetime
from typing import Any

from backend.events import queries as events
from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.registrations import services
from backend.seats import services as seats
from backend.seats.errors import PoolBusy

PER_STEP = 100


def step(job: Job, now: datetime) -> StepResult:
    """Adopt the guests of the next page; after the last one let the pool be counted and opened.

    Begins anew when the limit was changed since it began. Refuses with ``PoolNotFound``.
    """
    plan = seats.adopting_since(pool=job.event_id)
    if plan is None:
        return StepResult(cursor=None)
    cursor: dict[str, Any] = job.cursor or _from_the_start(plan)
    try:
        adopted, after = services.adopt_page(
            event_id=job.event_id,
            shard=cursor["shard"],
            after=cursor["after"],
            limit=PER_STEP,
            now=now,
        )
    except PoolBusy:
        return StepResult(cursor=cursor)  # others change the pool at this moment
    shards = int(events.settings_of(job.event_id, now=now).shards)
    if after is not None:
        return StepResult(cursor={**cursor, "after": after}, done=adopted)
    if cursor["shard"] + 1 < shards:
        following = {**cursor, "shard": cursor["shard"] + 1, "after": None}
        return StepResult(cursor=following, done=adopted)
    if not seats.end_adoption(pool=job.event_id, plan=cursor["plan"], now=now):
        return StepResult(cursor=_from_the_start(plan), done=adopted)
    services.promote_waiting(event_id=job.event_id, now=now)
    return StepResult(cursor=None, done=adopted)


def _from_the_start(plan: int) -> dict[str, Any]:
    return {"plan": plan, "shard": 0, "after": None}
