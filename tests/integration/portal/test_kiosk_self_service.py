"""A device that guests use themselves: what it tells, what it keeps from them, and its PIN."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from backend.events.models import Event
from backend.events.states import EventStatus
from backend.kiosks import services
from backend.kiosks.kinds import KioskMode
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import KioskSettings
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.actor import SYSTEM
from tests.factories.events import make_event
from tests.factories.kiosks import pair_device
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.usefixtures("portal")
SCAN_ID = "01K9ZZZZZZZZZZZZZZZZZZZZZZ"
PIN = "2468"
CREW_PAGES = ["scan", "search", "search?q=ada", "setup", "status", "pair", ""]


@pytest.fixture
def event(portal):
    return make_event(title="PyCon Alpina", starts_at=datetime.now(UTC) - timedelta(hours=1))


def device_of(event: Event, *, mode: KioskMode = KioskMode.SELF_SERVICE, **values: Any) -> Client:
    """The browser of a paired device, in the guests' hands."""
    paired = pair_device(event_id=event.uuid, mode=mode, **{"pin": PIN, **values})
    client = Client()
    client.cookies[settings.KIOSK_COOKIE_NAME] = paired.credential
    client.kiosk = paired.kiosk
    return client


@pytest.fixture
def device(event) -> Client:
    return device_of(event)


@pytest.fixture
def ada(event) -> Registration:
    return make_registration(event_id=event.uuid, name="Ada Lovelace")


def post(client, address, body):
    return client.post(address, json.dumps(body), content_type="application/json")


def scan(client, ticket, **values):
    return post(client, "/k/self/scans", {"ticket": ticket, "scan_id": SCAN_ID, **values})


def unlock(client, pin=PIN):
    return client.post("/k/unlock", {"pin": pin})


def stored(registration: Registration) -> Registration:
    return Registration.fetch(registration.shard, registration.guest)


def change_mode(event, device, mode, version=1) -> None:
    """As an organiser does, in another process: this one remembers the device as it was."""
    known = services._known.copy()
    services.change_kiosk(
        event_id=event.uuid,
        kiosk_id=device.kiosk.kiosk_id,
        settings=KioskSettings("North 1", "North foyer", mode, pin=PIN),
        version=version,
        actor=SYSTEM,
        now=datetime.now(UTC),
    )
    services._known.update(known)


# What guests are told


def test_ticket_welcomes_its_guest_by_name(event, device, ada):
    answer = scan(device, tickets.issue(ada)).json()

    assert (answer["result"], answer["look"], answer["word"]) == ("WELCOME", "ok", "Welcome!")
    assert (answer["name"], answer["why"]) == ("Ada Lovelace", "You are checked in. Come on in.")
    assert (stored(ada).admission, stored(ada).admitted_gate) == (Admission.IN, "North foyer")


def test_used_ticket_says_so_and_tells_nothing_else(event, device, ada):
    other = device_of(event, mode=KioskMode.STAFFED, gate="Backstage door", pin="")
    post(other, "/k/scans", {"ticket": tickets.issue(ada), "scan_id": "01K9A"})

    answer = scan(device, tickets.issue(ada))

    assert (answer.json()["result"], answer.json()["look"]) == ("ALREADY_IN", "warn")
    assert "Please see the desk" in answer.json()["why"]
    assert [word for word in ("Ada", "Backstage", ada.guest) if word in answer.text] == []


@pytest.mark.parametrize(
    "values",
    [
        {"status": RegistrationStatus.WAITLISTED},
        {"status": RegistrationStatus.CANCELED},
        {"ticket_no": "ffffffffffffffff"},
    ],
    ids=["waiting", "canceled", "re-issued"],
)
def test_private_reasons_are_one_kind_word(event, device, ada, values):
    ticket = tickets.issue(ada)
    Registration.get(ada.shard, ada.guest).update(
        [getattr(Registration, name).set(value) for name, value in values.items()]
    )

    answer = scan(device, ticket)

    told = {name: answer.json()[name] for name in ("result", "word", "name", "why")}
    assert told == {
        "result": "SEE_DESK",
        "word": "Please see the desk",
        "name": "",
        "why": "They will help you with this ticket.",
    }
    assert "Ada" not in answer.text


