"""Every address of the portal by every wrong actor: refused, and nothing written.

The addresses come from the URLconf: a new one without a row here fails.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse

from backend.events.kinds import Visibility
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.jobs import file_store
from backend.registrations import imports, tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from backend.seats import services as seats
from backend.team.roles import Role
from tests.factories.events import make_event, new_event_id
from tests.factories.jobs import make_job
from tests.factories.kiosks import make_kiosk
from tests.factories.registrations import make_registration
from tests.factories.team import make_invitation, make_member
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
FILE = "guests.csv"
LADDER = ["visitor", "guest", "other owner", "other desk", "floor", "desk", "organiser", "owner"]
OUTSIDERS = ["guest", "other owner", "other desk"]
TYPED = {
    "title": "Stolen",
    "starts_at": "2040-06-10T09:00",
    "ends_at": "2040-06-10T17:30",
    "time_zone": "Europe/Vienna",
    "location_type": "IN_PERSON",
    "category": "CONFERENCE",
    "visibility": "PUBLIC",
    "version": "1",
}
# Sessions keep what a signed-out person typed; the others are written by the tables' streams.
NOT_COMPARED = {"web_sessions", "activity", "notifications", "stats"}


@dataclass
class Place:
    """One event with a guest who is in, and one who is expected."""

    event: Event
    expected: Registration
    admitted: Registration
    kiosk: str
    member: str
    invitee: str
    job: str
    upload: str

    def address(self, name: str) -> str:
        keys = {
            "event_id": self.event.uuid,
            "kiosk": self.kiosk,
            "guest": self.expected.guest,
            "member": self.member,
            "invitee": self.invitee,
            "job_id": self.job,
            "name": FILE,
            "upload": self.upload,
        }
        return reverse(name, kwargs={key: keys[key] for key in parameters_of(name)})


@dataclass(frozen=True)
class Row:
    """Who is the smallest that may; what is posted, as which type; where it is tried."""

    smallest: str
    body: Callable[[Place], dict[str, Any]] = lambda _place: {}
    json: bool = False
    at: str = "published"

    @property
    def wrong(self) -> list[str]:
        return LADDER[: LADDER.index(self.smallest)]


def scan(place: Place) -> dict[str, Any]:
    return {"ticket": tickets.issue(place.expected), "scan_id": "stolen-1", "gate": "Side door"}


def a_list() -> SimpleUploadedFile:
    return SimpleUploadedFile(FILE, b"name\nNadia New\n")


def undo(place: Place) -> dict[str, Any]:
    return {"guest": place.admitted.guest, "scan_id": place.admitted.admitted_scan}


def sign_up(_place: Place) -> dict[str, Any]:
    return {"name": "Nadia New", "email": "nadia@example.com"}


def device(_place: Place) -> dict[str, Any]:
    return {"name": "Stolen 1", "gate": "Side door", "speed": "express"}


ANYONE = Row("visitor")
DEVICE = Row("visitor")
"""What only a paired device may, whoever is signed in beside it: test_kiosk_devices.py."""
OWN = Row("guest")
"""What a signed-in person does for oneself: only the visitor can be wrong there."""
ROWS = {
    "home": ANYONE,
    "sign-in": ANYONE,
    "sign-in-step": ANYONE,
    "sign-out": ANYONE,
    "sign-up": ANYONE,
    "sign-up-confirm": ANYONE,
    "sign-up-resend": ANYONE,
    "forgot": ANYONE,
    "reset": ANYONE,
    "language": ANYONE,
    "public:explore": ANYONE,
    "public:event": ANYONE,
    "public:calendar": ANYONE,
    "public:register": Row("guest", sign_up),
    "public:give-up": OWN,
    "public:my-tickets": OWN,
    "public:ticket": OWN,
    "public:resend": OWN,
    "organiser:events": OWN,
    "organiser:event-new": Row("guest", lambda _place: TYPED),
    "organiser:overview": Row("floor"),
    "organiser:numbers": Row("floor"),
    "organiser:event-edit": Row("organiser", lambda _place: TYPED, at="draft"),
    "organiser:banner": Row("organiser", lambda _place: {"key": "uploads/x"}, json=True),
    "organiser:banner-offer": Row(
        "organiser", lambda _place: {"content_type": "image/png"}, json=True
    ),
    "organiser:publish": Row("organiser", at="draft"),
    "organiser:cancel": Row("owner"),
    "organiser:finish": Row("organiser"),
    "organiser:archive": Row("organiser"),
    "organiser:copy": Row("organiser"),
    "organiser:registrations": Row("desk"),
    "organiser:guests-change": Row(
        "organiser", lambda place: {"change": "CANCEL", "guest": place.expected.guest}
    ),
    "organiser:import": Row("organiser", lambda _place: {"file": a_list()}),
    "organiser:import-list": Row("organiser", lambda _place: {"column": "name"}),
    "organiser:export": Row("organiser", lambda _place: {"format": "CSV"}),
    "organiser:guest-new": Row("organiser", sign_up),
    "organiser:guest": Row("desk", lambda _place: {"note": "Stolen", "version": "1"}),
    "organiser:guest-edit": Row("organiser", lambda _place: {"name": "Stolen", "version": "1"}),
    "organiser:guest-ticket": Row("organiser"),
    "organiser:guest-reissue": Row("organiser", lambda _place: {"version": "1"}),
    "organiser:guest-resend": Row("organiser"),
    "organiser:guest-email": Row(
        "organiser", lambda _place: {"email": "stolen@example.com", "version": "1"}
    ),
    "organiser:guest-wait": Row("organiser", lambda _place: {"version": "1"}),
    "organiser:guest-promote": Row("organiser", lambda _place: {"version": "1"}),
    "organiser:walk-in": Row("desk", sign_up),
    "organiser:guest-cancel": Row("organiser", lambda _place: {"version": "1"}),
    "organiser:activity": Row("organiser"),
    "organiser:activity-undo": Row(
        "organiser", lambda place: {"kind": "GUEST_ADMITTED", **undo(place), "scan": "s-1"}
    ),
    "organiser:recount": Row("organiser"),
    "organiser:team": Row("floor"),
    "organiser:team-invite": Row(
        "owner", lambda _place: {"email": "thief@example.com", "role": "ORGANISER"}
    ),
    "organiser:team-leave": Row("floor"),
    "organiser:team-join": OWN,
    "organiser:team-withdraw": Row("owner"),
    "organiser:team-role": Row("owner", lambda _place: {"role": "ORGANISER"}),
    "organiser:team-remove": Row("owner"),
    "kiosk:scan": Row("desk", scan),
    "kiosk:gate": Row("desk", lambda _place: {"gate": "Side door"}, json=True),
    "kiosk:count": Row("desk", json=True),
    "kiosk:scans": Row("desk", scan, json=True),
    "kiosk:undo": Row("desk", undo, json=True),
    "kiosk:find": Row("desk"),
    "kiosk:look-up": Row("desk", scan, json=True),
    "organiser:guest-export": Row("organiser"),
    "organiser:guest-erase": Row("organiser"),
    "organiser:jobs": Row("organiser"),
    "organiser:job": Row("organiser"),
    "organiser:job-cancel": Row("organiser"),
    "organiser:job-retry": Row("organiser"),
    "organiser:job-file": Row("organiser"),
    **dict.fromkeys(
        (
            "kiosk:device-pair",
            "kiosk:device-setup",
            "kiosk:device-scan",
            "kiosk:device-scans",
            "kiosk:device-undo",
            "kiosk:device-beat",
            "kiosk:device-status",
            "kiosk:device-leave",
            "kiosk:device-find",
            "kiosk:device-look-up",
        ),
        DEVICE,
    ),
    "organiser:kiosks": Row("organiser"),
    "organiser:kiosk-new": Row("organiser", device),
    "organiser:kiosk": Row("organiser", device),
    "organiser:kiosk-pair": Row("organiser"),
    "organiser:kiosk-revoke": Row("organiser"),
    "organiser:scans": Row("desk"),
}


def patterns() -> Iterator[tuple[str, URLPattern]]:
    def walk(found: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for one in found:
            if hasattr(one, "url_patterns"):
                inner = f"{prefix}{one.namespace}:" if one.namespace else prefix
                yield from walk(one.url_patterns, inner)
            else:
                yield f"{prefix}{one.name}", one

    from portal import urls

    yield from walk(urls.urlpatterns, "")


def parameters_of(name: str) -> list[str]:
    return list(dict(patterns())[name].pattern.converters)


def methods_of(name: str) -> list[str]:
    view = getattr(dict(patterns())[name].callback, "view_class", None)
    allowed = view.http_method_names if view else ["post"]
    return [how for how in ("get", "post") if how in allowed and (not view or hasattr(view, how))]


def call(client: Client, how: str, address: str, row: Row, place: Place) -> HttpResponse:
    if how == "get":
        return client.get(address)
    kind = {"content_type": "application/json"} if row.json else {}
    return client.post(address, row.body(place), **kind)


def said(answer: HttpResponse) -> int | str:
    """The status, or where a redirect leads when that is the sign-in page."""
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/signin?")
    return "sign in" if to_sign_in else answer.status_code


def make_place(at: str) -> Place:
    now = datetime.now(UTC)
    event = make_event(
        starts_at=now - timedelta(hours=1),
        capacity=None,
        listing=None,  # other tests look through the first page of what is on
        status=EventStatus.DRAFT if at == "draft" else EventStatus.PUBLISHED,
        visibility=Visibility.PRIVATE if at == "private" else Visibility.PUBLIC,
    )
    seats.open_pool(pool=event.uuid, capacity=None, now=now)
    one = {"event_id": event.uuid, "shards": event.shards}
    admitted = {"admission": Admission.IN, "admitted_scan": "s-1", "admitted_at": now}
    invitation = make_invitation(event_id=event.uuid)
    return Place(
        event,
        expected=make_registration(**one),
        admitted=make_registration(
            **one, **admitted, user_email="bea@example.com", admitted_gate="North"
        ),
        kiosk=make_kiosk(event_id=event.uuid).kiosk_id,
        member=make_member(event_id=event.uuid, role=Role.DESK).member,
        invitee=invitation.member,
        job=make_export(event.uuid),
        upload=imports.keep_upload(event.uuid, a_list().read()),
    )


def make_export(event_id: str) -> str:
    """A job that left a file."""
    job = make_job(
        event_id=event_id, created_at=datetime.now(UTC), result={"downloads": {FILE: FILE}}
    )
    file_store.put(job.job_id, FILE, b"name", content_type="text/csv")
    return job.job_id


def browsers(place: Place, names: list[str]) -> dict[str, Client]:
    elsewhere = make_event().uuid
    places = {"other owner": ("owner", elsewhere), "other desk": ("desk", elsewhere)}
    places |= {"guest": ("stranger", "")}
    return {
        name: browser_of(*places.get(name, (name, place.event.uuid)), name=name.title())
        for name in names
    }


def written() -> dict[str, list[str]]:
    dynamodb = boto3.client("dynamodb")
    return {
        table: sorted(map(str, dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]))
        for table in dynamodb.list_tables()["TableNames"]
        if table.partition("-")[2] not in NOT_COMPARED
    }


def test_every_address_has_a_row(portal):
    assert ROWS.keys() == {name for name, _pattern in patterns()}


@pytest.mark.parametrize("at", ["open", "hidden"])
@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.wrong])
def test_wrong_actor_is_refused_and_nothing_is_written(name, at):
    row = ROWS[name]
    place = make_place(row.at if at == "open" else "private")
    hidden = at == "hidden" or row.at == "draft"
    outside, inside = (404 if hidden else 403), 403
    clients = browsers(place, row.wrong)
    expected = {who: outside if who in OUTSIDERS else inside for who in row.wrong}
    before = written()

    for how in methods_of(name):
        expected["visitor"] = 401 if row.json else "sign in"
        answers = {
            who: said(call(client, how, place.address(name), row, place))
            for who, client in clients.items()
        }
        assert (how, answers) == (how, expected)

    assert written() == before


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.wrong])
def test_smallest_actor_who_may_is_not_refused(name):
    """Otherwise the refusals above would prove nothing."""
    row = ROWS[name]
    place = make_place(row.at)
    [client] = browsers(place, [row.smallest]).values()
    needs_own_place = name in (
        "public:give-up",
        "public:resend",
        "public:ticket",
        "organiser:team-join",
    )

    for how in methods_of(name):
        answer = said(call(client, how, place.address(name), row, place))
        expected = [404] if needs_own_place else [400] if name == "organiser:banner" else [200, 302]
        assert answer in expected


@pytest.mark.parametrize("who", ["visitor", *OUTSIDERS])
@pytest.mark.parametrize("at", ["private", "draft"])
def test_hidden_event_is_answered_like_an_unknown_one(who, at):
    place = make_place(at)
    event_id, unknown = place.event.uuid, new_event_id()
    [client] = browsers(place, [who]).values()

    for name, row in ROWS.items():
        if "event_id" not in parameters_of(name):
            continue
        there = place.address(name)
        nowhere = there.replace(event_id, unknown)
        for how in methods_of(name):
            answers = [call(client, how, url, row, place) for url in (there, nowhere)]
            texts = [_plain(answer, event_id, unknown) for answer in answers]
            assert (name, how, texts[0]) == (name, how, texts[1])


def _plain(answer: HttpResponse, *ids: str) -> tuple[int, str, str]:
    """Status, target and text, without ids and form tokens."""
    target = answer.get("Location", "")
    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.text)
    for one in ids:
        target, text = target.replace(one, "ID"), text.replace(one, "ID")
    return answer.status_code, target, text


@pytest.mark.parametrize("name", ["organiser:registrations", "organiser:guest"])
def test_desk_sees_names_and_no_addresses(name):
    place = make_place("published")
    address = place.address(name)
    pages = {
        role: browser.get(address).text
        for role, browser in browsers(place, ["desk", "organiser"]).items()
    }

    assert "Ada Lovelace" in pages["desk"]
    assert "ada@example.com" in pages["organiser"]
    assert [mail for mail in ("ada@example.com", "bea@example.com") if mail in pages["desk"]] == []
    code = tickets.short_code(place.expected.guest, place.expected.ticket_no)
    assert code not in pages["desk"]


def test_guest_of_another_event_cannot_be_reached_through_ones_own():
    mine, theirs = make_place("published"), make_place("published")
    [client] = browsers(mine, ["owner"]).values()
    keys = {"event_id": mine.event.uuid, "guest": theirs.expected.guest}
    before = written()

    answers = [
        client.get(reverse("organiser:guest", kwargs=keys)).status_code,
        client.post(reverse("organiser:guest-cancel", kwargs=keys), {"version": "1"}).status_code,
        client.post(
            reverse("kiosk:undo", kwargs={"event_id": mine.event.uuid}),
            undo(theirs),
            content_type="application/json",
        ).status_code,
        client.post(
            reverse("kiosk:scans", kwargs={"event_id": mine.event.uuid}),
            scan(theirs),
            content_type="application/json",
        ).json()["result"],
    ]

    assert answers == [404, 404, 404, "WRONG_EVENT"]
    after = written()
    scans = [table for table in after if table.endswith("-scans")]
    assert {t: i for t, i in after.items() if t not in scans} == {
        t: i for t, i in before.items() if t not in scans
    }
