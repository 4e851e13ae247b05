"""What each route of the public API asks of DynamoDB and of others, answering and refusing.

``rows`` holds a row for every route of ``openapi.json`` (a contract test holds it to that): a
request that is served and one that is refused. Both are counted in a process that has served
before, with an event and people that it has not seen.
"""

from collections.abc import Callable
from functools import cache

from bench.meter import Usage, metered
from bench.routes import request_rows, session_rows  # noqa: F401 - they add their rows
from bench.routes.rows import ROWS
from bench.routes.world import Ask, Refused, World
from tests.support.aws_calls import aws_calls
from tests.support.interleaving import dynamodb_client

Report = Callable[[str], None]
LINE = "  {:<51} {:<27} {:<62} {:>5} {:>5}  {}"


def run(report: Report) -> None:
    """Print the table, one line for each answer."""
    world = World()
    for method, path in ROWS:
        measure(world, method, path)  # what a process reads once is read here
    report("calls and units of every route, when it answers and when it refuses")
    report(LINE.format("route", "answer", "DynamoDB", "write", "read", "other calls"))
    most: dict[str, int] = {}
    for method, path in sorted(ROWS, key=lambda route: (route[1], route[0])):
        name = route = f"{method} {path}"
        for answer, usage, others in measure(world, method, path):
            calls = ", ".join(f"{n} {call}" for call, n in sorted(usage.calls.items())) or "none"
            units = (f"{usage.write_units:g}", f"{usage.read_units:g}")
            report(LINE.format(name, answer, calls, *units, ", ".join(others)))
            most[route] = max(usage.total_calls, most.get(route, 0))
            name = ""
    busiest = max(most, key=lambda route: most[route])
    report(f"{len(ROWS)} routes; none makes more calls than {busiest}: {most[busiest]}")


def measure(world: World, method: str, path: str) -> list[tuple[str, Usage, list[str]]]:
    """The answer, what it used of DynamoDB, and the other calls, when served and when refused."""
    return [_counted(world, method, one) for one in ROWS[method, path](world) if one is not None]


def _counted(world: World, method: str, ask: Ask | Refused) -> tuple[str, Usage, list[str]]:
    with aws_calls() as called, metered() as usage:
        answer = world.send(method, ask)
    assert (answer.status >= 400) is isinstance(ask, Refused), (method, ask, answer)
    # The meter's own reads are among those that were called.
    others = [name for name in called if name not in _of_dynamodb()]
    return f"{answer.status} {answer.code if answer.status >= 400 else ''}", usage, others


@cache
def _of_dynamodb() -> set[str]:
    return set(dynamodb_client().meta.method_to_api_mapping.values())
