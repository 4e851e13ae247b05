"""How many stand where: confirmed, waiting, canceled; and the mails that an import does without."""

import pytest

from backend.activity import queries as activity
from backend.handlers import registrations_stream
from backend.registrations import mails
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus as S
from tests.factories.registrations import make_registration
from tests.support.meetups import Meetup, mail_of, open_meetup

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def meetup() -> Meetup:
    return open_meetup()


def guest_of(meetup: Meetup, **values) -> Registration:
    return make_registration(event_id=meetup.event.uuid, **values)


def put_as(registration: Registration, **values) -> None:
    for name, value in values.items():
        setattr(registration, name, value)
    registration.save()


def standing(meetup: Meetup) -> tuple[int, int, int, int]:
    registrations_stream.handler({"Records": meetup.records()}, None)
    found = activity.totals(event_id=meetup.event.uuid, shards=meetup.event.shards)
    return found.everybody, found.confirmed, found.waiting, found.given_up


def test_everybody_stands_in_one_place_wherever_they_go(meetup: Meetup):
    ada = guest_of(meetup, user_email="ada@example.com", status=S.WAITLISTED)
    guest_of(meetup, user_email="bob@example.com")
    assert standing(meetup) == (2, 1, 1, 0)

    put_as(ada, status=S.CONFIRMED)
    assert standing(meetup) == (2, 2, 0, 0)

    put_as(ada, status=S.CANCELED)
    assert standing(meetup) == (2, 1, 0, 1)

    put_as(ada, status=S.WAITLISTED)
    assert standing(meetup) == (2, 1, 1, 0)


def test_tombstone_stands_nowhere(meetup: Meetup):
    guest_of(meetup, status=S.TOMBSTONE)

    assert standing(meetup) == (0, 0, 0, 0)


def test_quiet_import_sends_no_ticket_and_a_later_one_does(meetup: Meetup):
    ada = guest_of(meetup, quiet=True)
    standing(meetup)
    assert mail_of(mails.CONFIRMED, ada) is None

    put_as(ada, ticket_no="another-ticket")
    standing(meetup)
    assert mail_of(mails.CONFIRMED, ada) is not None
