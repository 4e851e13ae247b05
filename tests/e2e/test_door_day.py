"""A whole day at the door in Chromium, on a stage whose streams and jobs run: 300 guests come by
list and by themselves, two kiosks scan at once, and every place that counts them says the same.
"""

import csv
import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from backend.activity import queries as activity
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan, scan_shards
from backend.events.models import Event
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from foyer_client import AuthenticatedClient
from foyer_client.api.events import create_event, publish_event
from foyer_client.api.registrations import register
from foyer_client.models import EventInput, OwnEventAnswer, RegistrationInput, TicketAnswer
from tests.e2e.kiosks import open_kiosk, scan_together
from tests.support.api import Pool
from tests.support.eventual import eventually
from tests.support.typed_client import caller, got

pytestmark = pytest.mark.browser
R = ScanResult
IMPORTED, REGISTERED, AT_BOTH = 270, 30, 30
EVERYBODY = IMPORTED + REGISTERED


def published(owner: AuthenticatedClient) -> Event:
    now = datetime.now(UTC)
    details = EventInput(
        title="Harbour Day",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=5),
        location="Pier 2, Hamburg",
        capacity=EVERYBODY + 20,
    )
    made = got(OwnEventAnswer, create_event.sync(client=owner, body=details))
    got(OwnEventAnswer, publish_event.sync(made.event_id, client=owner))
    return Event.fetch(made.event_id)


def import_guests(page: Page, event: Event) -> None:
    """A list of guests through the organiser's page and the job that adds them."""
    lines = [f"Guest {number:03},guest-{number:03}@example.com" for number in range(IMPORTED)]
    content = "\n".join(["name,email", *lines]).encode()
    page.goto(f"/o/e/{event.uuid}/import")
    page.get_by_label("CSV or XLSX file").set_input_files(
        {"name": "guests.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Look at the list").click()
    page.get_by_role("button", name=f"Add {IMPORTED} guests").click()
    page.wait_for_url("**/jobs/*")
    expect(page.locator("#job")).to_contain_text("Done", timeout=120_000)


def exported(page: Page, event: Event) -> list[dict[str, str]]:
    """Every guest as the file says, that a job wrote."""
    page.goto(f"/o/e/{event.uuid}/export")
    page.get_by_label("CSV, for other programs").check()
    page.get_by_role("button", name="Make the file").click()
    page.wait_for_url("**/jobs/*")
    link = page.get_by_role("link", name="guests.csv")
    link.wait_for(timeout=120_000)
    text = page.request.get(str(link.get_attribute("href"))).text()
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def guests_of(event: Event) -> list[Registration]:
    shards = [f"{event.uuid}#R{number}" for number in range(event.shards)]
    return [one for shard in shards for one in Registration.query(shard)]


def scans_of(event: Event) -> Counter[ScanResult]:
    shards = scan_shards(event.uuid, shards=event.shards)
    return Counter(scan.result for shard in shards for scan in Scan.query(shard))


def test_three_hundred_guests_pass_two_kiosks_and_are_counted_alike_everywhere(
    stage, portal_url, new_context, browser_page, sign_in_as
):
    pool, office, base = Pool(), new_context(), stage["APIEndpoint"]
    event = published(caller(base, pool.make("Olga Owner")))
    sign_in_as("organiser", event.uuid, of=office, name="Olga Organiser")
    desk = browser_page(1280, of=office)
    import_guests(desk, event)
    for number in range(REGISTERED):
        by_api = caller(base, pool.make(f"Own {number:02}"))
        got(TicketAnswer, register.sync(event.uuid, client=by_api, body=RegistrationInput()))
    guests = guests_of(event)
    assert len(guests) == EVERYBODY

    # Ticket numbers are random: sorted by them, list and accounts mix.
    shown = [tickets.issue(guest) for guest in sorted(guests, key=lambda one: str(one.ticket_no))]
    half = (EVERYBODY + AT_BOTH) // 2
    at_north, at_south = shown[:half], shown[half - AT_BOTH :]
    kiosks = [
        open_kiosk(
            browser_page(width, of=new_context()), portal_url, event.uuid, name=gate, gate=gate
        )
        for gate, width in (("North", 1280), ("South", 390))
    ]
    answers = scan_together(dict(zip(kiosks, (at_north, at_south[::-1]), strict=True)))

    told = Counter(word for each in answers.values() for word in each)
    assert told == {"ADMITTED": EVERYBODY, "ALREADY_IN": AT_BOTH}
    by_gate = {
        gate: answers[page].count("ADMITTED")
        for gate, page in zip(("North", "South"), kiosks, strict=True)
    }
    assert Counter(one.admission for one in guests_of(event)) == {Admission.IN: EVERYBODY}
    eventually(lambda: dict(scans_of(event)), {R.ADMITTED: EVERYBODY, R.ALREADY_IN: AT_BOTH})

    def counted() -> tuple[int, int, dict[str, int]]:
        totals = activity.totals(event_id=event.uuid, shards=event.shards)
        return totals.confirmed, totals.admitted, totals.gates

    eventually(counted, (EVERYBODY, EVERYBODY, by_gate))
    for page in kiosks:
        expect(page.locator("[data-admitted]")).to_have_text(str(EVERYBODY), timeout=30_000)
    desk.goto(f"/o/e/{event.uuid}")
    expect(desk.locator("#numbers .fo-stat__value").first).to_contain_text(
        re.compile(rf"{EVERYBODY}\s+of {EVERYBODY} confirmed, 100 %")
    )
    desk.goto(f"/o/e/{event.uuid}/registrations")
    expect(desk.get_by_role("link", name=re.compile(rf"^Confirmed {EVERYBODY}"))).to_be_visible()
    rows = exported(desk, event)
    assert Counter(row["arrival"] for row in rows) == {"IN": EVERYBODY}
    assert Counter(row["admitted_gate"] for row in rows) == by_gate
    assert {row["name"] for row in rows} == {guest.name for guest in guests}
