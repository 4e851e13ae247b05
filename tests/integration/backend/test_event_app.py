"""The event app's lists where they are long, without the gateway."""

from ulid import ULID

from backend.events.api.event_app import list_events_user_created
from backend.events.api.event_app_shapes import OwnerQuery
from backend.registrations import services as registrations
from backend.registrations.event_app import AttendedQuery, list_events_user_registered_to
from tests.factories.events import NOON, make_event
from tests.factories.users import a_user
from tests.support.registering import open_event

MANY = 105


def test_more_than_a_hundred_registrations_do_not_break_the_list(tables):
    ada = a_user(str(ULID()).lower())
    events = [open_event(capacity=None) for _ in range(MANY)]
    for event in events:
        registrations.register(event_id=event.uuid, name="Ada", actor=ada, now=NOON)

    answer = list_events_user_registered_to(
        query=AttendedQuery(user_email=ada.email), actor=ada, now=NOON
    )

    listed = [item.uuid for item in answer.root.events]
    assert sorted(listed) == sorted(event.uuid for event in events)


def test_more_than_a_hundred_own_events_are_listed(tables):
    ada = a_user(str(ULID()).lower())
    events = [make_event(creator_id=ada.user_id) for _ in range(MANY)]

    answer = list_events_user_created(query=OwnerQuery(user_email=ada.email), actor=ada)

    assert sorted(item.uuid for item in answer.events) == sorted(one.uuid for one in events)
    assert {item.creator for item in answer.events} == {ada.email}
