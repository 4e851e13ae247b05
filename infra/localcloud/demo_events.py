"""The demo's events: one today with forty guests, one last month, a full one next month."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO

import boto3
from ulid import ULID

from backend.checkin import services as checkin
from backend.events import queries, services
from backend.events.details import EventDetails
from backend.events.kinds import Category, Visibility
from backend.events.models import Event
from backend.events.questions import Question, QuestionKind, questions_of
from backend.guest_requests import services as guest_requests
from backend.guest_requests.kinds import BUILT_IN
from backend.registrations import queries as guest_list
from backend.registrations import services as registrations
from backend.registrations import tickets
from backend.shared.actor import Actor
from backend.team import services as team
from backend.team.roles import Role

ZONE = "Europe/Vienna"
LUNCH = Question(
    kind=QuestionKind.CHOICE,
    label="What would you like for lunch?",
    choices=("Käsespätzle", "Lentil soup (vegan)", "Nothing, thank you"),
    required=True,
)
PICTURES = Question(kind=QuestionKind.CONSENT, label="I may be seen on pictures of the day.")
GATES = ("North foyer", "South entrance")
NAMES = (
    "Åsa Ångström", "Bo Li", "李小龍", "Siân O’Shaughnessy-Llewellyn", "Nguyễn Thị Minh Khai",
    "Željko Đorđević", "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe",
    "Francesca dell’Acqua", "Jean-Luc Ngata", "Ólafur Þórðarson", "Zoë van der Berg",
    "Patrick O'Brien-Smith", "Amina Yusuf", "Grace Hopper", "Alan Turing", "Katherine Johnson",
    "Radia Perlman", "Edsger Dijkstra", "Barbara Liskov", "Donald Knuth", "Margaret Hamilton",
    "Dennis Ritchie", "Frances Allen", "Ken Thompson", "Hedy Lamarr", "Tim Berners-Lee",
    "Shafi Goldwasser", "Leslie Lamport", "Adele Goldberg", "John Backus", "Lynn Conway",
    "Tony Hoare", "Jean Bartik", "Niklaus Wirth", "Mary Jackson", "Guido Rossi", "Evelyn Boyd",
    "Ivan Sutherland", "Annie Easley", "محمد علي",
)  # fmt: skip


def seed_events(*, organiser: Actor, volunteer: Actor, guest: Actor, now: datetime) -> None:
    """Make each of the three that is not there; a new one for today on another day."""
    there = queries.list_created_by(actor=organiser, limit=100).items
    if not any(event.starts_at <= now < event.ends_at for event in there):
        _today(organiser, volunteer, guest, now)
    if not any(event.ends_at < now - timedelta(days=14) for event in there):
        _last_month(organiser, volunteer, now)
    if not any(event.starts_at > now for event in there):
        _next_month(organiser, volunteer, now)


def _today(organiser: Actor, volunteer: Actor, guest: Actor, now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    event = _published(
        organiser,
        now,
        title="Alpine Python Day",
        description=(
            "A day on **Python in production**: packaging, data, the web, and the machines it "
            "runs on.\n\n- Doors open an hour before the first talk\n- Lunch on the terrace\n"
            "- Childcare on site"
        ),
        starts_at=hour - timedelta(hours=1),
        ends_at=hour + timedelta(hours=9),
        admission_opens_at=hour - timedelta(hours=2),
        admission_closes_at=hour + timedelta(hours=8),
        reentry=True,
        location="Congress Innsbruck, Rennweg 3, 6020 Innsbruck",
        category=Category.CONFERENCE,
        capacity=60,
        questions=(LUNCH, PICTURES),
        banner=True,
    )
    _volunteer(event, organiser, volunteer, now)
    lunch, pictures = (question.id for question in questions_of(event))
    registrations.register(
        event_id=event.uuid,
        name=guest.name,
        answers={lunch: LUNCH.choices[0], pictures: True},
        actor=guest,
        now=now,
    )
    meals = [{lunch: choice} for choice in LUNCH.choices]
    _guests(event, organiser, NAMES[:39], now, answers=meals)
    _arrivals(event, organiser, volunteer, count=13, first=now - timedelta(minutes=50))
    _requests(event, organiser, guest, now)


def _requests(event: Event, organiser: Actor, guest: Actor, now: datetime) -> None:
    """What can be asked for; the guest waits for two things, one of them for too long."""
    choices = {"FOOD": LUNCH.choices[:2], "BEVERAGE": ("Water", "Coffee", "Elderflower spritzer")}
    kinds = [replace(kind, enabled=True, options=choices.get(kind.key, ())) for kind in BUILT_IN]
    guest_requests.save_kinds(event_id=event.uuid, kinds=kinds, version=0, actor=organiser, now=now)
    ask = partial(guest_requests.ask, event_id=event.uuid, actor=guest)
    ask(kind="HELP", text="A chair in the second row, please.", now=now - timedelta(minutes=8))
    ask(kind="BEVERAGE", option="Coffee", text="With oat milk", now=now - timedelta(minutes=2))


def _last_month(organiser: Actor, volunteer: Actor, now: datetime) -> None:
    day = now.replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(days=30)
    before = day - timedelta(days=10)
    event = _published(
        organiser,
        before,
        title="Evening on queues that do not lie",
        description="Three short talks and a long discussion.",
        starts_at=day,
        ends_at=day + timedelta(hours=3),
        location="Werkstätte Wattens",
        category=Category.MEETUP,
        capacity=25,
    )
    _volunteer(event, organiser, volunteer, before)
    _guests(event, organiser, NAMES[:22], before, mailed=False)
    _arrivals(event, organiser, volunteer, count=17, first=day - timedelta(minutes=20))
    services.finish_event(event_id=event.uuid, actor=organiser, now=day + timedelta(hours=4))


def _next_month(organiser: Actor, volunteer: Actor, now: datetime) -> None:
    day = now.replace(hour=17, minute=30, second=0, microsecond=0) + timedelta(days=30)
    event = _published(
        organiser,
        now,
        title="Kammermusik im Stadel: Schubert, Saariaho und ein sehr langer Abend",
        description="Werke für Streichquintett. Die Pause ist lang, das Buffet auch.",
        starts_at=day,
        ends_at=day + timedelta(hours=4),
        location="Stadel, Hall in Tirol",
        category=Category.CONCERT,
        capacity=6,
    )
    _volunteer(event, organiser, volunteer, now)
    _guests(event, organiser, NAMES[5:14], now, mailed=False)  # three of them wait


def _published(organiser: Actor, now: datetime, *, banner: bool = False, **facts: object) -> Event:
    details = EventDetails(time_zone=ZONE, visibility=Visibility.PUBLIC, **facts)  # type: ignore[arg-type]
    event = services.create_event(details=details, actor=organiser, now=now)
    if banner:
        key = f"uploads/{event.uuid}/{ULID()}.png"
        s3 = boto3.client("s3")
        s3.put_object(
            Bucket=os.environ["MEDIA_BUCKET"], Key=key, Body=_landscape(), ContentType="image/png"
        )
        services.attach_banner(event_id=event.uuid, key=key, actor=organiser, now=now)
    return services.publish_event(event_id=event.uuid, actor=organiser, now=now)


def _volunteer(event: Event, organiser: Actor, volunteer: Actor, now: datetime) -> None:
    team.add_member(
        event_id=event.uuid,
        user_id=volunteer.user_id,
        name=volunteer.name,
        role=Role.DESK,
        actor=organiser,
        now=now,
    )


def _guests(
    event: Event,
    organiser: Actor,
    names: Sequence[str],
    now: datetime,
    *,
    mailed: bool = True,
    answers: Sequence[Mapping[str, object]] = ({},),
) -> None:
    for number, name in enumerate(names):
        registrations.add_guest(
            event_id=event.uuid,
            name=name,
            email=f"guest{number + 1}@example.org" if mailed else None,
            answers=answers[number % len(answers)],
            actor=organiser,
            now=now,
        )


def _arrivals(
    event: Event, organiser: Actor, volunteer: Actor, *, count: int, first: datetime
) -> None:
    """Some are in already, a few minutes apart; organisers read the tickets off the list."""
    page = guest_list.list_for_event(event_id=event.uuid, actor=organiser, limit=count, now=first)
    for number, registration in enumerate(page.items):
        moment = first + timedelta(minutes=3 * number)
        checkin.admit(
            event_id=event.uuid,
            ticket=tickets.issue(registration),
            scan_id=str(ULID.from_datetime(moment)),
            gate=GATES[number % 2],
            actor=volunteer,
            now=moment,
        )


def _landscape() -> bytes:
    """A banner of our own: ridges under a low sun, 1600 × 420."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (1600, 420), "#E3EFF0")
    draw = ImageDraw.Draw(image)
    draw.ellipse((1080, 50, 1180, 150), fill="#F2B134")
    ridges = (
        ("#A7C5C9", [(0, 300), (230, 150), (420, 260), (700, 80), (900, 230), (1200, 120),
                     (1400, 250), (1600, 140)]),
        ("#6A9BA0", [(0, 350), (260, 240), (520, 330), (800, 200), (1060, 340), (1340, 230),
                     (1600, 330)]),
        ("#0F5E66", [(0, 400), (420, 330), (840, 400), (1180, 340), (1600, 395)]),
    )  # fmt: skip
    for colour, ridge in ridges:
        draw.polygon([*ridge, (1600, 420), (0, 420)], fill=colour)
    content = BytesIO()
    image.save(content, "PNG", optimize=True)
    return content.getvalue()
