"""The door as its desk and the organisers see it."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width

from backend.activity import queries as activity
from backend.activity.queries import Totals
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan, scan_shards
from backend.checkin.policies import require_crew
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.registrations import queries as registrations
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.actor import Actor
from backend.shared.paging import DEFAULT_LIMIT, Page

SHORTEST_SEARCH = 3
_READ_PER_ITEM = 10
"""A page looks at up to this many scans per place in it, however quiet a gate is."""


@dataclass(frozen=True, slots=True)
class ScanLine:
    """A scan and, where its ticket named one, the guest as registered now."""

    scan: Scan
    registration: Registration | None


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A guest as the door may know one: never an address.

    ``attention``: the crew is to look at the note. ``note`` is empty for a kiosk, which anybody
    may stand at. ``admitted_at`` and ``admitted_gate`` say where the guest came in, while in.
    """

    guest: str
    name: str
    status: RegistrationStatus
    admission: Admission
    admitted_at: datetime | None
    admitted_gate: str
    attention: bool
    note: str


def search_guests(
    *, event_id: str, text: str, actor: Actor, limit: int = DEFAULT_LIMIT, now: datetime
) -> list[RosterEntry]:
    """Up to ``limit`` guests who have a place or wait for one, whose name starts like ``text``.

    Case and accents do not matter; with less than ``enough_to_search`` nobody is found. Refuses
    like ``authorize`` who may not scan at this event, and a self-service kiosk (``CrewOnly``).
    """
    event = events.authorize(event_id=event_id, actor=actor, action=EventAction.SCAN, now=now)
    require_crew(actor)
    if not enough_to_search(text):
        return []
    page = registrations.page_by_name(event, name_prefix=text, limit=limit)
    return [_entry(one, actor) for one in page.items if one.is_active]


def enough_to_search(text: str) -> bool:
    """Whether a text narrows a list of names: ``SHORTEST_SEARCH`` letters, or one that is a word."""
    name = text.strip()
    return len(name) >= SHORTEST_SEARCH or any(east_asian_width(one) == "W" for one in name)


def list_latest(
    *,
    event_id: str,
    actor: Actor,
    gate: str = "",
    result: ScanResult | None = None,
    scanned_by: str = "",
    limit: int = DEFAULT_LIMIT,
    start: dict[str, Any] | None = None,
    now: datetime,
) -> Page[ScanLine]:
    """One page of an event's scans, the newest scan id first; reads O(page).

    With ``gate`` only those made there, with ``result`` those answered so, with ``scanned_by`` (a
    label) one person's or device's: such a page can be shorter than ``limit`` and still have a
    ``next_key``. Admissions appear once the stream has recorded them, refusals at once. Refuses
    like ``authorize`` who may not scan at this event, and a self-service kiosk (``CrewOnly``).
    """
    event = events.authorize(event_id=event_id, actor=actor, action=EventAction.SCAN, now=now)
    require_crew(actor)
    before: str | None = start["before"] if start else None
    found: list[Scan] = []
    for looked_at, scan in enumerate(_newest_first(event, before, limit=limit)):
        if len(found) == limit or looked_at == limit * _READ_PER_ITEM:
            return Page(_with_guests(found), {"before": before})
        if (
            gate in ("", scan.gate)
            and result in (None, scan.result)
            and scanned_by in ("", scan.scanned_by)
        ):
            found.append(scan)
        before = scan.scan_id
    return Page(_with_guests(found))


def totals(*, event_id: str, actor: Actor, now: datetime) -> Totals:
    """How many are registered and in, and the arrivals; refuses like ``authorize``."""
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.SEE_OVERVIEW, now=now
    )
    return activity.totals(event_id=event_id, shards=event.shards)


def _entry(found: Registration, actor: Actor) -> RosterEntry:
    return RosterEntry(
        guest=found.guest,
        name=found.name or "",
        status=found.status,
        admission=found.admission or Admission.EXPECTED,
        admitted_at=found.admitted_at,
        admitted_gate=found.admitted_gate or "",
        attention=bool(found.attention),
        note=(found.note or "") if actor.is_signed_in else "",
    )


def _newest_first(event: Event, before: str | None, *, limit: int) -> Iterator[Scan]:
    """The scans of all shards in one order, read as they are consumed."""
    shards = scan_shards(event.uuid, shards=event.shards)
    chunk = -(-(limit + 1) // len(shards)) + (1 if len(shards) > 1 else 0)
    return heapq.merge(
        *(_in_shard(shard, before, chunk) for shard in shards),
        key=lambda scan: scan.scan_id,
        reverse=True,
    )


def _in_shard(shard: str, before: str | None, chunk: int) -> Iterator[Scan]:
    while True:
        page = Scan.list_in_shard(shard, before=before, limit=chunk)
        yield from page.items
        if page.next_key is None:
            return
        before = page.items[-1].scan_id


def _with_guests(scans: list[Scan]) -> list[ScanLine]:
    keys = dict.fromkeys(
        (scan.guest_shard, scan.guest) for scan in scans if scan.guest_shard and scan.guest
    )
    guests = {(found.shard, found.guest): found for found in Registration.find_many(list(keys))}
    return [ScanLine(scan, guests.get((scan.guest_shard, scan.guest))) for scan in scans]
