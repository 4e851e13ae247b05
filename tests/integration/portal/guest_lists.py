"""Guests of an event, as tests of the organiser's list make and read them."""

from datetime import UTC, datetime, timedelta

from django.test import Client

from backend.events.models import Event
from backend.events.questions import Question, QuestionKind
from backend.registrations import guests, services
from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.shared.actor import SYSTEM
from tests.factories.events import make_event
from tests.factories.registrations import make_registration

QUESTIONS = [
    Question(id="food", kind=QuestionKind.CHOICE, label="Food?", choices=("Meat", "None")),
    Question(id="years", kind=QuestionKind.NUMBER, label="Years?", required=True),
    Question(id="photos", kind=QuestionKind.CONSENT, label="Photos?"),
]


def asking_event() -> Event:
    """An event in an hour with two seats, a waiting list and questions."""
    now = datetime.now(UTC)
    event = make_event(
        starts_at=now + timedelta(hours=1),
        capacity=2,
        waiting_list=True,
        questions=[question.to_document() for question in QUESTIONS],
    )
    seats.open_pool(pool=event.uuid, capacity=2, now=now)
    return event


def guest_of(event, name, **values) -> Registration:
    email = f"g{abs(hash(name))}@example.com"
    return make_registration(
        **{"event_id": event.uuid, "user_email": email, "name": name, **values}
    )


def named(response) -> list[str]:
    return [one.name for one in response.context["trail"].items]


def everybody(event) -> list[Registration]:
    shard = guests.name_shards_of(event.uuid, shards=1)[0]
    entries = Registration.list_by_name(shard, prefix="", after=None, limit=100).items
    return Registration.find_many([(entry.shard, entry.guest) for entry in entries])


def list_of(event) -> str:
    return f"/o/e/{event.uuid}/registrations"


def add(event: Event, name: str, email: str | None = None) -> Registration:
    return services.add_guest(
        event_id=event.uuid, name=name, email=email, actor=SYSTEM, now=datetime.now(UTC)
    ).registration


def page_of(guest: Registration) -> str:
    return f"/o/e/{guest.event_id}/registrations/{guest.guest}"


def stored(guest: Registration) -> Registration:
    return Registration.fetch(guest.shard, guest.guest)


def press(client: Client, guest: Registration, what: str, version: int = 1):
    headers = {"Referer": f"http://testserver{page_of(guest)}"}
    form = {"version": str(version)}
    return client.post(f"{page_of(guest)}/{what}", form, headers=headers, follow=True)