def test_note_and_answers_stay_with_the_crew(event, device):
    guest = make_registration(
        event_id=event.uuid, name="Eva Roth", attention=True, note="VIP", answers={"diet": "Vegan"}
    )

    answer = scan(device, tickets.issue(guest))

    assert answer.json()["alert"] == "Before you go on, please stop at the desk for a moment."
    assert [word for word in ("VIP", "Vegan", guest.guest, "@") if word in answer.text] == []


@pytest.mark.parametrize(
    ("ticket", "result"), [("nonsense", "INVALID"), ("7K3M-Q2XD", "INVALID"), ("Ada", "INVALID")]
)
def test_what_is_no_ticket_asks_to_try_again(device, ada, ticket, result):
    answer = scan(device, ticket)

    assert (answer.json()["result"], "Ada" in answer.text) == (result, False)


def test_ticket_of_another_event_is_told_apart(event, device):
    other = make_registration(event_id=make_event(title="Secret gala").uuid, name="Bo Li")

    answer = scan(device, tickets.issue(other))

    assert answer.json()["result"] == "WRONG_EVENT"
    assert [word for word in ("Bo", "gala") if word in answer.text] == []


@pytest.mark.parametrize(
    ("values", "result", "words"),
    [
        ({"hours": 40}, "NOT_YET", "Admission starts on "),
        ({"hours": -40}, "OVER", "It ended on "),
        ({"status": EventStatus.CANCELED}, "CALLED_OFF", "This event does not take place."),
    ],
)
def test_closed_door_says_when_or_why(portal, values, result, words):
    hours = values.pop("hours", -1)
    event = make_event(starts_at=datetime.now(UTC) + timedelta(hours=hours), **values)
    guest = make_registration(event_id=event.uuid, name="Ada Lovelace")

    answer = scan(device_of(event), tickets.issue(guest)).json()

    assert (answer["result"], answer["look"], answer["name"]) == (result, "", "")
    assert answer["why"].startswith(words)


def test_page_works_without_scripts_and_starts_over(event, device, ada):
    code = tickets.short_code(ada.guest, ada.ticket_no)
    page = device.get("/k/self").text
    assert ('name="ticket"' in page, "Ada" in page) == (True, False)

    answer = device.post("/k/self", {"ticket": code, "scan_id": SCAN_ID})
    blank = device.post("/k/self", {"ticket": "", "scan_id": SCAN_ID})

    assert 'data-result="WELCOME"' in answer.text
    assert '<meta http-equiv="refresh" content="20; url=/k/self">' in answer.text
    assert [part for part in ("Undo", "undo", "Last scans") if part in answer.text] == []
    assert (blank.status_code, "Type the eight characters" in blank.text) == (400, True)


def test_it_tells_the_organisers_that_it_is_there_but_not_how_many_came(event, device):
    answer = post(device, "/k/beat", {"waiting": 0, "version": "abc"}).json()

    assert (answer["guests"], answer["home"], "admitted" in answer) == (True, "/k/self", False)
    assert Kiosk.fetch(event.uuid, device.kiosk.kiosk_id).last_seen_at is not None


# No way out


@pytest.mark.parametrize("page", CREW_PAGES)
def test_every_page_of_the_crew_leads_back(device, page):
    led = device.get(f"/k/{page}".rstrip("/"), follow=True)

    assert led.redirect_chain[-1] == ("/k/self", 302)
    assert "Welcome. Check yourself in." in led.text


