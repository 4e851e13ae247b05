"""The door over HTTP: a desk user scans tickets."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.registrations.models import Registration
from backend.team.roles import Role


@pytest.fixture(scope="module")
def door(api, event, member):
    """An open event, somebody at its desk, and the path of its scans."""
    event_id = event()
    return event_id, member(event_id, Role.DESK), f"/events/{event_id}/scans"


def register(api, event_id, person):
    return api.post(f"/events/{event_id}/registrations", {}, by=person).body


def results(answer):
    assert answer.status == 200, answer
    return [found["result"] for found in answer.body["results"]]


def test_ticket_is_admitted_once(api, door, guest):
    event_id, desk, scans = door
    mine = register(api, event_id, guest)

    first = api.post(scans, {"ticket": mine["ticket"], "scanId": "a-1", "gate": "East"}, by=desk)
    again = api.post(scans, {"ticket": mine["ticket"], "scanId": "a-2", "gate": "West"}, by=desk)

    assert (results(first), results(again)) == (["ADMITTED"], ["ALREADY_IN"])
    shown, refused = first.body["results"][0], again.body["results"][0]
    assert (shown["gate"], shown["guest"]["name"]) == ("East", guest.name)
    assert (refused["gate"], refused["at"]) == ("East", shown["at"])
    assert guest.email not in str(first.body)


def test_typed_code_is_admitted(api, door, guest):
    event_id, desk, scans = door
    mine = register(api, event_id, guest)

    assert results(api.post(scans, {"ticket": mine["shortCode"], "scanId": "b-1"}, by=desk)) == [
        "ADMITTED"
    ]


def test_scan_that_is_sent_again_gets_its_first_answer(api, door, guest):
    event_id, desk, scans = door
    scan = {"ticket": register(api, event_id, guest)["ticket"], "scanId": "c-1", "gate": "East"}

    first = api.post(scans, scan, by=desk)
    second = api.post(scans, scan | {"resent": True}, by=desk)

    assert first.body == second.body


def test_two_desks_at_once_admit_once(api, door, guest):
    event_id, desk, scans = door
    ticket = register(api, event_id, guest)["ticket"]

    def scan(number):
        return api.post(scans, {"ticket": ticket, "scanId": f"d-{number}"}, by=desk)

    with ThreadPoolExecutor(6) as desks:
        said = [results(answer)[0] for answer in desks.map(scan, range(6))]

    assert sorted(said) == ["ADMITTED"] + ["ALREADY_IN"] * 5


def test_batch_is_answered_in_order(api, door, guest, event):
    event_id, desk, scans = door
    mine = register(api, event_id, guest)
    elsewhere = register(api, event(), guest)
    flipped = mine["ticket"][:-1] + ("A" if mine["ticket"][-1] != "A" else "B")
    tickets = ["nonsense", elsewhere["ticket"], mine["ticket"], flipped, mine["ticket"]]
    batch = [{"ticket": ticket, "scanId": f"e-{n}"} for n, ticket in enumerate(tickets)]

    answer = api.post(scans, {"scans": batch}, by=desk)

    assert results(answer) == ["INVALID", "WRONG_EVENT", "ADMITTED", "INVALID", "ALREADY_IN"]
    assert [found["scanId"] for found in answer.body["results"]] == [f"e-{n}" for n in range(5)]


def test_canceled_ticket_says_so(api, door, guest):
    event_id, desk, scans = door
    mine = register(api, event_id, guest)
    api.delete(f"/events/{event_id}/registrations/me", by=guest)

    assert results(api.post(scans, {"ticket": mine["ticket"], "scanId": "f-1"}, by=desk)) == [
        "CANCELED"
    ]


def test_guest_who_is_in_cannot_cancel(api, door, guest):
    event_id, desk, scans = door
    mine = register(api, event_id, guest)
    api.post(scans, {"ticket": mine["ticket"], "scanId": "g-1"}, by=desk)

    answer = api.delete(f"/events/{event_id}/registrations/me", by=guest)

    assert answer.said == (400, "not_cancelable")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"ticket": "x"}, "body"),
        ({"ticket": "", "scanId": "h"}, "ticket"),
        ({"ticket": "x" * 301, "scanId": "h"}, "ticket"),
        ({"ticket": "x\ny", "scanId": "h"}, "ticket"),
        ({"ticket": "x", "scanId": "h#1"}, "scanId"),
        ({"ticket": "x", "scanId": ""}, "scanId"),
        ({"ticket": "x", "scanId": "h" * 65}, "scanId"),
        ({"ticket": "x", "scanId": "h", "gate": "g" * 61}, "gate"),
        ({"ticket": "x", "scanId": "h", "gate": "a\u2028b"}, "gate"),
        ({"ticket": "x", "scanId": "h", "at": "2026-11-20T18:00:00Z"}, "at"),
        ({"scans": []}, "scans"),
        ({"scans": [{"ticket": "x", "scanId": "h"}] * 101}, "scans"),
        ({"scans": [{"ticket": "x"}]}, "scans.0.scanId"),
        ({"scans": [{"ticket": "x", "scanId": "h"}], "ticket": "x"}, "body"),
    ],
)
def test_bad_scan_names_its_field(api, door, body, field):
    _, desk, scans = door

    answer = api.post(scans, body, by=desk)

    assert (answer.said, list(answer.body["fields"])) == ((400, "bad_input"), [field])


def test_batch_with_one_bad_gate_admits_nobody(api, door, guest):
    event_id, desk, scans = door
    mine = register(api, event_id, guest)
    good = {"ticket": mine["ticket"], "scanId": "j-1", "gate": "East"}

    answer = api.post(scans, {"scans": [good, good | {"gate": "a\u2028b"}]}, by=desk)

    assert (answer.status, list(answer.body["fields"])) == (400, ["scans.1.gate"])
    stored = api.get(f"/events/{event_id}/registrations/me", by=guest).body
    assert stored["admission"] == "EXPECTED"


def test_posting_an_attribute_of_the_model_admits_nobody(api, door, guest):
    event_id, desk, scans = door
    mine = register(api, event_id, guest)
    names = set(Registration.get_attributes()) - {"gate"}
    scan = {"ticket": mine["ticket"], "scanId": "i-1"}

    said = {api.post(scans, scan | {name: "IN"}, by=desk).said for name in names}

    assert said == {(400, "bad_input")}
    stored = api.get(f"/events/{event_id}/registrations/me", by=guest).body
    assert stored["admission"] == "EXPECTED"
