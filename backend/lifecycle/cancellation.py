"""Calling an event off for everybody who is registered: a job, fifty registrations a step.

What guests asked for ends before. Each registration is canceled by a write of its own, so a step that is run again finds them
canceled and goes on. Who registers while the job runs, in a process that has not heard yet, is
canceled by the registrations stream. The mails follow from that stream, too. What they booked of
its sessions is canceled the same way, after them.
"""

from datetime import datetime
from itertools import islice
from typing import Any

from backend.activity import queries as activity
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.guest_requests import services as guest_requests
from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.lifecycle.errors import EventNotCanceled
from backend.registrations import queries as registration_queries
from backend.registrations import services as registrations
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.sessions import queries as session_queries
from backend.sessions import services as sessions
from backend.sessions.models import Session
from backend.sessions.states import BookingStatus
from backend.shared.clock import iso, parse_iso

PER_STEP = 50
S = RegistrationStatus


def step(job: Job, now: datetime) -> StepResult:
    """Cancel the registrations of the next page; the result counts who was in and stays so.

    Refuses with ``EventNotFound`` and ``EventNotCanceled``.
    """
    event = Event.fetch(job.event_id)
    if event.status not in (EventStatus.CANCELED, EventStatus.ARCHIVED) or not event.canceled_at:
        raise EventNotCanceled("The event was not canceled, so nobody's place is taken back.")
    cursor = job.cursor or {"waiting_since": ""}
    if "waiting_since" in cursor:
        return _cancel_waiting(job, event, cursor["waiting_since"], now=now)
    if "requests" in cursor:
        return _end_requests(job, event, cursor["requests"], now=now)
    if "bookings_after" in cursor:
        return _cancel_bookings(job, event, cursor, now=now)
    page, following = _next_page(event, cursor)
    ended = [
        status
        for found in page
        if (status := _end(found, event.canceled_at, changed_by=job.created_by, now=now))
    ]
    canceled, kept = ended.count(S.CANCELED), ended.count(S.CONFIRMED)
    earlier = job.result or {}
    return StepResult(
        cursor=following or {"bookings_after": "", "page": None},
        done=canceled,
        result={
            "canceled": earlier.get("canceled", 0) + canceled,
            "kept_in": earlier.get("kept_in", 0) + kept,
        },
    )


def _cancel_bookings(
    job: Job, event: Event, cursor: dict[str, Any], *, now: datetime
) -> StepResult:
    """Last the bookings, session by session: nobody has a place to book from any more."""
    left = (
        one
        for one in sorted(Session.list_for_event(event.uuid), key=lambda one: one.session_id)
        if one.session_id > cursor["bookings_after"]
    )
    session = next(left, None)
    if session is None:
        return StepResult(None)
    page, following = session_queries.page_of_all(session, cursor["page"], limit=PER_STEP)
    ended = [
        sessions.end_booking(one, changed_by=job.created_by, now=now)
        for one in page
        if one.is_active
    ]
    after = cursor["bookings_after"] if following else session.session_id
    earlier = job.result or {}
    canceled = earlier.get("bookings", 0) + ended.count(BookingStatus.CANCELED)
    return StepResult(
        cursor={"bookings_after": after, "page": following},
        result={**earlier, "bookings": canceled},
    )


def _end_requests(
    job: Job, event: Event, start: dict[str, Any] | None, *, now: datetime
) -> StepResult:
    """Then what guests asked for: nobody brings it any more."""
    following = guest_requests.end_page(
        event_id=event.uuid, start=start, limit=PER_STEP, changed_by=job.created_by, now=now
    )
    return StepResult({"requests": following} if following else {"shard": 0, "after": None})


def _cancel_waiting(job: Job, event: Event, since: str, *, now: datetime) -> StepResult:
    """First who waits: a promoter that has not heard yet would give them the seats that get free.

    By the index, which lags; the pages of the table find the others, and count them all.
    """
    line = registration_queries.iter_waiting(event, since=parse_iso(since) if since else None)
    page = list(islice(line, PER_STEP))
    current = Registration.find_current([(one.shard, one.guest) for one in page])
    for found in current.values():
        registrations.cancel_called_off(found, changed_by=job.created_by, now=now)
    if len(page) < PER_STEP:
        return StepResult({"requests": None}, total=_expected(event))
    return StepResult({"waiting_since": iso(page[-1].waiting_since)})


def _end(
    found: Registration, since: datetime, *, changed_by: str, now: datetime
) -> RegistrationStatus | None:
    """What the registration is then; ``None``: nobody's, or given up before all this."""
    if found.status is S.CANCELED:
        # Since the event was called off: by an earlier run of this step, or by the guest.
        return S.CANCELED if found.canceled_at and found.canceled_at >= since else None
    if found.status is S.TOMBSTONE:
        return None
    return registrations.cancel_called_off(found, changed_by=changed_by, now=now)


def _next_page(
    event: Event, cursor: dict[str, Any]
) -> tuple[list[Registration], dict[str, Any] | None]:
    """Up to ``PER_STEP`` registrations, over as many partitions as it takes; where to go on."""
    found: list[Registration] = []
    shard, after = cursor["shard"], cursor["after"]
    while shard < int(event.shards):
        page = Registration.list_in_shard(
            f"{event.uuid}#R{shard}", after=after, limit=PER_STEP - len(found)
        )
        found += page.items
        if page.next_key:
            return found, {"shard": shard, "after": page.next_key["guest"]["S"]}
        shard, after = shard + 1, None
        if len(found) == PER_STEP and shard < int(event.shards):
            return found, {"shard": shard, "after": None}
    return found, None


def _expected(event: Event) -> int:
    """About how many there are, by the counters."""
    totals = activity.totals(event_id=event.uuid, shards=int(event.shards))
    return totals.confirmed + totals.waiting
