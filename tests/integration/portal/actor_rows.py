"""The portal's addresses, who may call each, and what a call needs to find there."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, reverse

from backend.events.kinds import Visibility
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.guest_requests.kinds import BUILT_IN
from backend.jobs import file_store
from backend.notifications.states import NotificationStatus
from backend.registrations import imports, tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from backend.seats import services as seats
from backend.shared import base32
from backend.team.roles import Role
from tests.factories.announcements import make_announcement
from tests.factories.events import make_event
from tests.factories.guest_requests import make_request
from tests.factories.jobs import make_job
from tests.factories.kiosks import make_kiosk
from tests.factories.messages import make_message
from tests.factories.registrations import make_registration
from tests.factories.sessions import make_session
from tests.factories.team import make_invitation, make_member

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
    message: str
    announcement: str
    asked: str
    session: str

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
            "request_id": self.asked,
            "kind": "FOOD",
            "channel": "EMAIL",
            "token": "not-made-here",
            "announcement_id": self.announcement,
            "session_id": self.session,
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


def an_agenda(place: Place) -> SimpleUploadedFile:
    start = f"{place.event.starts_at + timedelta(hours=1):%Y-%m-%d %H:%M}+00:00"
    end = f"{place.event.starts_at + timedelta(hours=2):%Y-%m-%d %H:%M}+00:00"
    return SimpleUploadedFile("agenda.csv", f"Title,Start,End\nStolen,{start},{end}\n".encode())


def undo(place: Place) -> dict[str, Any]:
    return {"guest": place.admitted.guest, "scan_id": place.admitted.admitted_scan}


def sign_up(_place: Place) -> dict[str, Any]:
    return {"name": "Nadia New", "email": "nadia@example.com"}


def device(_place: Place) -> dict[str, Any]:
    return {
        "name": "Stolen 1",
        "gate": "Side door",
        "mode": "STAFFED",
        "speed": "express",
        "version": "1",
    }


def kinds(_place: Place) -> dict[str, Any]:
    posted = {"version": "0", "kinds": [kind.key for kind in BUILT_IN]}
    for kind in BUILT_IN:
        given = {"key": kind.key, "name": kind.name, "target_minutes": "5", "most_open": "1"}
        posted |= {f"kinds-{kind.key}-{part}": value for part, value in given.items()}
    return posted


def session(place: Place) -> dict[str, Any]:
    start = place.event.starts_at.astimezone(ZoneInfo(place.event.time_zone))
    hours = {"starts_at": start + timedelta(hours=1), "ends_at": start + timedelta(hours=2)}
    times = {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in hours.items()}
    return {"title": "Stolen", **times, "notice_minutes": "10", "version": "1"}


def wording(_place: Place) -> dict[str, Any]:
    return {"audience": "CONFIRMED", "subject": "Stolen", "text": "Stolen", "version": "1"}


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
    "public:session": ANYONE,
    "public:calendar": ANYONE,
    "public:register": Row("guest", sign_up),
    "public:give-up": OWN,
    "public:my-tickets": OWN,
    "public:ticket": OWN,
    "public:resend": OWN,
    "public:profile": Row("guest", lambda _place: {"name": "Ada"}),
    "public:unsubscribe": ANYONE,
    "organiser:events": OWN,
    "organiser:event-new": Row("guest", lambda _place: TYPED),
    "organiser:overview": Row("desk"),
    "organiser:numbers": Row("desk"),
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
    "organiser:announce": Row("organiser"),
    "organiser:announcement-new": Row("organiser", wording),
    "organiser:announcement": Row("organiser"),
    "organiser:announcement-edit": Row("organiser", wording),
    "organiser:announcement-test": Row("organiser"),
    "organiser:announcement-send": Row("organiser", lambda _place: {"version": "1"}),
    "organiser:job-pause": Row("organiser"),
    "organiser:messages": Row("desk"),
    "organiser:quiet-hours": Row("organiser", lambda _place: {"since": "22:00", "until": "07:00"}),
    "organiser:message-again": Row("organiser", lambda place: {"key": place.message}),
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
            "kiosk:device",
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
            "kiosk:device-self",
            "kiosk:device-self-scans",
            "kiosk:device-unlock",
        ),
        DEVICE,
    ),
    "organiser:kiosks": Row("organiser"),
    "organiser:kiosk-new": Row("organiser", device),
    "organiser:kiosk": Row("organiser", device),
    "organiser:kiosk-pair": Row("organiser"),
    "organiser:kiosk-revoke": Row("organiser"),
    "organiser:scans": Row("desk"),
    "organiser:requests": Row("floor"),
    "organiser:request-claim": Row("floor"),
    "organiser:request-fulfil": Row("floor"),
    "organiser:request-release": Row("floor"),
    "organiser:request-recall": Row("floor"),
    "organiser:request-decline": Row("floor", lambda _place: {"reason": "Stolen"}),
    "organiser:request-kinds": Row("organiser", kinds),
    "organiser:request-notices": Row("floor", lambda _place: {"channel": "PIGEON"}),
    "organiser:request-notices-stop": Row("floor"),
    "organiser:agenda": Row("desk"),
    "organiser:session-new": Row("organiser", session),
    "organiser:agenda-csv": Row("desk"),
    "organiser:agenda-ics": Row("desk"),
    "organiser:agenda-import": Row("organiser", lambda place: {"file": an_agenda(place)}),
    "organiser:agenda-rules": Row("organiser", lambda _place: {"most_bookings": "1"}),
    "organiser:session": Row("organiser", session),
    "organiser:session-copy": Row("organiser"),
    "organiser:session-move": Row("organiser", lambda _place: {"version": "1", "room": "Hall B"}),
    "organiser:session-cancel": Row("organiser", lambda _place: {"version": "1"}),
    "organiser:session-guests": Row("desk"),
    "organiser:session-remove": Row("organiser", lambda _place: {"version": "1"}),
    "public:session-book": OWN,
    "public:session-give-up": OWN,
    "public:my-sessions": OWN,
    "public:my-sessions-calendar": OWN,
    "public:my-requests": OWN,
    "public:ask": Row("guest", lambda _place: {"request_id": "stolen-1"}),
    "public:request-cancel": OWN,
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
        asked=make_request(
            event_id=event.uuid, request_id=base32.encode(secrets.token_bytes(15))
        ).request_id,
        message=make_message(event_id=event.uuid, status=NotificationStatus.FAILED).key,
        announcement=make_announcement(event_id=event.uuid).announcement_id,
        session=make_session(event).session_id,
    )


def make_export(event_id: str) -> str:
    """A job that left a file."""
    job = make_job(
        event_id=event_id, created_at=datetime.now(UTC), result={"downloads": {FILE: FILE}}
    )
    file_store.put(job.job_id, FILE, b"name", content_type="text/csv")
    return job.job_id
