from datetime import timedelta

import pytest

from backend.events.errors import SignInNeeded
from backend.events.states import EventStatus
from backend.registrations import policies
from backend.registrations.errors import (
    EmailNotVerified,
    NotCancelable,
    NotMovable,
    NotWaiting,
    RegistrationClosed,
)
from backend.registrations.models import Registration
from backend.registrations.states import ACTIVE, Admission
from backend.registrations.states import RegistrationStatus as S
from backend.shared.actor import SYSTEM, VISITOR, Actor, ActorKind
from tests.factories.events import NOON, build_event


def test_a_user_is_a_guest_by_the_verified_address():
    actor = Actor(ActorKind.USER, user_id="u", email="ada@example.com")

    assert policies.own_email(actor) == "ada@example.com"


@pytest.mark.parametrize("actor", [VISITOR, SYSTEM, Actor(ActorKind.KIOSK, device="k")])
def test_who_is_not_signed_in_is_no_guest(actor):
    with pytest.raises(SignInNeeded):
        policies.own_email(actor)


def test_a_user_without_a_verified_address_is_no_guest():
    with pytest.raises(EmailNotVerified):
        policies.own_email(Actor(ActorKind.USER, user_id="u"))


def test_a_published_event_takes_registrations_until_it_ends():
    event = build_event()

    assert policies.check_open(event, now=event.ends_at - timedelta(seconds=1)) is None


def test_an_event_that_ended_takes_none():
    event = build_event()

    with pytest.raises(RegistrationClosed):
        policies.check_open(event, now=event.ends_at)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (EventStatus.DRAFT, "This event is not published yet."),
        (EventStatus.CANCELED, "This event was canceled."),
        (EventStatus.FINISHED, "This event is over."),
        (EventStatus.ARCHIVED, "This event is over."),
    ],
)
def test_an_event_that_is_not_published_takes_none(status, why):
    with pytest.raises(RegistrationClosed) as refused:
        policies.check_open(build_event(status=status), now=NOON)

    assert refused.value.message == why


@pytest.mark.parametrize("admission", [Admission.EXPECTED, None])
def test_the_place_of_a_guest_who_never_came_can_be_given_up(admission):
    assert policies.check_cancelable(Registration(admission=admission)) is None


@pytest.mark.parametrize("admission", [Admission.IN, Admission.OUT])
def test_the_place_of_a_guest_who_came_cannot_be_given_up(admission):
    with pytest.raises(NotCancelable):
        policies.check_cancelable(Registration(admission=admission))


@pytest.mark.parametrize(
    ("status", "admission", "movable"),
    [
        (S.CONFIRMED, Admission.EXPECTED, True),
        (S.CONFIRMED, None, True),
        (S.CONFIRMED, Admission.IN, False),
        (S.CONFIRMED, Admission.OUT, False),
        (S.WAITLISTED, Admission.EXPECTED, False),
        (S.CANCELED, Admission.EXPECTED, False),
    ],
)
def test_only_a_guest_with_a_place_who_never_came_can_be_let_wait(status, admission, movable):
    registration = Registration(status=status, admission=admission)

    if movable:
        assert policies.check_movable(registration) is None
    else:
        with pytest.raises(NotMovable):
            policies.check_movable(registration)


@pytest.mark.parametrize("status", [status for status in S if status is not S.WAITLISTED])
def test_only_who_waits_can_be_promoted(status):
    assert policies.check_waiting(Registration(status=S.WAITLISTED)) is None
    with pytest.raises(NotWaiting):
        policies.check_waiting(Registration(status=status))


@pytest.mark.parametrize("status", S)
def test_only_an_active_registration_gets_another_address(status):
    if status in ACTIVE:
        assert policies.check_active(Registration(status=status)) is None
    else:
        with pytest.raises(NotMovable):
            policies.check_active(Registration(status=status))
