"""A paired kiosk sends scans: through the gateway and its own authorizer, with rights enforced."""

import time
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from backend.events.models import Event
from backend.kiosks import services as kiosks
from backend.kiosks.kinds import KioskMode
from backend.kiosks.policies import KioskSettings
from backend.registrations.models import Registration
from backend.shared.actor import SYSTEM
from tests.factories.kiosks import pair_device


@pytest.fixture(scope="module")
def door(stage, event):
    """An open event, a kiosk at its east gate, and the path of its scans."""
    event_id = event()
    paired = pair_device(event_id=event_id, gate="East")
    return event_id, f"Kiosk {paired.credential}", f"/events/{event_id}/scans"


def register(api, event_id, person):
    return api.post(f"/events/{event_id}/registrations", {}, by=person).body


def results(answer):
    assert answer.status == 200, answer
    return [found["result"] for found in answer.body["results"]]


def test_kiosk_admits_at_its_own_gate_and_is_told_no_address(api, door, guest):
    event_id, kiosk, scans = door
    ticket = register(api, event_id, guest)["ticket"]
    scan = {"ticket": ticket, "scanId": "k-1", "gate": "somewhere else"}

    answer = api.post(scans, scan, token=kiosk)

    assert results(answer) == ["ADMITTED"]
    shown = answer.body["results"][0]
    assert (shown["gate"], shown["guest"]["name"]) == ("East", guest.name)
    assert "@" not in str(answer.body)


def test_scan_of_a_kiosk_is_kept_with_its_id(api, door, guest):
    event_id, kiosk, scans = door
    ticket = register(api, event_id, guest)["ticket"]
    api.post(scans, {"ticket": ticket, "scanId": "k-2"}, token=kiosk)
    mine = api.get(f"/events/{event_id}/registrations/me", by=guest).body

    kiosk_id = kiosk.partition(".")[0][-8:]
    stored = Registration.find(f"{event_id}#R0", mine["guest"])
    assert (stored.admitted_by, stored.admitted_gate) == (f"KIOSK:{kiosk_id}", "East")


def test_batch_answers_each_scan_in_its_place(api, door, guest, pool):
    event_id, kiosk, scans = door
    one, two = (register(api, event_id, who)["ticket"] for who in (guest, pool.make("Gerd Guest")))
    batch = [
        {"ticket": one, "scanId": "m-1"},
        {"ticket": "nonsense", "scanId": "m-2"},
        {"ticket": two, "scanId": "m-2"},
        {"ticket": two, "scanId": "m-3", "leaving": True},
        {"ticket": two, "scanId": "m-4"},
    ]
    # The second use of m-2 meets the record of the first: as sent again, it is looked up.
    batch[2]["resent"] = True

    answer = api.post(scans, {"scans": batch}, token=kiosk)

    assert results(answer) == ["ADMITTED", "INVALID", None, None, "ADMITTED"]
    refusals = [found["refusal"] and found["refusal"]["code"] for found in answer.body["results"]]
    assert refusals == [None, None, "scan_id_reused", "reentry_not_allowed", None]
    assert [found["scanId"] for found in answer.body["results"]] == [s["scanId"] for s in batch]


def test_guest_leaves_and_comes_in_again(api, event, guest):
    event_id = event()
    Event.fetch(event_id).update([Event.reentry.set(True)])
    kiosk = f"Kiosk {pair_device(event_id=event_id).credential}"
    scans = f"/events/{event_id}/scans"
    ticket = register(api, event_id, guest)["ticket"]

    said = [
        results(api.post(scans, {"ticket": ticket, "scanId": f"n-{n}", **way}, token=kiosk))[0]
        for n, way in enumerate([{}, {"leaving": True}, {"leaving": True}, {}, {}])
    ]

    assert said == ["ADMITTED", "LEFT", "NOT_IN", "ADMITTED", "ALREADY_IN"]


@pytest.fixture(scope="module")
def alone(event):
    """As ``door``, with a kiosk that guests use themselves; the event lets guests in again."""
    event_id = event()
    Event.fetch(event_id).update([Event.reentry.set(True)])
    paired = pair_device(event_id=event_id, mode=KioskMode.SELF_SERVICE, pin="2468")
    return event_id, f"Kiosk {paired.credential}", f"/events/{event_id}/scans"


