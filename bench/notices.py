"""What it costs to tell the guests of a session to queue up, and ten thousand of them in full.

Ten thousand are asked to be told by the real fan-out, whose worker dies once on the way; how fast
they are then told is the stage's rate. Seconds are those of this machine with the local cloud in
the same CPUs.
"""

import time
from collections.abc import Callable

from backend.notifications.models import Notification
from backend.sessions import mails, services
from bench.meter import Usage, metered
from tests.support.killing import dies
from tests.support.noticing import (
    SOON,
    Post,
    asked_for,
    booked_session,
    due_at,
    register_them,
    work,
)

COUNTED, SENT, MANY = 200, 20, 10_000
DIES_AT = 4_321
Report = Callable[[str], None]


def run(report: Report) -> None:
    """Print the figures."""
    _count(report)
    report("")
    _tell_many(report)


def _count(report: Report) -> None:
    """Calls and units of each part, in runs of their own."""
    session, bookings = booked_session(COUNTED, shards=1)
    register_them(bookings[:SENT])
    now, post = due_at(session), Post()
    with metered() as begun:
        services.give_notice(event_id=session.event_id, session_id=session.session_id, now=now)
    with metered() as asked:
        (job,) = work(session, now)
    assert job.done == COUNTED
    messages = asked_for(session, bookings[:SENT])
    with metered() as sent:
        post.deliver(messages, now)
    assert len(post.told) == SENT
    report(f"begun, once for a session     {begun}")
    report(f"asked for, of {COUNTED} guests      {asked}")
    report(f"  per guest                   {_each(asked, COUNTED)}")
    report(f"sent without a rate, {SENT} mails  {sent}")
    report(f"  per guest                   {_each(sent, SENT)}")


def _each(usage: Usage, guests: int) -> str:
    return (
        f"{usage.total_calls / guests:.2f} calls; {usage.write_units / guests:.2f} write units, "
        f"{usage.read_units / guests:.2f} read units"
    )


def _tell_many(report: Report) -> None:
    session, bookings = booked_session(MANY, shards=16)
    now = due_at(session)
    services.give_notice(event_id=session.event_id, session_id=session.session_id, now=now)
    began = time.perf_counter()
    assert dies(lambda: work(session, now), DIES_AT)
    halfway = len(asked_for(session, bookings))
    (job,) = work(session, now + SOON)
    seconds = time.perf_counter() - began
    found = len(asked_for(session, bookings))
    of_session = mails.key_of(mails.NOTICE, bookings[0], session).rpartition("#")[0]
    every = sum(one.key.startswith(of_session) for one in Notification.scan())
    report(
        f"{MANY:,} guests, the worker killed at its call {DIES_AT:,}, when {halfway:,} were asked for"
    )
    report(
        f"  {found:,} of them in the outbox, {every:,} messages in all; the job counts {job.done:,}"
    )
    report(f"  {seconds:.0f} s, {seconds / MANY * 1000:.1f} ms each; the rate of SES comes after")
