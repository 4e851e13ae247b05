"""What the organiser's and the public pages read: calls and units with 10 and 20,000 guests."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from bench.meter import Usage, metered
from bench.registrations import ROOMY, Hall, open_hall, surround

AROUND = (10, 20_000)
WAITING = 5
Report = Callable[[str], None]

PAGES = {
    "overview": "/o/e/{event}",
    "its numbers, asked again": "/o/e/{event}/numbers",
    "guests": "/o/e/{event}/registrations",
    "guests, confirmed": "/o/e/{event}/registrations?status=CONFIRMED",
    "guests, waiting": "/o/e/{event}/registrations?status=WAITLISTED",
    "guests, by name": "/o/e/{event}/registrations?q=person",
    "guests, by address": "/o/e/{event}/registrations?q=person7%40example.org",
    "one guest": "/o/e/{event}/registrations/{guest}",
    "activity": "/o/e/{event}/activity",
    "kiosks": "/o/e/{event}/kiosks",
    "scan log": "/o/e/{event}/scans",
    "jobs": "/o/e/{event}/jobs",
    "team": "/o/e/{event}/team",
    "desk": "/o/e/{event}/desk",
    "public page": "/e/{event}",
}


def run(report: Report) -> None:
    """Print the figures: a warm process, the session's own read included."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django

    django.setup()
    costs = [(around, costs_of(around)) for around in AROUND]
    report("one page of the portal         DynamoDB calls and read units, equal shards")
    for name in PAGES:
        line = "   ".join(f"{around:>6,} around: {_told(found[name])}" for around, found in costs)
        same = len({_told(found[name]) for _, found in costs}) == 1
        report(f"  {name:<26} {line}{'' if same else '   (10 rows, 25 rows)'}")


def costs_of(around: int) -> dict[str, Usage]:
    """What each page used; asked once before, so that caches are warm."""
    from django.test import Client

    hall = open_hall(ROOMY)
    surround(hall, around)
    guest = _some_wait(hall)
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies["foyer"] = _session(hall)
    used = {}
    for name, address in PAGES.items():
        path = address.format(event=hall.event.uuid, guest=guest)
        assert client.get(path).status_code in (200, 204), path
        with metered() as usage:
            client.get(path)
        used[name] = usage
    return used


def _some_wait(hall: Hall) -> str:
    """A few of the guests wait; the key of one who does not."""
    found: list[Registration] = []
    for shard in range(int(hall.event.shards)):
        page = Registration.list_in_shard(f"{hall.event.uuid}#R{shard}", after=None, limit=3)
        found += page.items
    *waiting, other = found[: WAITING + 1]
    for number, one in enumerate(waiting):
        one.status = RegistrationStatus.WAITLISTED
        one.waiting_shard = f"{hall.event.uuid}#W0"
        one.waiting_since = hall.now + timedelta(seconds=number)
        one.save()
    return str(other.guest)


def _session(hall: Hall) -> str:
    from portal.common.sessions import SIGNED_IN_AS, SessionStore
    from portal.common.signed_in import CLAIMS, TOKENS

    session = SessionStore()
    session[SIGNED_IN_AS] = hall.owner.user_id
    session[CLAIMS] = {"sub": hall.owner.user_id, "email_verified": False}
    session[TOKENS] = {"access": "a", "refresh": "r", "expires_at": 4_000_000_000}
    session.save()
    return str(session.session_key)


def _told(usage: Any) -> str:
    return f"{usage.total_calls:>3} calls {usage.read_units:>6.1f} units"
