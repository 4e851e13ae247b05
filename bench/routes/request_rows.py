"""The rows of guest requests."""

from typing import Any, NamedTuple

from backend.events.models import Event
from bench.routes.rows import TOO_FEW, Pair, row
from bench.routes.world import Ask, Refused, World
from tests.factories.guest_requests import offer

WISH = {"kind": "FOOD", "text": "By the window"}


class _Asked(NamedTuple):
    """Where a guest has asked for something, and who is there."""

    path: str
    request_id: str
    owner: dict[str, Any]
    guest: dict[str, Any]


def _asked(world: World, *before: str) -> _Asked:
    """A request with which the owner has done these steps."""
    owner, guest = world.person(), world.person()
    event_id = world.event(owner)
    world.place(event_id, guest)
    offer(Event.fetch(event_id))
    path = f"/events/{event_id}/requests"
    request_id = world.send("POST", Ask(path, WISH, guest)).body["requestId"]
    for step in before:
        assert world.send("POST", Ask(f"{path}/{request_id}/{step}", by=owner)).status == 200
    return _Asked(path, request_id, owner, guest)


def _step(world: World, step: str, *before: str, body: Any = None) -> Pair:
    asked, other = _asked(world, *before), _asked(world, *before)
    path = f"{asked.path}/{asked.request_id}/{step}"
    elsewhere = f"{other.path}/{other.request_id}/{step}"
    return Ask(path, body, asked.owner), Refused(elsewhere, body, world.person())


@row("POST", "/events/{eventId}/requests")
def ask_staff(world: World) -> Pair:
    asked = _asked(world)
    return Ask(asked.path, WISH, asked.guest), Refused(asked.path, WISH, world.person())


@row("GET", "/me/requests")
def list_my_requests(world: World) -> Pair:
    asked = _asked(world)
    return Ask("/me/requests", by=asked.guest), Refused(
        "/me/requests", by=asked.guest, query=TOO_FEW
    )


@row("DELETE", "/me/requests/{requestId}")
def cancel_my_request(world: World) -> Pair:
    asked = _asked(world)
    path = f"/me/requests/{asked.request_id}"
    return Ask(path, by=asked.guest), Refused(path, by=asked.owner)


@row("GET", "/events/{eventId}/queues/{kind}")
def show_queue(world: World) -> Pair:
    asked = _asked(world, "claim")
    path = asked.path.replace("/requests", "/queues/FOOD")
    return Ask(path, by=asked.owner), Refused(path, by=asked.guest)


@row("POST", "/events/{eventId}/requests/{requestId}/claim")
def claim_request(world: World) -> Pair:
    return _step(world, "claim")


@row("POST", "/events/{eventId}/requests/{requestId}/fulfil")
def fulfil_request(world: World) -> Pair:
    return _step(world, "fulfil", "claim")


@row("POST", "/events/{eventId}/requests/{requestId}/release")
def release_request(world: World) -> Pair:
    return _step(world, "release", "claim")


@row("POST", "/events/{eventId}/requests/{requestId}/recall")
def recall_request(world: World) -> Pair:
    return _step(world, "recall", "claim", "fulfil")


@row("POST", "/events/{eventId}/requests/{requestId}/decline")
def decline_request(world: World) -> Pair:
    return _step(world, "decline", body={"reason": "The kitchen is closed."})
