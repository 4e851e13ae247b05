"""The scan log: every scan, filtered by what stands in the address, page by page."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from ulid import ULID

from backend.activity import counters
from backend.checkin import services as checkin
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan, scan_shard
from backend.kiosks.services import actor_of
from backend.registrations import tickets
from tests.factories.events import make_event
from tests.factories.kiosks import make_kiosk, pair_device
from tests.factories.registrations import make_registration
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")


@pytest.fixture
def event(portal):
    return make_event(starts_at=datetime.now(UTC) - timedelta(hours=1), time_zone="Asia/Tokyo")


@pytest.fixture
def olga(event):
    return browser_of("organiser", event.uuid)


def log(event, query: str = "") -> str:
    return f"/o/e/{event.uuid}/scans{query}"


def keep(event, result: ScanResult, *, gate: str = "North", at: datetime, **values) -> Scan:
    scan_id = str(ULID.from_datetime(at))
    return Scan(
        event_shard=scan_shard(event.uuid, scan_id, shards=event.shards),
        scan_id=scan_id,
        event_id=event.uuid,
        result=result,
        at=at,
        gate=gate,
        **{"scanned_by": "USER:somebody", **values},
    ).append()


def names(page: str, *words: str) -> list[str]:
    table = page[page.index("<tbody") : page.index("</tbody")]
    return sorted((word for word in words if word in table), key=table.index)


def test_empty_log_says_what_will_stand_here(event, olga):
    assert "Nothing scanned yet" in olga.get(log(event)).text


def test_each_scan_says_who_what_where_when_and_on_which_device(event, olga):
    kiosk = make_kiosk(event_id=event.uuid, name="South 1", gate="South")
    guest = make_registration(event_id=event.uuid, name="Bo Li")
    at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    keep(event, ScanResult.INVALID, at=at, gate="North")
    keep(
        event,
        ScanResult.ALREADY_IN,
        at=at + timedelta(minutes=1),
        gate="South",
        guest=guest.guest,
        guest_shard=guest.shard,
        scanned_by=actor_of(kiosk).label,
    )

    page = olga.get(log(event)).text

    assert names(page, "Already in", "Invalid") == ["Already in", "Invalid"]
    assert f'href="/o/e/{event.uuid}/registrations/{guest.guest}"' in page
    assert names(page, "at kiosk South 1", "by somebody who is not in the team now") == [
        "at kiosk South 1",
        "by somebody who is not in the team now",
    ]
    assert "Sat, 21 Nov 2026, 08:31 JST" in page


def test_filters_stand_in_the_address_and_go_along_with_the_pages(event, olga):
    start = datetime.now(UTC) - timedelta(minutes=50)
    for number in range(35):
        keep(event, ScanResult.REVOKED, gate="North", at=start + timedelta(seconds=number))
    keep(event, ScanResult.OVER, gate="South", at=start)

    first = olga.get(log(event, "?result=REVOKED&gate=North")).text
    href = first[: first.index('" rel="next"')].rpartition('href="')[2].replace("&amp;", "&")
    following = olga.get(href).text

    query = parse_qs(urlsplit(href).query)
    assert (query["result"], query["gate"]) == (["REVOKED"], ["North"])
    rows = [page.count('role="rowheader"') for page in (first, following)]
    assert rows == [30, 5]
    assert names(olga.get(log(event, "?gate=South")).text, "Over", "Revoked") == ["Over"]


@pytest.mark.parametrize("query", ["?result=ADMIRED", "?gate=" + "g" * 61, "?result=&gate="])
def test_filter_that_cannot_be_narrows_nothing(event, olga, query):
    keep(event, ScanResult.OVER, at=datetime.now(UTC))

    assert names(olga.get(log(event, query)).text, "Over") == ["Over"]


def test_filter_without_a_match_leads_back_to_all(event, olga):
    keep(event, ScanResult.OVER, at=datetime.now(UTC))

    page = olga.get(log(event, "?result=REVOKED")).text

    assert ("No such scan" in page, f'href="{log(event)}"' in page) == (True, True)


def test_gates_to_choose_are_those_that_guests_came_through(event, olga):
    shard = f"{event.uuid}#R0"
    change = counters.Change("1", {counters.gate_counter("West <b>"): 1})
    counters.apply(event_shard=shard, changes=[change])

    assert "<option>West &lt;b&gt;</option>" in olga.get(log(event)).text


def test_page_of_another_list_is_refused(event, olga):
    assert olga.get(log(event, "?page=nonsense")).status_code == 400


def test_desk_sees_the_log_but_no_names_of_devices(event):
    paired = pair_device(event_id=event.uuid, name="South 1")
    guest = make_registration(event_id=event.uuid, name="Bo Li")
    checkin.admit(
        event_id=event.uuid,
        ticket="nonsense",
        scan_id="01K9A",
        gate="",
        actor=actor_of(paired.kiosk),
        now=datetime.now(UTC),
    )

    page = browser_of("desk", event.uuid).get(log(event)).text

    assert names(page, "at a kiosk", "South 1") == ["at a kiosk"]
    assert tickets.short_code(guest.guest, guest.ticket_no) not in page


def test_device_sees_no_log(event):
    device = Client()
    device.cookies[settings.KIOSK_COOKIE_NAME] = pair_device(event_id=event.uuid).credential

    assert device.get(log(event))["Location"].startswith("/signin?")
