"""Our own CPU on a warm request: without any call, and on each route that reads.

Of the latter, what botocore takes for its calls is taken off; what PynamoDB makes of the items is
counted as ours. The line in the log is written, to nowhere.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient

from backend.shared.actor import Actor
from backend.shared.http import Handler
from bench.cold_process import EVENT, proxy_event
from bench.routes.rows import ROWS
from bench.routes.world import World

REQUESTS, READS = 2000, 100
TARGET_MS = 0.2
TITLE = {
    "title": "Harbour Conference",
    "startsAt": "2030-05-01T12:00:00+02:00",
    "endsAt": "2030-05-01T18:00:00+02:00",
    "timeZone": "Europe/Berlin",
    "capacity": 50,
}
Report = Callable[[str], None]


def measure(report: Report) -> None:
    """Print the figures."""
    with lines_to_nowhere():
        whole = _without_calls()
        reads = {path: _beyond_sdk(path) for method, path in sorted(ROWS) if method == "GET"}
    report(
        f"our own CPU on a warm request (route, body of an event, answer, log line): "
        f"{whole:.3f} ms; target {TARGET_MS} ms"
    )
    report(
        f"on each route that reads, PynamoDB's share included: median of {READS}, and botocore's"
    )
    for path, (own, sdk, calls) in reads.items():
        report(f"  {path:<46} {own:.3f} ms  {sdk:5.2f} ms in {calls} calls")


@contextmanager
def lines_to_nowhere() -> Iterator[None]:
    """Log lines are made and written, but not shown."""
    from backend.shared.observability import logger

    level = logger.log_level
    before = [sink.stream for sink in logger.handlers]
    with open(os.devnull, "w") as nowhere:
        for sink in logger.handlers:
            sink.setStream(nowhere)
        logger.setLevel("INFO")
        yield
        logger.setLevel(level)
        for sink, stream in zip(logger.handlers, before, strict=True):
            sink.setStream(stream)


def _without_calls() -> float:
    """CPU per request of a route that does everything but call a service."""
    from backend.events.schemas import EventInput, OwnEventAnswer
    from backend.shared.http import ApiRouter, api
    from tests.factories.events import build_event

    router, event = ApiRouter("bench"), build_event()

    @router.serve("POST", "/events/<event_id>/same", answer=OwnEventAnswer)
    def answer_alike(event_id: str, body: EventInput, actor: Actor) -> OwnEventAnswer:
        """Answer what needs no table."""
        assert event_id == EVENT
        assert actor.email
        assert body.details()
        return OwnEventAnswer.of(event)

    handler, asked = api(router), proxy_event("POST", f"/events/{EVENT}/same", TITLE)
    assert handler(asked, None)["statusCode"] == 200
    samples = []
    for _ in range(5):
        started = time.process_time()
        for _ in range(REQUESTS // 5):
            handler(asked, None)
        samples.append((time.process_time() - started) / (REQUESTS // 5))
    return statistics.median(samples) * 1000


def _beyond_sdk(path: str) -> tuple[float, float, int]:
    """Milliseconds of ours and of botocore's on a request to this route, and its calls."""
    world = World()
    served, _ = ROWS["GET", path](world)
    world.send("GET", served)
    ours, theirs, calls = [], [], 0
    for _ in range(READS):
        with time_in(Handler, "__call__") as whole, time_in(BaseClient, "_make_api_call") as sdk:
            world.send("GET", served)
        calls = len(sdk)
        ours.append(sum(whole) - sum(sdk))
        theirs.append(sum(sdk))
    return statistics.median(ours), statistics.median(theirs), calls


@contextmanager
def time_in(owner: type, method: str) -> Iterator[list[float]]:
    """Milliseconds of CPU of each call of a method meanwhile."""
    spent: list[float] = []
    real = getattr(owner, method)

    def timed(*given: Any) -> Any:
        started = time.process_time_ns()
        try:
            return real(*given)
        finally:
            spent.append((time.process_time_ns() - started) / 1e6)

    setattr(owner, method, timed)
    try:
        yield spent
    finally:
        setattr(owner, method, real)
