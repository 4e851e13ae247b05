"""A row of each route: what is asked so that it is served, and so that it is refused."""

from collections.abc import Callable
from typing import Any

from bench.routes.world import Ask, Refused, World
from tests.factories.events import new_event_id
from tests.support.api import PASSWORD
from tests.support.event_app import new_event

Pair = tuple[Ask, Refused | None]
Row = Callable[[World], Pair]
ROWS: dict[tuple[str, str], Row] = {}
TOO_FEW = {"limit": "0"}
TITLE = {"title": "Harbour Conference", "capacity": 50, "timeZone": "Europe/Berlin"}
TIMES = {"startsAt": "2030-05-01T12:00:00Z", "endsAt": "2030-05-01T18:00:00Z"}


def row(method: str, path: str) -> Callable[[Row], Row]:
    """The decorated function makes the row of this route."""

    def register(make: Row) -> Row:
        ROWS[method, path] = make
        return make

    return register


@row("GET", "/health")
def health(_: World) -> Pair:
    return Ask("/health"), None


# Accounts


@row("POST", "/register")
def sign_up(_: World) -> Pair:
    email = f"{new_event_id()}@example.org"
    good = {"email": email, "password": PASSWORD, "name": "Ada Byron"}
    return Ask("/register", good), Refused("/register", good | {"password": "short"})


@row("POST", "/confirm")
def confirm(world: World) -> Pair:
    first, second = world.signed_up(), world.signed_up()
    bad = {"email": second, "code": "999999"}
    return Ask("/confirm", {"email": first, "code": "123456"}), Refused("/confirm", bad)


@row("POST", "/resend-code")
def resend_code(world: World) -> Pair:
    return Ask("/resend-code", {"email": world.signed_up()}), Refused("/resend-code", {})


@row("POST", "/login")
def log_in(world: World) -> Pair:
    good = {"email": world.account().email, "password": PASSWORD}
    return Ask("/login", good), Refused("/login", good | {"password": "Wrong-Horse-7"})


@row("POST", "/refresh")
def refresh(world: World) -> Pair:
    good = {"refreshToken": world.account().refresh_token}
    return Ask("/refresh", good), Refused("/refresh", {"refreshToken": "nonsense"})


@row("POST", "/logout")
def log_out(world: World) -> Pair:
    return Ask("/logout", {"refreshToken": world.account().refresh_token}), Refused("/logout", {})


@row("POST", "/forgot-password")
def forgot_password(world: World) -> Pair:
    good = {"email": world.account().email}
    return Ask("/forgot-password", good), Refused("/forgot-password", {})


@row("POST", "/reset-password")
def reset_password(world: World) -> Pair:
    email = world.account().email
    world.send("POST", Ask("/forgot-password", {"email": email}))
    good = {"email": email, "code": "654321", "password": PASSWORD}
    other = good | {"email": world.account().email, "code": "999999"}
    return Ask("/reset-password", good), Refused("/reset-password", other)


# Events


@row("GET", "/events")
def list_events(world: World) -> Pair:
    world.event()
    return Ask("/events"), Refused("/events", query=TOO_FEW)


@row("POST", "/events")
def create_event(world: World) -> Pair:
    owner = world.person()
    return Ask("/events", TITLE | TIMES, owner), Refused("/events", {}, owner)


@row("GET", "/events/{eventId}")
def show_event(world: World) -> Pair:
    return Ask(f"/events/{world.event()}"), Refused(f"/events/{new_event_id()}")


@row("PUT", "/events/{eventId}")
def edit_event(world: World) -> Pair:
    owner = world.person()
    path, body = f"/events/{_draft(world, owner)}", TITLE | TIMES | {"version": 1}
    return Ask(path, body, owner), Refused(path, body, owner)


@row("DELETE", "/events/{eventId}")
def cancel_event(world: World) -> Pair:
    owner = world.person()
    return (
        Ask(f"/events/{world.event(owner)}", by=owner),
        Refused(f"/events/{world.event()}", by=owner),
    )


@row("POST", "/events/{eventId}/publish")
def publish_event(world: World) -> Pair:
    owner = world.person()
    return (
        Ask(f"/events/{_draft(world, owner)}/publish", by=owner),
        Refused(f"/events/{_draft(world, world.person())}/publish", by=owner),
    )


@row("POST", "/events/{eventId}/banner")
def offer_banner(world: World) -> Pair:
    owner, body = world.person(), {"contentType": "image/png"}
    return (
        Ask(f"/events/{world.event(owner)}/banner", body, owner),
        Refused(f"/events/{world.event()}/banner", body, owner),
    )


@row("GET", "/me/events")
def list_my_events(world: World) -> Pair:
    owner = world.person()
    world.event(owner)
    return Ask("/me/events", by=owner), Refused("/me/events", by=owner, query=TOO_FEW)


def _draft(world: World, owner: dict[str, Any]) -> str:
    made = world.send("POST", Ask("/events", TITLE | TIMES, owner)).body
    return str(made["eventId"])


# Registrations and the door


@row("POST", "/events/{eventId}/registrations")
def register_for_event(world: World) -> Pair:
    return (
        Ask(f"/events/{world.event()}/registrations", {}, world.person()),
        Refused(f"/events/{world.full_event()}/registrations", {}, world.person()),
    )