@pytest.mark.parametrize("address", ["/k/scans", "/k/look-up", "/k/undo"])
def test_what_the_crews_page_asks_is_refused_and_leads_back(device, ada, address):
    body = {"ticket": tickets.issue(ada), "scan_id": SCAN_ID, "guest": ada.guest}

    refused = post(device, address, body)

    assert (refused.status_code, refused.json()["code"]) == (403, "other_hands")
    assert (refused.json()["home"], "Ada" in refused.text) == ("/k/self", False)
    assert stored(ada).admission == Admission.EXPECTED


@pytest.mark.parametrize("address", ["/k/scan", "/k/undo", "/k/leave", "/k/pair"])
def test_plain_forms_of_the_crew_do_nothing_and_lead_back(device, ada, address):
    body = {
        "ticket": tickets.issue(ada),
        "scan_id": SCAN_ID,
        "guest": ada.guest,
        "code": "7K3MQ2XD",
    }

    assert device.post(address, body)["Location"] == "/k/self"
    assert stored(ada).admission == Admission.EXPECTED
    assert device.get("/k/self").status_code == 200


@pytest.mark.parametrize("more", [{"out": True}, {"ticket": "", "guest": "GUEST"}])
def test_its_own_address_neither_lets_out_nor_admits_by_name(event, device, ada, more):
    Event.fetch(event.uuid).update([Event.reentry.set(True)])
    more = {name: ada.guest if value == "GUEST" else value for name, value in more.items()}

    refused = scan(device, **{"ticket": tickets.issue(ada), **more})

    assert (refused.status_code, refused.json()["code"]) == (403, "crew_only")
    assert stored(ada).admission == Admission.EXPECTED


def test_page_of_guests_is_not_for_a_staffed_device(event, ada):
    staffed = device_of(event, mode=KioskMode.STAFFED)

    refused = scan(staffed, tickets.issue(ada))

    assert staffed.get("/k/self")["Location"] == "/k/scan"
    assert (refused.status_code, refused.json()["home"]) == (403, "/k/scan")
    assert stored(ada).admission == Admission.EXPECTED


# The PIN


def test_right_pin_gives_the_device_to_the_crew_until_it_goes_back(event, device, ada):
    answer = unlock(device)
    cookie = answer.cookies[settings.KIOSK_UNLOCK_COOKIE_NAME]
    flags = (cookie["httponly"], cookie["samesite"], cookie["max-age"])
    assert (answer["Location"], flags) == ("/k/status", (True, "Strict", 15 * 60))

    assert "Back to self-service" in device.get("/k/status").text
    assert "Back to self-service" in device.get("/k/scan").text
    assert "Ada Lovelace" in device.get("/k/search?q=ada").text
    assert post(device, "/k/look-up", {"ticket": tickets.issue(ada)}).status_code == 200
    assert device.get("/k/unlock")["Location"] == "/k/status"
    assert post(device, "/k/beat", {"waiting": 0}).json()["home"] == "/k/scan"

    assert device.get("/k/self").status_code == 200
    assert device.get("/k/search?q=ada")["Location"] == "/k/self"


def test_crew_that_goes_away_leaves_the_device_to_the_guests(event, device, monkeypatch):
    monkeypatch.setattr("backend.kiosks.services.UNLOCKED_FOR", timedelta(seconds=0))
    unlock(device)

    assert device.get("/k/scan")["Location"] == "/k/self"
    assert post(device, "/k/beat", {"waiting": 0}).json()["guests"] is True


@pytest.mark.parametrize(
    ("pin", "words"),
    [("", "Type the PIN of this device."), ("0000", "This is not the PIN."), ("x" * 21, "at most")],
)
def test_wrong_pin_is_refused_beside_the_field_and_not_shown_again(device, pin, words):
    answer = unlock(device, pin)

    assert (answer.status_code, words in answer.text) == (400, True)
    assert answer.cookies.get(settings.KIOSK_UNLOCK_COOKIE_NAME) is None
    assert 'value="0000"' not in answer.text
    assert device.get("/k/status")["Location"] == "/k/self"


