"""Short words for who waits, is promoted and moved."""

from backend.registrations import services
from backend.registrations.models import Registration
from tests.factories.events import NOON
from tests.support.registering import OLGA, open_event, register


def list_event(capacity: int | None = 1, **values):
    """A published event with its seats and a waiting list."""
    return open_event(capacity=capacity, **{"waiting_list": True} | values)


def queue_up(event, *names: str, at=NOON) -> list[Registration]:
    """Several people register one after the other; the later ones wait longer less."""
    return [register(event, name, now=at).registration for name in names]


def promote_waiting(event, at=NOON, **values) -> int:
    return services.promote_waiting(event_id=event.uuid, now=at, **values)


def promote(registration, *, version=None, actor=OLGA, at=NOON) -> Registration:
    return services.promote_guest(
        event_id=registration.event_id,
        guest=registration.guest,
        version=registration.version if version is None else version,
        actor=actor,
        now=at,
    )


def move(registration, *, version=None, actor=OLGA, at=NOON) -> Registration:
    return services.move_to_waiting_list(
        event_id=registration.event_id,
        guest=registration.guest,
        version=registration.version if version is None else version,
        actor=actor,
        now=at,
    )


def cancel(registration, *, actor=OLGA, at=NOON) -> Registration:
    return services.cancel_guest(
        event_id=registration.event_id,
        guest=registration.guest,
        version=Registration.fetch(registration.shard, registration.guest).version,
        actor=actor,
        now=at,
    )


def change_email(registration, email="new@example.com", *, version=None, actor=OLGA, at=NOON):
    return services.change_email(
        event_id=registration.event_id,
        guest=registration.guest,
        version=registration.version if version is None else version,
        email=email,
        actor=actor,
        now=at,
    )