def test_self_service_kiosk_hears_a_name_with_a_welcome_only(api, alone, guest):
    event_id, kiosk, scans = alone
    ticket = register(api, event_id, guest)["ticket"]

    first = api.post(scans, {"ticket": ticket, "scanId": "s-1"}, token=kiosk)
    again = api.post(scans, {"ticket": ticket, "scanId": "s-2"}, token=kiosk)

    assert [results(first), results(again)] == [["ADMITTED"], ["ALREADY_IN"]]
    assert first.body["results"][0]["guest"]["name"] == guest.name
    told = {name: again.body["results"][0][name] for name in ("guest", "at", "gate", "candidates")}
    assert told == {"guest": None, "at": None, "gate": None, "candidates": []}


def test_self_service_kiosk_lets_nobody_out(api, alone, pool):
    event_id, kiosk, scans = alone
    ticket = register(api, event_id, pool.make("Olaf Out"))["ticket"]
    batch = [
        {"ticket": ticket, "scanId": "t-1"},
        {"ticket": ticket, "scanId": "t-2", "leaving": True},
    ]

    answer = api.post(scans, {"scans": batch}, token=kiosk)

    assert results(answer) == ["ADMITTED", None]
    assert answer.body["results"][1]["refusal"]["code"] == "crew_only"


@pytest.mark.slow
def test_other_mode_is_heeded_within_thirty_seconds(api, event, pool):
    """The process behind the gateway remembers the kiosk; its clock is the machine's own."""
    event_id = event()
    Event.fetch(event_id).update([Event.reentry.set(True)])
    paired = pair_device(event_id=event_id)
    scans, kiosk = f"/events/{event_id}/scans", f"Kiosk {paired.credential}"
    ticket = register(api, event_id, pool.make("Mona Mode"))["ticket"]
    leave = {"ticket": ticket, "scanId": "u-1", "leaving": True}
    assert results(api.post(scans, leave, token=kiosk)) == ["NOT_IN"]
    kiosks.change_kiosk(
        event_id=event_id,
        kiosk_id=paired.kiosk.kiosk_id,
        settings=KioskSettings("Self 1", mode=KioskMode.SELF_SERVICE, pin="2468"),
        version=1,
        actor=SYSTEM,
        now=datetime.now(UTC),
    )

    deadline = time.monotonic() + 31
    while results(api.post(scans, leave, token=kiosk)) != [None]:
        assert time.monotonic() < deadline
        time.sleep(0.5)


@pytest.mark.slow
def test_kiosk_that_was_revoked_is_out_within_thirty_seconds(api, event, stage):
    """The process behind the gateway remembers the kiosk; its clock is the machine's own."""
    event_id = event()
    paired = pair_device(event_id=event_id)
    kiosk, scan = f"Kiosk {paired.credential}", {"ticket": "nonsense", "scanId": "o-1"}
    assert results(api.post(f"/events/{event_id}/scans", scan, token=kiosk)) == ["INVALID"]
    kiosks.revoke(
        event_id=event_id, kiosk_id=paired.kiosk.kiosk_id, actor=SYSTEM, now=datetime.now(UTC)
    )

    deadline = time.monotonic() + 31
    while (said := api.post(f"/events/{event_id}/scans", scan, token=kiosk).said) == (200, None):
        assert time.monotonic() < deadline
        time.sleep(0.5)

    assert said == (401, "unauthorized")


def test_refusals_carry_cors_headers(api, door):
    _, kiosk, scans = door
    refused = api.post(scans, {"ticket": "x", "scanId": "p"}, token=kiosk + "x")

    assert refused.said == (401, "unauthorized")
    assert refused.headers["access-control-allow-origin"] == "https://app.example.test"


def test_no_credential_reaches_a_log(api, door, stage_cloud):
    _, kiosk, scans = door
    api.post(scans, {"ticket": "x", "scanId": "q-1"}, token=kiosk)
    api.post(scans, {"ticket": "x", "scanId": "q-1"}, token=kiosk + "x")
    api.post(scans, {"ticket": "x", "scanId": "q-1"}, token=kiosk.replace("Kiosk ", "Bearer "))
    secret = kiosk.partition(".")[2]

    logs = boto3.client("logs")
    groups = [found["logGroupName"] for found in logs.describe_log_groups()["logGroups"]]
    since = int((datetime.now(UTC) - timedelta(hours=1)).timestamp() * 1000)
    lines = [
        line["message"]
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=since
        )
        for line in page["events"]
    ]
    asked = [line for line in lines if "not let through" in line]

    assert asked, "the authorizer's own log was read"
    assert [line for line in lines if secret in line] == []
