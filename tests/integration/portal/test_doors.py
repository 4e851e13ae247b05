"""What a desk and a kiosk do alike: look up, let out, find by name, pick; and what a kiosk is not told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from backend.activity import counters
from backend.checkin.models import Scan, scan_shard
from backend.events.questions import Question, QuestionKind
from backend.registrations import guests, tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from tests.factories.events import make_event
from tests.factories.kiosks import pair_device
from tests.factories.registrations import make_registration
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
SCAN_ID = "01K9ZZZZZZZZZZZZZZZZZZZZZZ"
NOTE = "Hearing loop, locker 12"


@pytest.fixture
def event(portal):
    asked = [Question(id="meal", kind=QuestionKind.CHOICE, label="Meal", choices=("Vegan", "Meat"))]
    return make_event(
        starts_at=datetime.now(UTC) - timedelta(hours=1),
        reentry=True,
        questions=[one.to_document() for one in asked],
    )


class Door:
    """A browser at a desk or at a kiosk, with the addresses of its pages."""

    def __init__(self, kind: str, event) -> None:
        self.kind = kind
        if kind == "desk":
            self.client, self.start, find = (
                browser_of("desk", event.uuid), f"/o/e/{event.uuid}/desk", "/find",
            )  # fmt: skip
        else:
            self.client, self.start, find = Client(), "/k", "/search"
            credential = pair_device(event_id=event.uuid).credential
            self.client.cookies[settings.KIOSK_COOKIE_NAME] = credential
        self.find_address = self.start + find
        self.page = self.start if kind == "desk" else "/k/scan"

    def post(self, what: str, **body):
        address = f"{self.start}/{what}"
        return self.client.post(address, json.dumps(body), content_type="application/json")

    def scan(self, **body):
        return self.post("scans", **{"scan_id": SCAN_ID, **body})

    def find(self, text: str) -> str:
        return self.client.get(
            self.find_address, {"q": text}, headers={"HX-Request": "true"}
        ).text  # fmt: skip


@pytest.fixture(params=["desk", "kiosk"])
def door(request, event):
    return Door(request.param, event)


def stored(registration: Registration) -> Registration:
    return Registration.fetch(registration.shard, registration.guest)


def test_looking_up_says_what_a_scan_would_and_keeps_nothing(door, event):
    guest = make_registration(
        event_id=event.uuid, name="Bo Li", note=NOTE, answers={"meal": "Vegan", "gone": "x"}
    )

    answer = door.post("look-up", ticket=tickets.issue(guest)).json()

    assert (answer["result"], answer["look"], answer["word"]) == ("LOOKED_UP", "", "Looked up")
    assert (answer["name"], answer["why"]) == ("Bo Li", "Has a place and may come in.")
    assert answer["admit"] == [{"guest": guest.guest, "name": "Bo Li"}]
    at_desk = door.kind == "desk"
    assert answer["facts"] == ([["Meal", "Vegan"]] if at_desk else [])
    assert answer["alert"] == (NOTE if at_desk else "")
    assert stored(guest).admission == Admission.EXPECTED
    assert list(Scan.query(scan_shard(event.uuid, SCAN_ID, shards=event.shards))) == []


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"status": RegistrationStatus.CANCELED}, "Canceled. This registration was canceled."),
        ({"status": RegistrationStatus.WAITLISTED}, "Waiting list. No seat yet."),
        ({"admission": Admission.IN, "admitted_scan": "s"}, "Already in. If this is a different"),
    ],
)
def test_looking_up_who_may_not_come_in_offers_no_admission(door, event, values, why):
    guest = make_registration(event_id=event.uuid, name="Bo Li", **values)

    answer = door.post("look-up", ticket=tickets.issue(guest)).json()

    assert (answer["admit"], answer["why"].startswith(why)) == ([], True)


def test_waiting_guest_is_told_the_place_in_line(door, event):
    now = datetime.now(UTC)
    of = {"event_id": event.uuid, "status": RegistrationStatus.WAITLISTED}
    waiting = [
        make_registration(
            **of,
            user_email=f"w{number}@example.com",
            waiting_since=now + timedelta(seconds=number),
            waiting_shard=guests.waiting_shard_of(
                event.uuid,
                guests.guest_key(event.uuid, f"w{number}@example.com"),
                shards=event.shards,
            ),
        )
        for number in range(3)
    ]

    answer = door.scan(ticket=tickets.issue(waiting[2])).json()

    assert (answer["result"], answer["why"]) == (
        "WAITLISTED", "No seat yet, number 3 in line. The help desk decides.",
    )  # fmt: skip


def test_looking_up_nothing_of_ours_says_so(door):
    answer = door.post("look-up", ticket="https://example.com").json()

    assert answer["why"].startswith("Invalid. Check the eight characters")
    assert door.post("look-up", ticket="").status_code == 400


def test_guest_goes_out_and_comes_back(door, event):
    guest = make_registration(event_id=event.uuid, name="Bo Li")
    ticket = tickets.issue(guest)

    steps = [
        door.scan(ticket=ticket, scan_id="a1", out=True),
        door.scan(ticket=ticket, scan_id="a2"),
        door.scan(ticket=ticket, scan_id="a3", out=True, gate="North foyer"),
        door.scan(ticket=ticket, scan_id="a4"),
    ]

    answers = [step.json() for step in steps]
    assert [one["result"] for one in answers] == ["NOT_IN", "ADMITTED", "LEFT", "ADMITTED"]
    assert [one["look"] for one in answers] == ["warn", "ok", "ok", "ok"]
    assert [bool(one["guest"]) for one in answers] == [False, True, False, True]


def test_nobody_is_let_out_where_nobody_comes_back(event):
    strict = make_event(starts_at=event.starts_at)
    door = Door("kiosk", strict)
    guest = make_registration(event_id=strict.uuid)

    refused = door.scan(ticket=tickets.issue(guest), out=True)

    assert (refused.status_code, refused.json()["code"]) == (400, "reentry_not_allowed")
    assert 'data-mode="out"' not in door.client.get(door.page).text


def test_guest_found_by_name_is_let_in_without_a_ticket(door, event):
    guest = make_registration(event_id=event.uuid, name="Ångström, Åsa", user_email="a@example.com")

    found = door.find("ang")

    assert ("<html" in found, "Ångström, Åsa" in found) == (False, True)
    assert ("@" in found, f'value="{guest.guest}"' in found) == (False, True)
    answer = door.scan(guest=guest.guest).json()
    assert (answer["result"], answer["name"]) == ("ADMITTED", "Ångström, Åsa")
    assert stored(guest).admission == Admission.IN
    assert 'name="guest"' not in door.find("ang")


def test_search_says_where_each_guest_is(door, event):
    of = {"event_id": event.uuid}
    make_registration(**of, name="Max Expected", user_email="a@example.com")
    make_registration(
        **of, name="Max Waiting", user_email="b@example.com", status=RegistrationStatus.WAITLISTED
    )
    make_registration(
        **of,
        name="Max Noted",
        user_email="c@example.com",
        attention=True,
        note=NOTE,
        admission=Admission.IN,
        admitted_scan="s",
        admitted_at=datetime.now(UTC),
        admitted_gate="South",
    )
    make_registration(
        **of, name="Max Gone", user_email="d@example.com", status=RegistrationStatus.CANCELED
    )

    found = door.find("max")

    assert [w for w in ("Expected", "Waiting list", "In, ", "South") if w in found] == [
        "Expected", "Waiting list", "In, ", "South",
    ]  # fmt: skip
    assert (found.count("data-admit"), "Max Gone" in found) == (1, False)
    assert (NOTE in found) == (door.kind == "desk")
    assert ("Needs attention: ask the help desk." in found) == (door.kind == "kiosk")


def test_one_character_is_enough_where_it_is_a_word(door, event):
    make_registration(event_id=event.uuid, name="李四", user_email="li@example.com")

    assert "李四" in door.find("李")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ab", "Three letters are enough."),
        ("nobody", "Nobody’s name starts with “nobody”."),
        ("<b>x</b>", "Nobody’s name starts with “&lt;b&gt;x&lt;/b&gt;”."),
        ("n" * 500, "Nobody’s name starts with"),
        ("\x00\x07abc", "Nobody’s name starts with"),
    ],
)
def test_search_without_a_match_says_what_to_type(door, text, words):
    assert words in door.find(text)


def test_search_stops_at_a_dozen_and_says_so(door, event):
    for number in range(14):
        make_registration(
            event_id=event.uuid, name=f"Max {number:02}", user_email=f"m{number}@example.com"
        )

    found = door.find("max")

    assert (found.count("<li>"), "There may be more" in found) == (12, True)


def test_search_page_and_its_button_work_without_scripts(door, event):
    guest = make_registration(event_id=event.uuid, name="Bo Li")
    page = door.client.get(door.find_address, {"q": "bo l"}).text
    assert ("<h1" in page, f'action="{door.page}"' in page) == (True, True)

    answer = door.client.post(door.page, {"guest": guest.guest, "scan_id": SCAN_ID})

    assert 'data-result="ADMITTED"' in answer.text


def test_code_that_fits_two_offers_both_without_scripts(door, event):
    shared = {"event_id": event.uuid, "ticket_no": "0123456789abcdef"}
    one = make_registration(name="Ann One", guest="0123456AAAAAAAAA", **shared)
    make_registration(name="Bea Two", guest="0123456BBBBBBBBB", **shared)

    page = door.client.post(
        door.page,
        {"ticket": tickets.short_code(one.guest, one.ticket_no), "scan_id": SCAN_ID},
    ).text

    assert (page.count("data-admit"), "Ann One" in page, "Bea Two" in page) == (2, True, True)
    assert f'name="scan_id" value="{SCAN_ID}"' not in page[: page.index("data-undo")]


@pytest.mark.parametrize("guest", ["nobody", "0" * 15, "0" * 17, "lower-case-guest"])
def test_guest_that_cannot_be_is_refused_by_field(door, guest):
    refused = door.scan(guest=guest)

    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["guest"])


def test_guest_who_is_not_there_is_invalid(door):
    answer = door.scan(guest="0" * 16).json()

    assert (answer["result"], answer["look"]) == ("INVALID", "bad")


def test_count_is_of_who_is_inside(door, event):
    change = counters.Change("1", {"admitted": 412, "out": 12})
    counters.apply(event_shard=f"{event.uuid}#R0", changes=[change])

    assert ">400</b>" in door.client.get(door.page).text
