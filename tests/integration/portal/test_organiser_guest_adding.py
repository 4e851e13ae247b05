"""Guests whom the team adds: on a form before the day, and at the desk."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from backend.events.models import Event
from backend.events.states import EventStatus
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import services as seats
from tests.factories.events import make_event
from tests.integration.portal.guest_lists import (
    add,
    asking_event,
    everybody,
    guest_of,
    list_of,
    stored,
)
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
NOW = datetime.now(UTC)
S = RegistrationStatus


@pytest.fixture
def event(portal) -> Event:
    return asking_event()


@pytest.fixture
def olga(event) -> Client:
    return browser_of("organiser", event.uuid)


@pytest.fixture
def ada(event) -> Registration:
    return add(event, "Ada Lovelace", "ada@example.com")


# Adding


def test_guest_is_added_with_answers_and_note(event, olga):
    form = {"name": "Bo", "answers.food": "None", "note": "VIP", "attention": "on"}

    olga.post(f"{list_of(event)}/add", form)

    [guest] = everybody(event)
    assert (guest.answers, guest.note, guest.attention) == (
        {"food": "None"},
        "VIP",
        True,
    )


def test_form_sent_twice_adds_one_guest(event, olga):
    form = {"name": "Bo", "once": olga.get(f"{list_of(event)}/add").context["form"]["once"].value()}
    for _ in range(2):
        olga.post(f"{list_of(event)}/add", form)

    assert [guest.name for guest in everybody(event)] == ["Bo"]


def test_who_canceled_is_registered_again_from_what_is_known(event, olga):
    gone = guest_of(
        event,
        "Carla",
        status=S.CANCELED,
        user_email="c@example.com",
        answers={"years": 2, "x": "y"},
    )

    form = olga.get(f"{list_of(event)}/add?again={gone.guest}").context["form"]

    shown = [form[name].value() for name in ("name", "email", "answers.years")]
    assert shown == ["Carla", "c@example.com", 2]
    assert olga.get(f"{list_of(event)}/add?again=nobody").status_code == 200


# Walk-ins


@pytest.mark.parametrize("role", ["desk", "organiser"])
def test_walk_in_gets_a_place_and_is_in(event, role):
    response = browser_of(role, event.uuid).post(
        f"{list_of(event)}/walk-in", {"name": "Walter", "admit": "on"}, follow=True
    )

    [guest] = everybody(event)
    assert (guest.status, guest.admission) == (S.CONFIRMED, Admission.IN)
    assert "Walter is in." in response.text


def test_walk_in_with_an_address_may_stay_outside(event):
    browser_of("desk", event.uuid).post(
        f"{list_of(event)}/walk-in", {"name": "Walter", "email": "Walter@example.com"}
    )

    [guest] = everybody(event)
    assert (guest.user_email, guest.admission) == ("walter@example.com", Admission.EXPECTED)


def test_walk_in_sent_twice_is_one_guest_who_is_in_once(event):
    desk = browser_of("desk", event.uuid)
    once = desk.get(f"{list_of(event)}/walk-in").context["form"]["once"].value()
    form = {"name": "Walter", "admit": "on", "once": once}

    answers = [desk.post(f"{list_of(event)}/walk-in", form, follow=True) for _ in range(2)]

    assert ["Walter is in." in answer.text for answer in answers] == [True, True]
    assert [guest.admitted_scan for guest in everybody(event)] == [once]


def test_address_of_somebody_registered_lets_nobody_in(event, ada):
    response = browser_of("desk", event.uuid).post(
        f"{list_of(event)}/walk-in",
        {"name": "Mallory", "email": "ada@example.com", "admit": "on"},
        follow=True,
    )

    assert "registered already, as Ada Lovelace." in response.text
    assert stored(ada).admission is Admission.EXPECTED


def test_walk_in_beyond_the_last_seat_joins_the_list(event, ada):
    add(event, "Bo")

    response = browser_of("desk", event.uuid).post(
        f"{list_of(event)}/walk-in", {"name": "Walter", "admit": "on"}, follow=True
    )

    assert "Every seat is taken: Walter is on the waiting list." in response.text


def test_walk_in_beyond_the_last_seat_without_a_list_says_what_to_do():
    small = make_event(starts_at=NOW, capacity=1, waiting_list=False)
    seats.open_pool(pool=small.uuid, capacity=1, now=NOW)
    add(small, "Ada")

    response = browser_of("desk", small.uuid).post(
        f"{list_of(small)}/walk-in", {"name": "Walter", "admit": "on"}
    )

    [words] = response.context["form"].non_field_errors()
    assert response.status_code == 400
    assert words.endswith("Ask an organiser to raise the capacity, or to cancel somebody.")
    assert [guest.name for guest in everybody(small)] == ["Ada"]


def test_walk_in_before_the_door_opens_has_a_place_but_is_not_in():
    early = make_event(starts_at=NOW + timedelta(days=2), capacity=1)
    seats.open_pool(pool=early.uuid, capacity=1, now=NOW)

    response = browser_of("desk", early.uuid).post(
        f"{list_of(early)}/walk-in", {"name": "Walter", "admit": "on"}, follow=True
    )

    assert "Nobody is admitted yet" in response.text
    assert [guest.admission for guest in everybody(early)] == [Admission.EXPECTED]


@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.CANCELED, EventStatus.FINISHED])
def test_walk_in_is_refused_where_nobody_can_register(status):
    closed = make_event(starts_at=NOW, status=status)

    response = browser_of("desk", closed.uuid).post(
        f"{list_of(closed)}/walk-in", {"name": "Walter"}
    )

    assert response.status_code == 400
    assert everybody(closed) == []
