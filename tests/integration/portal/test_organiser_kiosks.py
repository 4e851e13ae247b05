"""Pairing devices from the organiser's side: list, code, change, revoke."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.kiosks import services
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import KioskSettings
from backend.kiosks.states import KioskStatus
from backend.shared.actor import SYSTEM
from tests.factories.events import make_event
from tests.factories.kiosks import make_kiosk
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
TYPED = {
    "name": "North 1",
    "gate": "North foyer",
    "mode": "STAFFED",
    "speed": "express",
    "version": "1",
}


@pytest.fixture
def event(portal):
    return make_event(starts_at=datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def olga(event):
    return browser_of("organiser", event.uuid)


def address(event, *parts: str) -> str:
    return "/".join([f"/o/e/{event.uuid}/kiosks", *parts])


def pair(event, **values) -> services.PairingOffer:
    settings = KioskSettings(**{"name": "North 1", "gate": "North foyer", **values})
    return services.pair_kiosk(
        event_id=event.uuid, settings=settings, actor=SYSTEM, now=datetime.now(UTC)
    )


def kiosks_of(event) -> list[Kiosk]:
    return Kiosk.list_for_event(event.uuid, limit=100).items


def test_first_visit_teaches_what_a_kiosk_is(event, olga):
    page = olga.get(address(event)).text

    assert "No kiosk yet" in page
    assert page.count(f'href="{address(event, "new")}"') == 2


def test_pairing_shows_the_code_and_notices_the_device(event, olga):
    shown = olga.post(address(event, "new"), TYPED, follow=True)
    [kiosk] = kiosks_of(event)
    here = address(event, kiosk.kiosk_id, "pair")
    code = olga.session["pairing"]["code"]
    assert (kiosk.name, kiosk.gate, kiosk.express) == ("North 1", "North foyer", True)
    assert shown.redirect_chain == [(here, 302)]
    assert code in shown.text
    assert 'aria-label="QR code of the pairing address"><svg' in shown.text
    waiting = olga.get(here, headers={"HX-Request": "true"})
    assert (code in waiting.text, "<html" in waiting.text) == (True, False)

    services.claim_code(code=code, now=datetime.now(UTC))

    noticed = olga.get(here, headers={"HX-Request": "true"}).text
    assert ("North 1 can scan now." in noticed, code in noticed) == (True, False)
    assert "every 3s" not in noticed


def test_code_is_not_shown_to_another_session(event, olga):
    olga.post(address(event, "new"), TYPED)
    [kiosk] = kiosks_of(event)

    page = browser_of("owner", event.uuid).get(address(event, kiosk.kiosk_id, "pair")).text

    assert "No code to show" in page
    assert olga.session["pairing"]["code"] not in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": " "}, "This field is required."),
        ({"name": "n" * 61}, "Ensure this value has at most 60 characters (it has 61)."),
        ({"gate": ""}, "This field is required."),
        ({"gate": "North\u2028foyer"}, "A gate&#x27;s name is one line of at most 60 characters."),
        ({"speed": "hasty"}, "Select a valid choice. hasty is not one of the available choices."),
    ],
)
def test_bad_settings_are_refused_by_field_with_what_was_typed(event, olga, values, words):
    answer = olga.post(address(event, "new"), TYPED | values)

    assert answer.status_code == 400
    assert words in answer.text
    kept = 'value="North 1"' if "name" not in values else 'value="North foyer"'
    assert kept in answer.text
    assert kiosks_of(event) == []


def test_list_says_who_is_online_and_who_is_not(event, olga):
    now = datetime.now(UTC)
    quiet, busy = (
        make_kiosk(event_id=event.uuid, name="Quiet"),
        make_kiosk(event_id=event.uuid, name="Busy"),
    )
    services.heartbeat(
        kiosk=quiet, waiting_scans=0, app_version="1", now=now - timedelta(minutes=12)
    )
    services.heartbeat(kiosk=busy, waiting_scans=14, app_version="1", now=now)
    pair(event, name="Still to come")
    gone = make_kiosk(event_id=event.uuid, name="Gone")
    services.revoke(event_id=event.uuid, kiosk_id=gone.kiosk_id, actor=SYSTEM, now=now)

    page = olga.get(address(event)).text

    table = page[: page.index("</table>")]
    order = [table.index(name) for name in ("Busy", "Quiet", "Still to come")]
    assert order == sorted(order)
    assert [words for words in ("just now", "12 min ago", "never") if words in table] == [
        "just now", "12 min ago", "never",
    ]  # fmt: skip
    assert [w for w in ("Online", "Not heard of", "Waits for its device", ">14<") if w in table] == [
        "Online", "Not heard of", "Waits for its device", ">14<",
    ]  # fmt: skip
    assert "Gone" not in table
    assert "Gone" in page[page.index("</table>") :]


def test_list_for_htmx_is_its_rows_alone(event, olga):
    make_kiosk(event_id=event.uuid, name="North 1")

    part = olga.get(address(event), headers={"HX-Request": "true"}).text

    assert ("<html" in part, "North 1" in part) == (False, True)


def test_change_of_gate_and_speed_is_kept(event, olga):
    kiosk = make_kiosk(event_id=event.uuid)
    here = address(event, kiosk.kiosk_id)
    assert 'value="North foyer"' in olga.get(here).text

    answer = olga.post(here, TYPED | {"gate": "South", "speed": "confirm"}, follow=True)

    [stored] = kiosks_of(event)
    assert (stored.gate, stored.express, stored.status) == ("South", False, KioskStatus.ACTIVE)
    assert "North 1 follows within half a minute." in answer.text


def test_pair_again_ends_the_device_before(event, olga):
    offer = pair(event)
    before = services.claim_code(code=offer.code, now=datetime.now(UTC))

    answer = olga.post(address(event, before.kiosk.kiosk_id, "pair"), follow=True)

    assert olga.session["pairing"]["code"] in answer.text
    [stored] = kiosks_of(event)
    assert (stored.status, stored.secret_hash) == (KioskStatus.PAIRING, None)


def test_revoked_kiosk_cannot_be_changed_and_says_so(event, olga):
    kiosk = make_kiosk(event_id=event.uuid)

    answers = [
        olga.post(address(event, kiosk.kiosk_id, "revoke"), follow=True).text for _ in range(2)
    ]

    assert ["North 1 is revoked." in answer for answer in answers] == [True, True]
    page = olga.get(address(event, kiosk.kiosk_id)).text
    assert ("Revoked" in page, 'name="gate"' in page) == (True, False)
    refused = olga.post(address(event, kiosk.kiosk_id), TYPED, follow=True)
    assert "This kiosk was revoked. Add a new one." in refused.text


def test_kiosk_of_another_event_is_not_found(event, olga):
    theirs = make_kiosk(event_id=make_event().uuid)

    answers = [
        olga.get(address(event, theirs.kiosk_id)).status_code,
        olga.get(address(event, theirs.kiosk_id, "pair")).status_code,
        olga.post(address(event, theirs.kiosk_id, "pair")).status_code,
        olga.post(address(event, theirs.kiosk_id, "revoke")).status_code,
    ]

    assert answers == [404, 404, 404, 404]
