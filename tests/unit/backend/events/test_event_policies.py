import pytest

from backend.events.errors import EventForbidden, EventNotFound
from backend.events.kinds import Offer, Visibility, shards_for
from backend.events.policies import EventAction, is_open, may, offer_of, require
from backend.events.states import EventStatus
from backend.seats.states import Availability
from backend.shared.actor import SYSTEM, VISITOR, Actor, ActorKind
from backend.team.roles import Role
from tests.factories.events import NOON, build_event
from tests.factories.users import a_user, an_administrator

A = EventAction
OLGA = a_user()
KIOSK = Actor(ActorKind.KIOSK, device="k-1")

# The table of PRODUCT.md: what each role may do beyond reading.
ALLOWED = {
    Role.OWNER: set(EventAction),
    Role.ORGANISER: set(EventAction) - {A.CANCEL, A.MANAGE_TEAM},
    Role.DESK: {
        A.READ,
        A.SEE_TEAM,
        A.SEE_OVERVIEW,
        A.SEE_GUESTS,
        A.SCAN,
        A.UNDO_SCAN,
        A.ADD_WALK_IN,
        A.NOTE_GUESTS,
    },
    Role.FLOOR: {A.READ, A.SEE_TEAM, A.SERVE_REQUESTS},
}


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_exactly_what_it_is_for(role):
    draft = build_event(status=EventStatus.DRAFT)

    assert {action for action in A if may(OLGA, draft, role, action)} == ALLOWED[role]


@pytest.mark.parametrize("actor", [an_administrator(), SYSTEM])
def test_administrators_and_the_system_may_do_everything(actor):
    draft = build_event(status=EventStatus.DRAFT)

    assert [action for action in A if not may(actor, draft, None, action)] == []


@pytest.mark.parametrize("actor", [VISITOR, KIOSK])
def test_a_role_counts_only_for_who_is_signed_in(actor):
    draft = build_event(status=EventStatus.DRAFT)

    assert [action for action in A if may(actor, draft, Role.OWNER, action)] == []


@pytest.mark.parametrize("actor", [VISITOR, OLGA, KIOSK])
@pytest.mark.parametrize(
    ("status", "visibility", "known"),
    [
        (EventStatus.DRAFT, Visibility.PUBLIC, False),
        (EventStatus.PUBLISHED, Visibility.PUBLIC, True),
        (EventStatus.PUBLISHED, Visibility.UNLISTED, True),
        (EventStatus.PUBLISHED, Visibility.PRIVATE, False),
        (EventStatus.FINISHED, Visibility.PUBLIC, True),
        (EventStatus.CANCELED, Visibility.PUBLIC, True),
        (EventStatus.ARCHIVED, Visibility.PUBLIC, False),
    ],
)
def test_strangers_know_what_is_or_was_published(actor, status, visibility, known):
    event = build_event(status=status, visibility=visibility)

    assert may(actor, event, None, A.READ) is known


def test_a_draft_that_was_canceled_stays_private():
    event = build_event(status=EventStatus.CANCELED, published_at=None)

    assert may(VISITOR, event, None, A.READ) is False


def test_require_hides_what_the_actor_may_not_know_of():
    with pytest.raises(EventNotFound):
        require(OLGA, build_event(status=EventStatus.DRAFT), None, A.EDIT)


def test_require_forbids_what_the_actor_may_know_of():
    with pytest.raises(EventForbidden):
        require(OLGA, build_event(), None, A.EDIT)


def test_require_lets_pass_what_is_allowed():
    assert require(OLGA, build_event(), Role.ORGANISER, A.EDIT) is None


@pytest.mark.parametrize(
    ("capacity", "shards"),
    [(1, 1), (250, 1), (251, 16), (10_000, 16), (None, 16), (10_001, 64), (100_000, 64)],
)
def test_shards_follow_the_capacity(capacity, shards):
    assert shards_for(capacity) == shards


@pytest.mark.parametrize(
    ("availability", "without_list", "with_list"),
    [
        (Availability.OPEN, Offer.PLACE, Offer.PLACE),
        (Availability.UNLIMITED, Offer.PLACE, Offer.PLACE),
        (Availability.FULL, Offer.NOTHING, Offer.WAITING_LIST),
        (Availability.WAITING, Offer.NOTHING, Offer.WAITING_LIST),
        (Availability.CLOSED, Offer.LATER, Offer.WAITING_LIST),
    ],
)
def test_newcomer_gets_a_place_or_waits_or_neither(availability, without_list, with_list):
    offers = [
        offer_of(build_event(waiting_list=on), availability, now=NOON) for on in (False, True)
    ]

    assert offers == [without_list, with_list]


@pytest.mark.parametrize("status", [one for one in EventStatus if one is not EventStatus.PUBLISHED])
def test_event_that_is_not_published_offers_nothing(status):
    event = build_event(status=status, waiting_list=True)

    assert offer_of(event, Availability.OPEN, now=NOON) is Offer.CLOSED


def test_event_takes_registrations_until_it_ends():
    event = build_event()

    assert is_open(event, now=event.starts_at) is True
    assert is_open(event, now=event.ends_at) is False
