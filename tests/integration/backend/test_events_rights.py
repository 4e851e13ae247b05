"""Who may change an event: each service against each wrong actor, and nothing written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.events import services
from backend.events.errors import EventForbidden, EventNotFound
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.shared.actor import VISITOR, Actor
from backend.team.roles import Role
from tests.factories.events import NOON, build_details, make_event
from tests.factories.team import make_member
from tests.factories.users import a_user, an_administrator

pytestmark = pytest.mark.usefixtures("tables")
S = EventStatus
LATER = NOON + timedelta(minutes=5)


def stored(event: Event) -> dict[str, Any]:
    return Event.fetch(event.uuid).attribute_values


ACTIONS: dict[str, Callable[[Event, Actor], Any]] = {
    "edit": lambda event, actor: services.edit_event(
        event_id=event.uuid, details=build_details(), version=1, actor=actor, now=LATER
    ),
    "publish": lambda event, actor: services.publish_event(
        event_id=event.uuid, actor=actor, now=LATER
    ),
    "cancel": lambda event, actor: services.cancel_event(
        event_id=event.uuid, actor=actor, now=LATER
    ),
    "finish": lambda event, actor: services.finish_event(
        event_id=event.uuid, actor=actor, now=LATER
    ),
    "archive": lambda event, actor: services.archive_event(
        event_id=event.uuid, actor=actor, now=LATER
    ),
    "copy": lambda event, actor: services.copy_event(event_id=event.uuid, actor=actor, now=LATER),
    "offer_banner": lambda event, actor: services.offer_banner(
        event_id=event.uuid, content_type="image/png", actor=actor, now=LATER
    ),
    "attach_banner": lambda event, actor: services.attach_banner(
        event_id=event.uuid, key="uploads/x", actor=actor, now=LATER
    ),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("actor", [VISITOR, a_user("user-nobody")])
def test_strangers_do_not_find_a_draft(action, actor):
    event = make_event(status=S.DRAFT)
    before = stored(event)

    with pytest.raises(EventNotFound):
        ACTIONS[action](event, actor)

    assert stored(event) == before


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("user_id", "role"), [("user-nobody", None), ("user-d", Role.DESK), ("user-f", Role.FLOOR)]
)
def test_who_does_not_organise_changes_nothing(action, user_id, role):
    event = make_event()
    before = stored(event)
    if role:
        make_member(event_id=event.uuid, member=user_id, role=role)

    with pytest.raises(EventForbidden):
        ACTIONS[action](event, a_user(user_id))

    assert stored(event) == before


def test_an_organiser_edits_but_does_not_cancel():
    event = make_event()
    make_member(event_id=event.uuid, member="user-omar", role=Role.ORGANISER)
    omar = a_user("user-omar")

    assert ACTIONS["edit"](event, omar).changed_by == "USER:user-omar"
    with pytest.raises(EventForbidden):
        ACTIONS["cancel"](event, omar)


def test_an_administrator_cancels_any_event():
    assert ACTIONS["cancel"](make_event(), an_administrator()).status is S.CANCELED


@pytest.mark.parametrize("action", ACTIONS)
def test_an_unknown_event_is_not_found(action):
    event = make_event(status=S.DRAFT)
    event.delete()

    with pytest.raises(EventNotFound):
        ACTIONS[action](event, an_administrator())
