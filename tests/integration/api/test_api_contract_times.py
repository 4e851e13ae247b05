"""Times of the API: in with an offset or ``Z``, out in UTC with the event's zone beside them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api.conftest import details

UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
"""One spelling of a moment."""


def times(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every moment that an answer tells, by its field."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from times(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from times(part, name)
    elif isinstance(value, str) and (name.endswith("At") or name == "timestamp"):
        yield name, value


def test_health_says_that_the_service_is_there(api):
    answer = api.get("/health")

    assert answer.status == 200
    assert answer.body.keys() == {"ok", "service", "version"}
    assert (answer.body["ok"], answer.body["service"]) == (True, "foyer")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("2030-05-01T12:00:00+02:00", "2030-05-01T10:00:00.000Z"),
        ("2030-05-01T00:30:00-11:30", "2030-05-01T12:00:00.000Z"),
        ("2030-05-01T12:00:00Z", "2030-05-01T12:00:00.000Z"),
        ("2030-05-01T12:00:00.250Z", "2030-05-01T12:00:00.250Z"),
    ],
)
def test_time_with_an_offset_is_told_in_utc(api, owner, sent, told):
    body = details(startsAt=sent, endsAt="2030-05-02T12:00:00Z")

    made = api.post("/events", body, by=owner)

    assert (made.status, made.body["startsAt"]) == (201, told)
    assert made.body["timeZone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    "sent",
    [
        "2030-05-01T12:00:00",
        "2030-05-01",
        "12:00",
        "1893499200",
        1893499200,
        "2030-05-01T12:00:00 Europe/Berlin",
        "2030-05-01T25:00:00Z",
        "2030-02-30T12:00:00Z",
    ],
)
def test_time_that_is_no_moment_is_refused(api, owner, sent):
    answer = api.post("/events", details(startsAt=sent), by=owner)

    assert (answer.said, [*answer.body["fields"]]) == ((400, "bad_input"), ["startsAt"])


def test_every_time_in_every_answer_is_in_utc(api, event, owner, guest, administrator):
    event_id = event()
    place = f"/events/{event_id}"
    registered = api.post(f"{place}/registrations", {}, by=guest)
    scan = {"ticket": registered.body["ticket"], "scanId": "times-1"}
    answers = [
        registered,
        api.get(place),
        api.get("/events?limit=100"),
        api.get("/me/events", by=owner),
        api.get("/me/registrations", by=guest),
        api.get(f"{place}/registrations/me", by=guest),
        api.post(f"{place}/scans", scan, by=owner),
        api.get(f"{place}/registrations", by=owner),
        api.put(f"/users/{guest.user_id}", {"name": "Grace"}, by=guest),
        api.get("/users?limit=100", by=administrator),
    ]

    told = {name for answer in answers for name, _ in times(answer.body)}
    bad = {
        (name, text)
        for answer in answers
        for name, text in times(answer.body)
        # Other programs' records are served as they are.
        if not UTC_TIME.fullmatch(text) and text not in {"yesterday"}
    }
    assert {"startsAt", "endsAt", "registeredAt", "createdAt", "timestamp"} <= told
    assert bad == set()
