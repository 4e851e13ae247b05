"""Who uses a device, and its PIN, from the organiser's side; and two who change it at once."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.kiosks import services
from backend.kiosks.credentials import pin_fits
from backend.kiosks.kinds import KioskMode
from backend.kiosks.models import Kiosk
from tests.factories.events import make_event
from tests.factories.kiosks import make_kiosk
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
TYPED = {
    "name": "Self 1",
    "gate": "North foyer",
    "mode": "SELF_SERVICE",
    "pin": "2468",
    "speed": "confirm",
    "version": "1",
}
SELF, STAFFED = KioskMode.SELF_SERVICE, KioskMode.STAFFED


@pytest.fixture
def event(portal):
    return make_event(starts_at=datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def olga(event):
    return browser_of("organiser", event.uuid)


def address(event, *parts: str) -> str:
    return "/".join([f"/o/e/{event.uuid}/kiosks", *parts])


def stored(event) -> Kiosk:
    [kiosk] = Kiosk.list_for_event(event.uuid, limit=5).items
    return kiosk


def test_mode_and_pin_are_chosen_when_a_kiosk_is_made(event, olga):
    olga.post(address(event, "new"), TYPED)

    kiosk = stored(event)
    assert (kiosk.mode, pin_fits("2468", kiosk.pin_hash)) == (SELF, True)
    assert "Self-service" in olga.get(address(event)).text


def test_form_starts_staffed_and_says_what_a_mode_does(event, olga):
    page = olga.get(address(event, "new"))

    assert page.context["form"]["mode"].value() == STAFFED
    assert "guests scan their own tickets" in page.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pin": ""}, "Self-service needs a PIN, so that only the crew can leave it."),
        ({"pin": "246"}, "A PIN has 4 to 8 digits."),
        ({"pin": "abcd"}, "A PIN has 4 to 8 digits."),
        ({"pin": "1" * 9}, "A PIN has 4 to 8 digits."),
        ({"mode": "OPEN"}, "Select a valid choice. OPEN is not one of the available choices."),
        ({"mode": ""}, "This field is required."),
    ],
)
def test_bad_mode_or_pin_is_refused_by_field(event, olga, values, words):
    answer = olga.post(address(event, "new"), TYPED | values)

    assert (answer.status_code, words in answer.text) == (400, True)
    assert 'value="Self 1"' in answer.text
    assert Kiosk.list_for_event(event.uuid, limit=5).items == []


def test_mode_is_changed_later_and_the_pin_kept_where_none_is_typed(event, olga):
    kiosk = make_kiosk(event_id=event.uuid)
    here = address(event, kiosk.kiosk_id)
    olga.post(here, TYPED)
    first = stored(event)
    page = olga.get(here).text
    olga.post(here, TYPED | {"pin": "", "mode": "STAFFED", "version": "2"})

    assert ("One is set." in page, "2468" in page, first.pin_hash in page) == (True, False, False)
    assert (first.mode, stored(event).mode, stored(event).pin_hash) == (
        SELF,
        STAFFED,
        first.pin_hash,
    )


def test_who_is_overtaken_sees_both_and_keeps_what_was_typed(event, olga):
    kiosk = make_kiosk(event_id=event.uuid)
    here = address(event, kiosk.kiosk_id)
    browser_of("owner", event.uuid).post(here, TYPED | {"gate": "South"})

    overtaken = olga.post(here, TYPED | {"name": "North 7", "mode": "STAFFED"})

    assert overtaken.status_code == 409
    assert "Somebody else changed this meanwhile." in overtaken.text
    assert ["<td>South</td>" in overtaken.text, "<td>Self 1</td>" in overtaken.text] == [True, True]
    assert ('value="North 7"' in overtaken.text, stored(event).name) == (True, "Self 1")

    olga.post(here, TYPED | {"name": "North 7", "mode": "STAFFED", "version": "2"})
    assert (stored(event).name, stored(event).mode) == ("North 7", STAFFED)


def test_overtaken_by_revoking_is_told_so(event, olga):
    kiosk = make_kiosk(event_id=event.uuid)
    here = address(event, kiosk.kiosk_id)
    services.revoke(
        event_id=event.uuid, kiosk_id=kiosk.kiosk_id, actor=olga.actor, now=datetime.now(UTC)
    )

    refused = olga.post(here, TYPED, follow=True)

    assert "This kiosk was revoked. Add a new one." in refused.text
