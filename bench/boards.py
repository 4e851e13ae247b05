"""What a refresh of the request board costs, with 10 and with 20,000 requests done with before.

Half of those were fulfilled, the others declined, canceled or brought long ago; ten guests wait, five are taken care of, and
three were done a moment ago: what the board shows. Besides, what each step of one request costs.
"""

import secrets
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ulid import ULID

from backend.events.models import Event
from backend.guest_requests import queries, services
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.states import RequestStatus
from backend.shared import base32
from backend.shared.actor import Actor, ActorKind
from backend.shared.clock import utc_now
from backend.team.roles import Role
from bench.meter import metered
from tests.factories.events import make_event
from tests.factories.guest_requests import build_request, offer
from tests.factories.registrations import make_registration
from tests.factories.team import make_member

DONE_BEFORE = (10, 20_000)
ROUNDS = 50
S = RequestStatus
OVER = (S.FULFILLED, S.DECLINED, S.FULFILLED, S.CANCELED)
Report = Callable[[str], None]


@dataclass
class Floor:
    """An event that runs, somebody of its staff, and a guest."""

    event: Event
    fay: Actor
    guest: Actor
    now: datetime

    def board(self) -> queries.Board:
        return queries.board(event_id=self.event.uuid, actor=self.fay, now=self.now)


def run(report: Report) -> None:
    """Print the figures."""
    floors = {done: open_floor(done) for done in DONE_BEFORE}
    report("one refresh of the board (four kinds, 10 open, 5 claimed, 3 just done)")
    for done, floor in floors.items():
        floor.board()  # a warm process knows the event, the role and the names
        with metered() as usage:
            shown = floor.board()
        assert [len(part) for part in (shown.new, shown.claimed, shown.done)] == [10, 5, 3]
        taken = median_cpu([floor.board] * ROUNDS)
        report(f"  {done:>6,} done before  {usage}; {taken:.2f} ms CPU, median of {ROUNDS}")
    report("")
    report("one request, from asking to done")
    measure_steps(floors[DONE_BEFORE[0]], report)


def open_floor(done_before: int) -> Floor:
    """An event with that many requests done with more than ten minutes ago."""
    now = utc_now()
    event = make_event(starts_at=now - timedelta(hours=1), creator_id=str(ULID()))
    fay, guest = (_person(name) for name in ("fay", "ada"))
    make_member(event_id=event.uuid, member=fay.user_id, name="Fay Floor", role=Role.FLOOR)
    make_registration(event_id=event.uuid, user_email=guest.email, user_id=guest.user_id)
    offer(event)
    floor = Floor(event, fay, guest, now)
    earlier = now - timedelta(hours=1)
    made = [_request(floor, n, OVER[n % 4], earlier) for n in range(done_before)]
    made += [_request(floor, -n, S.OPEN, now) for n in range(1, 11)]
    made += [_request(floor, -n, S.CLAIMED, now) for n in range(11, 16)]
    made += [_request(floor, -n, S.FULFILLED, now - timedelta(minutes=6)) for n in range(16, 19)]
    with GuestRequest.batch_write() as batch:
        for request in made:
            batch.save(request)
    return floor


def measure_steps(floor: Floor, report: Report) -> None:
    """Calls and units of each step, the indexes included."""
    asked: list[GuestRequest] = []
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("asked", lambda: asked.append(_ask(floor))),
        ("claimed", partial(_serve, floor, services.claim, asked)),
        ("released", partial(_serve, floor, services.release, asked)),
        ("claimed", partial(_serve, floor, services.claim, asked)),
        ("fulfilled", partial(_serve, floor, services.fulfil, asked)),
    ]
    for name, step in steps:
        with metered() as usage:
            step()
        report(f"  {name:<10} {usage}")


def median_cpu(calls: list[Callable[[], Any]]) -> float:
    """Milliseconds of CPU of this process that a call takes."""
    taken = []
    for call in calls:
        started = time.process_time_ns()
        call()
        taken.append((time.process_time_ns() - started) / 1e6)
    return statistics.median(taken)


def _ask(floor: Floor) -> GuestRequest:
    return services.ask(
        event_id=floor.event.uuid,
        kind="FOOD",
        text="By the window",
        actor=floor.guest,
        now=floor.now,
    ).request


def _serve(floor: Floor, step: Callable[..., Any], asked: list[GuestRequest]) -> None:
    step(
        event_id=floor.event.uuid,
        request_id=asked[0].request_id,
        actor=floor.fay,
        now=floor.now,
    )


def _request(floor: Floor, number: int, status: RequestStatus, at: datetime) -> GuestRequest:
    return build_request(
        event_id=floor.event.uuid,
        request_id=base32.encode(secrets.token_bytes(15)),
        status=status,
        created_at=at + timedelta(milliseconds=number),
        held_by=floor.fay.user_id if status in (S.CLAIMED, S.FULFILLED) else None,
    )


def _person(name: str) -> Actor:
    user_id = str(ULID())
    return Actor(
        ActorKind.USER,
        user_id=user_id,
        email=f"{name}-{user_id}@example.org".lower(),
        name=name.title(),
    )