def test_pins_cannot_be_tried_without_end_until_a_new_one_is_set(event, device, monkeypatch):
    monkeypatch.setattr(settings, "ATTEMPTS_PER_DEVICE", 3)
    answers = [unlock(device, pin).status_code for pin in ("1111", "2222", "3333", PIN)]
    assert answers == [400, 400, 400, 429]
    assert unlock(device_of(event)).status_code == 302  # another kiosk is not kept waiting

    change_mode(event, device, KioskMode.SELF_SERVICE)

    assert unlock(device).status_code == 302


def test_pin_takes_nothing_without_the_form_token(device):
    device.handler.enforce_csrf_checks = True

    assert unlock(device).status_code == 403
    assert scan(device, "x").status_code == 403


def test_new_device_is_set_up_before_the_guests_get_it(event):
    offer = services.pair_kiosk(
        event_id=event.uuid,
        settings=KioskSettings("Self 1", "North", KioskMode.SELF_SERVICE, pin=PIN),
        actor=SYSTEM,
        now=datetime.now(UTC),
    )
    device = Client()
    paired = device.post("/k/pair", {"code": offer.code}, follow=True)

    assert paired.redirect_chain == [("/k/setup", 302)]
    assert 'href="/k/self" data-start-scanning' in paired.text
    assert device.get("/k/self").status_code == 200
    assert device.get("/k/setup")["Location"] == "/k/self"


# Another mode


def test_device_hears_of_another_mode_at_its_next_call(event, ada):
    device = device_of(event, mode=KioskMode.STAFFED)
    assert device.get("/k/scan").status_code == 200
    change_mode(event, device, KioskMode.SELF_SERVICE)

    heard = post(device, "/k/beat", {"waiting": 0}).json()
    assert (heard["guests"], heard["home"]) == (True, "/k/self")
    assert device.get("/k/scan")["Location"] == "/k/self"
    assert scan(device, tickets.issue(ada)).json()["result"] == "WELCOME"

    change_mode(event, device, KioskMode.STAFFED, version=2)
    assert post(device, "/k/beat", {"waiting": 0}).json()["home"] == "/k/scan"
    assert device.get("/k/self")["Location"] == "/k/scan"


@pytest.mark.parametrize(
    ("mode", "address"),
    [(KioskMode.STAFFED, "/k/self/scans"), (KioskMode.SELF_SERVICE, "/k/scans")],
)
def test_process_that_knows_the_former_mode_turns_no_guest_away(event, ada, mode, address):
    other = {KioskMode.STAFFED: KioskMode.SELF_SERVICE, KioskMode.SELF_SERVICE: KioskMode.STAFFED}
    device = device_of(event, mode=mode)
    services.authenticate(
        credential=device.cookies[settings.KIOSK_COOKIE_NAME].value, now=datetime.now(UTC)
    )
    change_mode(event, device, other[mode])

    answer = post(device, address, {"ticket": tickets.issue(ada), "scan_id": SCAN_ID})

    assert answer.status_code == 200
    assert stored(ada).admission == Admission.IN


def test_revoked_device_leads_to_pairing(event, device):
    services.revoke(
        event_id=event.uuid,
        kiosk_id=device.kiosk.kiosk_id,
        actor=SYSTEM,
        now=datetime.now(UTC),
    )

    for page in ("self", "unlock"):
        assert device.get(f"/k/{page}")["Location"] == "/k/pair?why=kiosk_revoked"
    assert device.get("/k/pair").status_code == 200
    assert scan(device, "x").json()["code"] == "kiosk_revoked"


def test_nothing_of_it_is_left_in_a_cache(device, ada):
    answers = [
        device.get("/k/self"),
        device.get("/k/unlock"),
        scan(device, tickets.issue(ada)),
        device.post("/k/self", {"ticket": "x", "scan_id": SCAN_ID}),
    ]

    assert [answer["Cache-Control"] for answer in answers] == ["private, no-store"] * 4
