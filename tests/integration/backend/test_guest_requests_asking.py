"""Guests ask: who may, for what, when, and how much at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.events.errors import EventNotFound, SignInNeeded
from backend.events.states import EventStatus
from backend.guest_requests import queries, services
from backend.guest_requests.errors import (
    NotAdmitted,
    NotAGuest,
    RequestMoved,
    RequestNotFound,
    RequestsClosed,
    TooManyOpen,
)
from backend.guest_requests.kinds import BUILT_IN
from backend.guest_requests.models import GuestRequest, OpenSlots
from backend.guest_requests.states import RequestStatus
from backend.registrations.errors import EmailNotVerified
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.actor import VISITOR
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.shared.idempotency import IdempotencyMismatch
from tests.factories.events import NOON, make_event
from tests.factories.users import a_user
from tests.support.asking import Venue, open_venue
from tests.support.tables_in_process import tables_in_process

S = RequestStatus


@pytest.fixture(autouse=True, scope="module")
def in_process(tables):
    """Nothing here races, so the tables may live in this process."""
    with tables_in_process():
        yield


@pytest.fixture
def venue():
    return open_venue(options=("Vegetarian", "Everything"))


@pytest.fixture
def ada(venue):
    return venue.guest()


def waiting(venue):
    return len(venue.board().new)


def mine(actor):
    return queries.my_requests(actor=actor).items


def test_request_says_who_what_and_by_when(venue, ada):
    made = venue.ask(ada, option="Vegetarian", text=" By the\r\nwindow ")

    assert (made.kind_name, made.team, made.option, made.text) == (
        "Food", "Kitchen", "Vegetarian", "By the\nwindow",
    )  # fmt: skip
    assert (made.status, made.guest_name, made.due_at) == (
        S.OPEN, "Ada", NOON + timedelta(minutes=15),
    )  # fmt: skip
    assert ada.email not in str(made.attribute_values)


def test_markup_is_kept_as_text(venue, ada):
    assert venue.ask(ada, text="<script>alert(1)</script>").text == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("text", {"text": "x" * 501}),
        ("text", {"text": "x" * 10_240}),
        ("text", {"text": "a\x00b"}),
        ("option", {"option": "Lobster"}),
        ("option", {"text": "  "}),
        ("kind", {"kind": "CLOAKROOM"}),
        ("kind", {"kind": ""}),
        ("request_id", {"request_id": "x" * 256}),
        ("request_id", {"request_id": "a\nb"}),
    ],
)
def test_bad_input_names_the_field_and_asks_for_nothing(venue, ada, field, values):
    with pytest.raises(BadInput) as refusal:
        venue.ask(ada, **values)

    assert [*refusal.value.fields] == [field]
    assert mine(ada) == []


def test_longest_text_is_taken(venue, ada):
    assert len(venue.ask(ada, text="x" * 500).text) == 500


@pytest.mark.parametrize(
    "status", [RegistrationStatus.CANCELED, RegistrationStatus.WAITLISTED, None]
)
def test_only_who_has_a_place_may_ask(venue, status):
    bo = a_user("user-bo", email="bo@example.com")
    if status:
        venue.register(bo, status=status)

    with pytest.raises(NotAGuest):
        venue.ask(bo)

    assert waiting(venue) == 0


def test_visitor_and_unverified_address_may_not_ask(venue, ada):
    with pytest.raises(SignInNeeded):
        venue.ask(VISITOR)
    with pytest.raises(EmailNotVerified):
        venue.ask(replace(ada, email=""))


def test_private_event_does_not_exist_for_who_is_no_guest():
    event = make_event(visibility="PRIVATE", starts_at=NOON - timedelta(hours=1))

    with pytest.raises(EventNotFound):
        Venue(event, a_user(), a_user()).ask(a_user("user-eve"))


@pytest.mark.parametrize(
    "values",
    [
        {"status": EventStatus.CANCELED, "starts_at": NOON - timedelta(hours=1)},
        {"status": EventStatus.FINISHED, "starts_at": NOON - timedelta(hours=1)},
        {"starts_at": NOON - timedelta(hours=9)},
    ],
    ids=["canceled", "finished", "over"],
)
def test_event_that_is_over_takes_no_requests(values):
    venue = Venue(make_event(**values), a_user(), a_user())
    ada = venue.guest()

    with pytest.raises(RequestsClosed):
        venue.ask(ada)


def test_kind_that_is_switched_off_cannot_be_asked_for(ada):
    venue = open_venue(enabled=False)

    with pytest.raises(BadInput) as refusal:
        venue.ask(venue.guest())

    assert [*refusal.value.fields] == ["kind"]


def test_event_that_saved_no_kinds_offers_none(ada):
    venue = Venue(make_event(starts_at=NOON - timedelta(hours=1)), a_user(), a_user())

    assert queries.kinds_of(venue.id).kinds == BUILT_IN
    with pytest.raises(BadInput):
        venue.ask(venue.guest())


@pytest.mark.parametrize(
    ("opens", "closes", "is_open"),
    # It is 14:00 in Berlin.
    [
        ("09:00", "14:00", False),
        ("14:00", "15:00", True),
        ("22:00", "03:00", False),
        ("22:00", "15:00", True),
    ],
)
def test_opening_hours_are_those_of_the_events_zone(opens, closes, is_open):
    venue = open_venue(opens=opens, closes=closes)
    ada = venue.guest()

    _, choices = queries.choices_of(event_id=venue.id, actor=ada, now=NOON)

    assert {choice.refusal == "" for choice in choices} == {is_open}
    if is_open:
        assert venue.ask(ada).status is S.OPEN
        return
    with pytest.raises(RequestsClosed):
        venue.ask(ada)


@pytest.mark.parametrize(
    ("admission", "may"),
    [(Admission.EXPECTED, False), (Admission.IN, True), (Admission.OUT, False)],
)
def test_kind_for_admitted_guests(admission, may):
    venue = open_venue(only_admitted=True)
    ada = venue.guest(admission=admission)

    if may:
        assert venue.ask(ada).status is S.OPEN
        return
    with pytest.raises(NotAdmitted):
        venue.ask(ada)


def test_same_id_asks_once_and_says_what_became_of_it(venue, ada):
    first = services.ask(
        event_id=venue.id, kind="HELP", text="A chair", request_id="a", actor=ada, now=NOON
    )
    venue.do("claim", first.request)

    again = services.ask(
        event_id=venue.id, kind="HELP", text="A chair ", request_id="a", actor=ada,
        now=NOON + timedelta(hours=20),
    )  # fmt: skip

    assert (first.created, again.created) == (True, False)
    assert (again.request.request_id, again.request.status) == (
        first.request.request_id, S.CLAIMED,
    )  # fmt: skip
    assert len(mine(ada)) == 1


def test_same_id_for_another_wish_is_refused(venue, ada):
    venue.ask(ada, request_id="a")

    with pytest.raises(IdempotencyMismatch):
        venue.ask(ada, request_id="a", text="On the terrace")

    assert len(mine(ada)) == 1


def test_id_of_another_guest_is_another_id(venue, ada):
    bo = venue.guest("bo")

    ids = {venue.ask(guest, request_id="a").request_id for guest in (ada, bo)}

    assert len(ids) == 2


def test_guest_waits_for_so_many_of_a_kind_and_no_more():
    venue = open_venue(most_open=2)
    ada = venue.guest()
    first, second = (venue.ask(ada, text=text) for text in ("one", "two"))

    with pytest.raises(TooManyOpen):
        venue.ask(ada, text="three")
    other_kind = venue.ask(ada, kind="HELP")
    venue.do("claim", first)
    with pytest.raises(TooManyOpen):
        venue.ask(ada, text="three")
    venue.do("fulfil", first)
    third = venue.ask(ada, text="three")
    services.cancel_request(request_id=second.request_id, actor=ada, now=NOON)
    later = NOON + timedelta(minutes=2)
    fourth = venue.ask(ada, text="four", now=later)

    assert {one.status for one in (other_kind, third, fourth)} == {S.OPEN}
    with pytest.raises(TooManyOpen):
        venue.ask(ada, text="five", now=later)


def test_what_was_taken_back_keeps_its_place_for_two_minutes_after_asking():
    venue = open_venue(most_open=1)
    ada = venue.guest()
    made = venue.ask(ada)
    services.cancel_request(request_id=made.request_id, actor=ada, now=NOON)

    with pytest.raises(TooManyOpen):
        venue.ask(ada, text="again", now=NOON + timedelta(seconds=119))

    assert venue.ask(ada, text="again", now=NOON + timedelta(seconds=120)).status is S.OPEN


def test_place_of_a_request_that_never_came_is_free_after_a_minute():
    venue = open_venue(most_open=1)
    ada = venue.guest()
    registration = venue.ask(ada)
    key = f"slots#{venue.id}#{registration.guest}#FOOD"
    venue.do("decline", registration, reason="No.")
    OpenSlots(key, slots={"7" * 24: int(NOON.timestamp())}).put()

    with pytest.raises(TooManyOpen):
        venue.ask(ada, now=NOON + timedelta(seconds=50))

    assert venue.ask(ada, now=NOON + timedelta(seconds=70)).status is S.OPEN


def test_guest_takes_back_what_nobody_has_begun_with(venue, ada):
    made = venue.ask(ada)

    first, again = (
        services.cancel_request(request_id=made.request_id, actor=ada, now=NOON) for _ in range(2)
    )

    assert (first.status, again.version) == (S.CANCELED, first.version)
    assert (waiting(venue), venue.board().done) == (0, ())


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (("claim",), "Somebody is taking care of it already."),
        (("claim", "fulfil"), "This request was fulfilled."),
        (("decline",), "This request was declined."),
    ],
)
def test_guest_cannot_take_back_what_staff_began(venue, ada, steps, said):
    made = venue.ask(ada)
    for step in steps:
        venue.do(step, made, **({"reason": "No."} if step == "decline" else {}))

    with pytest.raises(RequestMoved) as refusal:
        services.cancel_request(request_id=made.request_id, actor=ada, now=NOON)

    assert refusal.value.message == said


def test_somebody_elses_request_does_not_exist(venue, ada):
    made = venue.ask(ada)
    bo = venue.guest("bo")

    for request_id in (made.request_id, "7" * 24, "kinds#x"):
        with pytest.raises(RequestNotFound):
            services.cancel_request(request_id=request_id, actor=bo, now=NOON)
    with pytest.raises(SignInNeeded):
        queries.fetch_mine(request_id=made.request_id, actor=VISITOR)

    assert GuestRequest.find(made.request_id).version == made.version


def test_canceling_writes_nothing_to_what_another_guest_asked(venue, ada):
    made = venue.ask(ada)

    with pytest.raises(StaleWrite):
        GuestRequest.cancel(made.request_id, event_id=venue.id, guest="0" * 16, done_at=NOON)

    assert GuestRequest.find(made.request_id).version == made.version


def test_my_requests_are_mine_at_all_events_the_latest_first():
    eve = a_user("user-evelyn", email="evelyn@example.com", name="Evelyn")
    made = []
    for hour in range(3):
        venue = open_venue()
        venue.register(eve)
        made.append(venue.ask(eve, now=NOON + timedelta(minutes=hour)).request_id)

    first = queries.my_requests(actor=eve, limit=2)
    rest = queries.my_requests(actor=eve, limit=2, start=first.next_key)

    assert [one.request_id for one in (*first.items, *rest.items)] == made[::-1]
