"""The numbers of a day as an organiser reads them: who came, how fast, and the curve."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from backend.activity.counters import ARRIVALS_EVERY_MINUTES
from backend.activity.queries import Totals

EVERY = timedelta(minutes=ARRIVALS_EVERY_MINUTES)
LATELY = timedelta(minutes=15)
LONGEST_CURVE = timedelta(hours=12)
STEPS = [timedelta(minutes=minutes) for minutes in (15, 30, 60, 120)]
MOST_STEPS = 7
WIDTH, HEIGHT, LINES = 180, 120, 4
ROWS = 8


@dataclass(frozen=True, slots=True)
class Span:
    """Five minutes: how many came in them, and how many had come by their end."""

    start: datetime
    end: datetime
    came: int
    total: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A chart in a box of ``WIDTH`` by ``HEIGHT``; labels from the top and from the left."""

    line: str
    area: str
    cap: str
    now: str
    amounts: list[int]
    times: list[str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """``spans`` are the five minutes in which somebody came, the newest first."""

    totals: Totals
    percent: int
    lately: int
    busiest: Span | None
    spans: list[Span]
    curve: Curve | None

    @property
    def inside(self) -> int:
        """Who came and did not leave for now."""
        return self.totals.admitted - self.totals.out

    @property
    def gates(self) -> list[tuple[str, int]]:
        """Gates and who came through them, the busiest first; one that nobody named is empty."""
        return sorted(self.totals.gates.items(), key=lambda gate: (-gate[1], gate[0]))

    @property
    def latest(self) -> list[Span]:
        return self.spans[:ROWS]

    @property
    def most(self) -> int:
        return self.busiest.came if self.busiest else 0


def percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole > 0 else 0


def numbers_of(totals: Totals, *, zone: str, now: datetime) -> Numbers:
    spans = _spans(totals)
    return Numbers(
        totals=totals,
        percent=percent(totals.admitted, totals.confirmed),
        lately=sum(span.came for span in spans if now - LATELY < span.start <= now),
        busiest=max(spans, key=lambda span: span.came, default=None),
        spans=spans[::-1],
        curve=_curve(spans, expected=totals.confirmed, zone=zone, now=now) if spans else None,
    )


def _spans(totals: Totals) -> list[Span]:
    spans, total = [], 0
    for start, came in sorted(totals.arrivals.items()):
        total += came
        if came > 0:
            spans.append(Span(start, start + EVERY, came, total))
    return spans


def _curve(spans: list[Span], *, expected: int, zone: str, now: datetime) -> Curve:
    """The latest day's arrivals; a day that is over ends with its last guest."""
    last = min(spans[-1].end, max(now, spans[-1].start))
    until = now if now - last < 2 * LATELY else last
    first = max(spans[0].start, until - LONGEST_CURVE)
    since, step, count = _axis(first.astimezone(ZoneInfo(zone)), until)
    width, top = step * count, _top(max(expected, spans[-1].total))

    def x(moment: datetime) -> str:
        return _short(WIDTH * ((moment - since) / width))

    def y(amount: int) -> str:
        return _short(HEIGHT * (1 - amount / top))

    before = max((span.total for span in spans if span.end <= since), default=0)
    points = [(x(since), y(before))]
    for span in spans:
        if span.end > since:
            # Nobody came since the span before, so the line stays level until this one.
            points.append((x(max(span.start, since)), points[-1][1]))
            points.append((x(min(span.end, last)), y(span.total)))
    if until > last:
        points.append((x(until), points[-1][1]))
    line = "M" + "L".join(f"{left} {down}" for left, down in points)
    return Curve(
        line=line,
        area=f"{line}V{HEIGHT}H{points[0][0]}Z",
        cap=y(expected) if expected else "",
        now=x(now) if until == now else "",
        amounts=[top * part // LINES for part in range(LINES, -1, -1)],
        times=[
            f"{(since + step * part).astimezone(ZoneInfo(zone)):%H:%M}" for part in range(count + 1)
        ],
    )


def _axis(first: datetime, until: datetime) -> tuple[datetime, timedelta, int]:
    """A start on the clock's own marks, and few enough equal steps to reach ``until``."""
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    for step in STEPS:
        since = (midnight + (first - midnight) // step * step).astimezone(UTC)
        count = max(2, -((since - until) // step))
        if count <= MOST_STEPS:
            break
    return since, step, count


def _top(most: int) -> int:
    """The smallest round number at or above that the lines divide evenly."""
    size = 1
    while True:
        for lead in (1, 2, 3, 4, 5, 6, 8):
            if LINES * lead * size >= most:
                return LINES * lead * size
        size *= 10


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