@row("GET", "/events/{eventId}/registrations")
def list_registrations(world: World) -> Pair:
    owner, guest = world.person(), world.person()
    event_id = world.event(owner)
    world.place(event_id, guest)
    path = f"/events/{event_id}/registrations"
    return Ask(path, by=owner), Refused(path, by=guest)


@row("GET", "/events/{eventId}/registrations/me")
def show_my_registration(world: World) -> Pair:
    guest = world.person()
    path = f"/events/{_with_place(world, guest)}/registrations/me"
    return Ask(path, by=guest), Refused(path, by=world.person())


@row("DELETE", "/events/{eventId}/registrations/me")
def cancel_my_registration(world: World) -> Pair:
    guest = world.person()
    path = f"/events/{_with_place(world, guest)}/registrations/me"
    return Ask(path, by=guest), Refused(path, by=world.person())


@row("GET", "/me/registrations")
def list_my_registrations(world: World) -> Pair:
    guest = world.person()
    _with_place(world, guest)
    path = "/me/registrations"
    return Ask(path, by=guest), Refused(path, by=guest, query=TOO_FEW)


@row("POST", "/events/{eventId}/scans")
def admit(world: World) -> Pair:
    owner = world.person()
    event_id = world.event(owner)
    ticket = world.place(event_id, world.person())["ticket"]
    path, body = f"/events/{event_id}/scans", {"ticket": ticket, "scanId": "s-1"}
    return Ask(path, body, owner), Refused(path, body, world.person())


def _with_place(world: World, guest: dict[str, Any]) -> str:
    event_id = world.event()
    world.place(event_id, guest)
    return event_id


# Users and profiles


@row("GET", "/users")
def list_users(world: World) -> Pair:
    return Ask("/users", by=_chief(world)), Refused("/users", by=world.person())


@row("POST", "/users")
def add_user(world: World) -> Pair:
    body = {"name": "Eve"}
    return Ask("/users", body, _chief(world)), Refused("/users", body, world.person())


@row("GET", "/users/{userid}")
def show_user(world: World) -> Pair:
    path = f"/users/{_added(world)}"
    return Ask(path, by=_chief(world)), Refused(path, by=world.person())


@row("PUT", "/users/{userid}")
def change_user(world: World) -> Pair:
    path, body = f"/users/{_added(world)}", {"name": "Eva"}
    return Ask(path, body, _chief(world)), Refused(path, body, world.person())


@row("DELETE", "/users/{userid}")
def delete_user(world: World) -> Pair:
    path = f"/users/{_added(world)}"
    return Ask(path, by=_chief(world)), Refused(path, by=world.person())


@row("POST", "/profiles")
def put_profile(world: World) -> Pair:
    person = world.person()
    return Ask("/profiles", {"name": "Pia"}, person), Refused("/profiles", {}, person)


@row("GET", "/profiles/{id}")
def show_profile(world: World) -> Pair:
    person = world.person()
    world.send("POST", Ask("/profiles", {"name": "Pia"}, person))
    path = f"/profiles/{person['sub']}"
    return Ask(path, by=person), Refused(path, by=world.person())


@row("POST", "/user/profile")
def put_document(world: World) -> Pair:
    person = world.person()
    return Ask("/user/profile", {"likes": 1.5}, person), Refused("/user/profile", [], person)


@row("GET", "/user/profile")
def show_document(world: World) -> Pair:
    person = world.person()
    world.send("POST", Ask("/user/profile", {"likes": 1.5}, person))
    return Ask("/user/profile", by=person), Refused("/user/profile", by=world.person())


def _chief(world: World) -> dict[str, Any]:
    return world.person("apiAdmins")


def _added(world: World) -> str:
    answer = world.send("POST", Ask("/users", {"name": "Eve"}, _chief(world)))
    return str(answer.body["userid"])


# The older event app


@row("POST", "/create-event")
def create_published_event(world: World) -> Pair:
    owner = world.person()
    return Ask("/create-event", new_event(), owner), Refused("/create-event", {}, owner)


@row("GET", "/get-events")
def get_events(world: World) -> Pair:
    world.event()
    return Ask("/get-events"), Refused("/get-events", query=TOO_FEW)


@row("GET", "/get-events-that-user-created")
def get_created(world: World) -> Pair:
    owner = world.person()
    world.event(owner)
    return _of_oneself("/get-events-that-user-created", owner, world.person())


@row("GET", "/get-events-that-user-registered-to")
def get_registered_to(world: World) -> Pair:
    guest = world.person()
    _with_place(world, guest)
    return _of_oneself("/get-events-that-user-registered-to", guest, world.person())


@row("POST", "/register-user-to-event")
def register_by_the_older_app(world: World) -> Pair:
    guest, path = world.person(), "/register-user-to-event"
    body = {"event_uuid": world.event(), "user_email": guest["email"]}
    return Ask(path, body, guest), Refused(path, body | {"event_uuid": world.full_event()}, guest)


def _of_oneself(path: str, person: dict[str, Any], other: dict[str, Any]) -> Pair:
    query = {"user_email": person["email"]}
    return Ask(path, by=person, query=query), Refused(path, by=other, query=query)
