"""Sending an announcement, as a job: first every guest's message is asked for, then all are counted.

Asking is idempotent, since a message has one key per announcement and guest; so a page that is
begun again asks for nothing twice. Then the job looks at the outbox until each message has ended,
and ends itself with how many were sent, held back and failed.
"""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from backend.announcements import letters, queries
from backend.announcements.models import Announcement
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.jobs import file_store
from backend.jobs.models import Job
from backend.jobs.progress import Problem, StepResult
from backend.notifications import services as notifications
from backend.notifications.models import Notification
from backend.notifications.states import ENDED, NotificationStatus
from backend.registrations import policies, positions

S = NotificationStatus
GUESTS_PER_STEP = 50
FIRST_LOOK, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)
_DOUBLINGS = 8
"""Reach the longest pause; without a bound, three hours of looking would overflow a timedelta."""
_JSON = "application/json"


def step(job: Job, now: datetime) -> StepResult:
    """Ask for the messages of the next page of guests, or count the next page of messages.

    Refuses what ``events.authorize`` refuses whoever asked for the job, by now.
    """
    actor = policies.actor_of_job(job)
    event = events.authorize(
        event_id=job.event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    here = job.cursor or {"more": True, "pages": 0, "at": 0, "found": 0, "looks": 0}
    if here["more"]:
        return _ask(job, event, here, now)
    return _count(job, here, now)


def _ask(job: Job, event: Event, here: dict[str, Any], now: datetime) -> StepResult:
    announcement = Announcement.fetch(job.event_id, job.params["announcement_id"])
    page = queries.recipients(
        event,
        announcement,
        limit=GUESTS_PER_STEP,
        start=positions.fetch(job.job_id, here["pages"]),
    )
    reached = [one for one in page.items if one.user_email]
    for one in reached:
        letters.enqueue(announcement, one, job_id=job.job_id, now=now)
    keys = json.dumps([one.guest for one in reached]).encode()
    file_store.put(job.job_id, _page_name(here["pages"]), keys, content_type=_JSON)
    # Needed no more, even if this step is run again; it names a guest.
    positions.forget(job.job_id, here["pages"] - 1)
    found = here["found"] + len(reached)
    pages = here["pages"] + 1
    more = positions.keep(job.job_id, pages, page.next_key)
    before = job.result or {}
    without = before.get("without_address", 0) + len(page.items) - len(reached)
    return StepResult(
        {**here, "more": more, "pages": pages, "found": found},
        total=None if more else found,
        result={"queued": found, "without_address": without},
    )


def _count(job: Job, here: dict[str, Any], now: datetime) -> StepResult:
    if here["at"] >= here["pages"]:
        return StepResult(None)
    if here["at"] == 0:
        positions.forget(job.job_id, here["pages"] - 1)
    guests: list[str] = json.loads(file_store.get(job.job_id, _page_name(here["at"])))
    keys = {letters.key_of(job.params["announcement_id"], guest): guest for guest in guests}
    messages = Notification.find_many(list(keys))
    if sum(one.status in ENDED for one in messages) < len(keys):
        for one in messages:
            notifications.wake(one, reason=letters.PAUSED, now=now)
        pause = min(FIRST_LOOK * 2 ** min(here["looks"], _DOUBLINGS), LONGEST_PAUSE)
        return StepResult({**here, "looks": here["looks"] + 1}, wait=pause)
    failed = [
        Problem(keys[one.key], one.reason or "", "The message could not be delivered.")
        for one in messages
        if one.status is S.FAILED
    ]
    return StepResult(
        {**here, "at": here["at"] + 1, "looks": 0},
        done=len(keys) - len(failed),
        failed=failed,
        result=_added(job, Counter(one.status for one in messages)),
    )


def _added(job: Job, ended: Counter[NotificationStatus]) -> dict[str, int]:
    before = job.result or {}
    names = {"sent": S.SENT, "held_back": S.SUPPRESSED, "undelivered": S.FAILED}
    return {name: before.get(name, 0) + ended[status] for name, status in names.items()}


def _page_name(number: int) -> str:
    return f"guests-{number:06}.json"
