"""A device of its own at the door: pairing, what it may, and how it ends."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from backend.kiosks import services
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import KioskSettings
from backend.kiosks.states import KioskStatus
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from backend.shared.actor import SYSTEM
from tests.factories.events import make_event
from tests.factories.kiosks import pair_device
from tests.factories.registrations import make_registration
from tests.integration.portal.people import browser_of
from tests.support.recorded_calls import recorded_calls

pytestmark = pytest.mark.usefixtures("portal")
SCAN_ID = "01K9ZZZZZZZZZZZZZZZZZZZZZZ"


@pytest.fixture
def event(portal):
    return make_event(title="PyCon Alpina", starts_at=datetime.now(UTC) - timedelta(hours=1))


def device_of(event, **values) -> Client:
    """The browser of a paired device."""
    paired = pair_device(event_id=event.uuid, **values)
    client = Client()
    client.cookies[settings.KIOSK_COOKIE_NAME] = paired.credential
    client.kiosk = paired.kiosk
    return client


def offer_for(event) -> services.PairingOffer:
    return services.pair_kiosk(
        event_id=event.uuid,
        settings=KioskSettings("North 1", "North foyer"),
        actor=SYSTEM,
        now=datetime.now(UTC),
    )


def post(client, address, body):
    return client.post(address, json.dumps(body), content_type="application/json")


def scan(client, ticket, **values):
    return post(client, "/k/scans", {"ticket": ticket, "scan_id": SCAN_ID, **values})


def stored(registration: Registration) -> Registration:
    return Registration.fetch(registration.shard, registration.guest)


def revoke(event, kiosk: Kiosk) -> None:
    services.revoke(
        event_id=event.uuid, kiosk_id=kiosk.kiosk_id, actor=SYSTEM, now=datetime.now(UTC)
    )


def test_code_typed_anyhow_pairs_and_the_credential_stays_out_of_reach(event):
    offer, device = offer_for(event), Client()

    answer = device.post("/k/pair", {"code": f" {offer.code.lower().replace('-', ' ')} "})

    assert answer["Location"] == "/k/setup"
    cookie = answer.cookies[settings.KIOSK_COOKIE_NAME]
    flags = (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"])
    assert flags == (True, "Strict", "/", 180 * 24 * 3600)
    page = device.get("/k/setup").text
    assert ("North 1, North foyer" in page, "PyCon Alpina" in page) == (True, True)
    assert cookie.value.partition(".")[2] not in page
    [kiosk] = Kiosk.list_for_event(event.uuid, limit=5).items
    assert kiosk.status == KioskStatus.ACTIVE


def test_qr_address_fills_the_code_and_pairs_nothing_by_itself(event):
    offer = offer_for(event)

    page = Client().get(offer.url).text

    assert f'value="{offer.code.replace("-", "")}"' in page
    [kiosk] = Kiosk.list_for_event(event.uuid, limit=5).items
    assert kiosk.status == KioskStatus.PAIRING


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "Type the code that the organiser&#x27;s page shows."),
        ("7K3M-Q2XD", "This code is not valid any more, or was mistyped."),
        ("<script>", "This code is not valid any more, or was mistyped."),
        ("7" * 21, "Ensure this value has at most 20 characters (it has 21)."),
    ],
)
def test_wrong_code_is_refused_beside_the_field_and_kept(event, code, words):
    answer = Client().post("/k/pair", {"code": code})

    assert (answer.status_code, answer.cookies.get(settings.KIOSK_COOKIE_NAME)) == (400, None)
    assert words in answer.text
    if code == "7K3M-Q2XD":
        assert 'value="7K3M-Q2XD"' in answer.text


def test_code_works_once(event):
    offer = offer_for(event)
    Client().post("/k/pair", {"code": offer.code})

    assert Client().post("/k/pair", {"code": offer.code}).status_code == 400


def test_codes_cannot_be_tried_without_end(event, monkeypatch):
    monkeypatch.setattr(settings, "ATTEMPTS_PER_CLIENT", 2)
    stranger = Client(REMOTE_ADDR="203.0.113.77")

    answers = [stranger.post("/k/pair", {"code": "7K3M-Q2XD"}).status_code for _ in range(3)]

    assert answers == [400, 400, 429]


def test_paired_device_says_so_on_the_pairing_page(event):
    assert "This device is paired already: “North 1” of PyCon Alpina." in (
        device_of(event).get("/k/pair").text
    )


def test_device_admits_at_its_own_gate_and_undoes(event):
    guest = make_registration(event_id=event.uuid, name="Bo Li")
    device = device_of(event)

    answer = scan(device, tickets.issue(guest), gate="Somewhere else").json()

    assert (answer["result"], answer["name"], answer["why"]) == ("ADMITTED", "Bo Li", "North foyer")
    assert stored(guest).admitted_gate == "North foyer"
    assert stored(guest).changed_by == f"KIOSK:{device.kiosk.kiosk_id}"
    undone = post(device, "/k/undo", {"guest": guest.guest, "scan_id": SCAN_ID})
    assert undone.json()["message"] == "Undone: Bo Li is expected again."
    assert stored(guest).admission == Admission.EXPECTED


def test_admission_by_a_known_device_is_one_call(event):
    one, two = (
        make_registration(event_id=event.uuid, user_email=f"{name}@example.com") for name in "ab"
    )
    device = device_of(event)
    scan(device, tickets.issue(one))

    with recorded_calls() as calls:
        scan(device, tickets.issue(two), scan_id="01K9B")

    assert calls == ["UpdateItem"]


def test_device_does_not_undo_what_another_admitted(event):
    guest = make_registration(event_id=event.uuid)
    scan(device_of(event), tickets.issue(guest))

    refused = post(
        device_of(event, name="South 1"), "/k/undo", {"guest": guest.guest, "scan_id": SCAN_ID}
    )

    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_scan")
    assert stored(guest).admission == Admission.IN


def test_device_of_another_event_admits_nobody_here(event):
    guest = make_registration(event_id=event.uuid, name="Bo Li")
    other = make_event(starts_at=event.starts_at)

    answer = scan(device_of(other), tickets.issue(guest))

    assert (answer.json()["result"], "Bo Li" in answer.text) == ("WRONG_EVENT", False)
    assert stored(guest).admission == Admission.EXPECTED


def test_device_opens_no_page_of_people(event):
    device = device_of(event)

    answers = [
        device.get(f"/o/e/{event.uuid}/desk")["Location"].partition("?")[0],
        device.get(f"/o/e/{event.uuid}/registrations")["Location"].partition("?")[0],
        device.get("/me")["Location"].partition("?")[0],
    ]

    assert answers == ["/signin"] * 3


def test_page_of_the_device_works_without_scripts(event):
    guest = make_registration(event_id=event.uuid, name="Bo Li")
    device = device_of(event)
    code = tickets.short_code(guest.guest, guest.ticket_no)
    assert 'id="plain-gate"' not in device.get("/k/scan").text

    answer = device.post("/k/scan", {"ticket": code, "scan_id": SCAN_ID})

    assert 'data-result="ADMITTED"' in answer.text
    assert 'href="/k/scan"' in answer.text
    undone = device.post("/k/undo", {"guest": guest.guest, "scan_id": SCAN_ID}, follow=True)
    assert "Bo Li is expected again" in undone.text
    assert undone.redirect_chain == [("/k/scan", 302)]


def test_beat_tells_the_organisers_and_answers_with_what_changed(event):
    device = device_of(event)

    answer = post(device, "/k/beat", {"waiting": 14, "version": "abc"}).json()

    kiosk = Kiosk.fetch(event.uuid, device.kiosk.kiosk_id)
    assert (kiosk.waiting_scans, kiosk.app_version) == (14, "abc")
    assert kiosk.last_seen_at is not None
    assert (answer["gate"], answer["name"], answer["express"]) == ("North foyer", "North 1", False)
    assert answer["admitted"] == 0
    assert abs(datetime.fromisoformat(answer["now"]) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "waiting"),
        ({"waiting": -1}, "waiting"),
        ({"waiting": "many"}, "waiting"),
        ({"waiting": 0, "version": "v" * 41}, "version"),
        ({"waiting": 0, "version": "\ud83c\u0007"}, "version"),
    ],
)
def test_beat_that_makes_no_sense_is_refused_by_field(event, body, field):
    answer = post(device_of(event), "/k/beat", body)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


@pytest.mark.parametrize("page", ["setup", "scan", "status"])
def test_revoked_device_is_led_to_pairing_and_told_why(event, page):
    device = device_of(event)
    assert device.get(f"/k/{page}").status_code == 200
    revoke(event, device.kiosk)

    led = device.get(f"/k/{page}", follow=True)

    assert led.redirect_chain == [("/k/pair?why=kiosk_revoked", 302)]
    assert "This device was revoked, so it admits nobody any more." in led.text


def test_nothing_of_a_device_is_left_in_a_cache(event):
    make_registration(event_id=event.uuid, name="Bo Li")
    device = device_of(event)
    found = device.get("/k/search?q=bo", headers={"HX-Request": "true"})

    answers = [
        found,
        *(device.get(f"/k/{page}") for page in ("pair", "setup", "scan", "search", "status")),
        post(device, "/k/beat", {"waiting": 0}),
    ]

    assert [answer["Cache-Control"] for answer in answers] == ["private, no-store"] * 7


@pytest.mark.parametrize("address", ["/k/scans", "/k/undo", "/k/beat"])
def test_revoked_device_does_nothing_and_hears_where_to_pair(event, address):
    guest = make_registration(event_id=event.uuid)
    device = device_of(event)
    revoke(event, device.kiosk)
    body = {"ticket": tickets.issue(guest), "scan_id": SCAN_ID, "waiting": 0, "guest": guest.guest}

    refused = post(device, address, body)

    assert (refused.status_code, refused.json()["code"]) == (401, "kiosk_revoked")
    assert refused.json()["sign_in"] == "/k/pair?why=kiosk_revoked"
    assert stored(guest).admission == Admission.EXPECTED


def test_device_hears_at_once_that_another_process_revoked_it(event):
    device = device_of(event)
    assert device.get("/k/scan").status_code == 200  # this process knows the device for a while

    Kiosk.fetch(event.uuid, device.kiosk.kiosk_id).move_to(KioskStatus.REVOKED, {})

    assert post(device, "/k/beat", {"waiting": 0}).json()["code"] == "kiosk_revoked"
    assert device.get("/k/scan")["Location"] == "/k/pair?why=kiosk_revoked"


@pytest.mark.parametrize("role", ["visitor", "stranger", "desk", "owner"])
@pytest.mark.parametrize("credential", ["", "nonsense", f"{'0' * 32}ABCDEFGH.{'x' * 43}"])
def test_who_is_no_device_gets_to_pairing_only(event, role, credential):
    guest = make_registration(event_id=event.uuid)
    person = browser_of(role, event.uuid)
    person.cookies[settings.KIOSK_COOKIE_NAME] = credential

    pages = [person.get(f"/k/{page}")["Location"] for page in ("setup", "scan", "status")]
    left = person.post("/k/leave")["Location"]
    typed = person.post("/k/scan", {"ticket": tickets.issue(guest), "scan_id": SCAN_ID})["Location"]
    refused = scan(person, tickets.issue(guest))

    assert [*pages, left, typed] == ["/k/pair?why=not_paired"] * 5
    assert (refused.status_code, refused.json()["code"]) == (401, "not_paired")
    assert stored(guest).admission == Admission.EXPECTED


@pytest.mark.parametrize("address", ["/k/pair", "/k/scan", "/k/scans", "/k/undo", "/k/leave"])
def test_device_takes_nothing_without_the_form_token(event, address):
    device = device_of(event)
    device.handler.enforce_csrf_checks = True

    assert device.post(address, {"code": offer_for(event).code}).status_code == 403


def test_signing_out_forgets_the_device_here(event):
    device = device_of(event)

    answer = device.post("/k/leave")

    assert (answer["Location"], answer.cookies[settings.KIOSK_COOKIE_NAME].value) == ("/k/pair", "")
    assert device.get("/k/scan")["Location"] == "/k/pair?why=not_paired"
