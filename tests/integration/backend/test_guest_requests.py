"""Staff take care of requests: the steps between the states, and who is told what when two meet."""

from datetime import timedelta

import pytest

from backend.events.errors import EventForbidden, EventNotFound
from backend.guest_requests import queries
from backend.guest_requests.errors import (
    QueueNotFound,
    RecallTooLate,
    RequestMoved,
    RequestNotFound,
    TakenBySomebody,
)
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.states import RequestStatus
from backend.shared.errors import BadInput
from backend.team.models import Member
from backend.team.queries import forget_role
from backend.team.roles import Role
from tests.factories.events import NOON, make_event
from tests.factories.guest_requests import make_request
from tests.factories.team import make_member
from tests.factories.users import a_user, an_administrator
from tests.support.asking import open_venue
from tests.support.tables_in_process import tables_in_process

S = RequestStatus
STEPS = {"claim": {}, "fulfil": {}, "release": {}, "recall": {}, "decline": {"reason": "No."}}


@pytest.fixture(autouse=True, scope="module")
def in_process(tables):
    """Nothing here races, so the tables may live in this process."""
    with tables_in_process():
        yield


@pytest.fixture
def venue():
    return open_venue(most_open=20)


@pytest.fixture
def asked(venue):
    return venue.ask(venue.guest())


def ids(requests):
    return [one.request_id for one in requests]


def stored(request):
    return GuestRequest.find(request.request_id)


def test_request_goes_from_the_guest_over_the_board_to_done(venue, asked):
    boards = [venue.board()]
    for step in ("claim", "fulfil"):
        venue.do(step, asked)
        boards.append(venue.board())

    assert [ids(board.new) for board in boards] == [[asked.request_id], [], []]
    assert [ids(board.claimed) for board in boards] == [[], [asked.request_id], []]
    assert [ids(board.done) for board in boards] == [[], [], [asked.request_id]]
    assert boards[1].names == {venue.fay.user_id: "Fay Floor"}
    assert len({board.fingerprint for board in boards}) == 3


def test_claim_tells_who_holds_it(venue, asked):
    done = venue.do("claim", asked)

    assert (done.status, done.held_by, done.claimed_at) == (
        S.CLAIMED, venue.fay.user_id, NOON + timedelta(minutes=1),
    )  # fmt: skip
    assert done.version == asked.version + 1


@pytest.mark.parametrize("step", ["claim", "fulfil", "recall"])
def test_step_said_twice_is_done_once(venue, asked, step):
    before = {"claim": (), "fulfil": ("claim",), "recall": ("claim", "fulfil")}[step]
    for one in before:
        venue.do(one, asked)

    first = venue.do(step, asked)
    again = venue.do(step, asked)

    assert (again.status, again.version) == (first.status, first.version)


def test_release_said_twice_is_done_once(venue, asked):
    venue.do("claim", asked)

    first, again = venue.do("release", asked), venue.do("release", asked)

    assert (again.status, again.version) == (S.OPEN, first.version)
    assert (again.held_by, again.claimed_at) == (None, None)


def test_decline_said_twice_is_done_once(venue, asked):
    first = venue.do("decline", asked, reason="No soup left.")
    again = venue.do("decline", asked, reason=" No soup left.\r\n")

    assert (again.version, again.reason) == (first.version, "No soup left.")


@pytest.mark.parametrize("step", ["claim", "fulfil", "decline"])
def test_what_somebody_holds_is_theirs(venue, asked, step):
    venue.do("claim", asked)

    with pytest.raises(TakenBySomebody) as refusal:
        venue.do(step, asked, venue.finn, **STEPS[step])

    assert refusal.value.message == "Taken by Fay Floor."
    assert stored(asked).held_by == venue.fay.user_id


def test_recall_after_another_took_it_on_tells_who(venue, asked):
    for step in ("claim", "fulfil", "recall"):
        venue.do(step, asked)

    with pytest.raises(TakenBySomebody):
        venue.do("recall", asked, venue.finn)


def test_holder_may_decline(venue, asked):
    venue.do("claim", asked)

    assert venue.do("decline", asked, reason="No.").status is S.DECLINED


@pytest.mark.parametrize(
    ("before", "step", "said"),
    [
        ((), "fulfil", "Claim this request first."),
        ((), "recall", "This request is open. Claim it."),
        (("claim", "fulfil"), "claim", "This request was fulfilled already."),
        (("claim", "fulfil"), "release", "This request was fulfilled already."),
        (("claim", "fulfil"), "decline", "This request was fulfilled already."),
        (("decline",), "claim", "This request was declined."),
        (("decline",), "recall", "This request was declined."),
    ],
)
def test_step_from_a_wrong_state_says_what_became_of_it(venue, asked, before, step, said):
    for one in before:
        venue.do(one, asked, **STEPS[one])
    then = stored(asked)

    with pytest.raises(RequestMoved) as refusal:
        venue.do(step, asked, venue.finn, **STEPS[step] and {"reason": "Other."})

    assert refusal.value.message == said
    assert stored(asked).version == then.version


def test_released_and_recalled_requests_keep_their_places(venue):
    ada = venue.guest()
    first, second = (
        venue.ask(ada, text=text, now=NOON + timedelta(seconds=n))
        for n, text in enumerate(("one", "two"))
    )
    for step in ("claim", "release"):
        venue.do(step, first)
    released = ids(venue.board().new)
    for step in ("claim", "fulfil", "recall", "release"):
        venue.do(step, first)

    assert released == ids(venue.board().new) == [first.request_id, second.request_id]


def test_anybody_serving_may_release_what_a_former_member_holds(venue, asked):
    venue.do("claim", asked)
    Member(venue.id, venue.fay.user_id).delete()
    forget_role(event_id=venue.id, user_id=venue.fay.user_id)

    assert venue.do("release", asked, venue.finn).status is S.OPEN
    with pytest.raises(EventForbidden):
        venue.do("claim", asked)


def test_release_meant_for_another_holder_is_refused(venue, asked):
    venue.do("claim", asked, venue.finn)

    with pytest.raises(TakenBySomebody):
        venue.do("release", asked, holder="somebody-before")

    assert stored(asked).held_by == venue.finn.user_id


@pytest.mark.parametrize(("minutes", "works"), [(9.9, True), (10.1, False)])
def test_fulfilled_request_is_recalled_within_ten_minutes(venue, asked, minutes, works):
    for step in ("claim", "fulfil"):
        venue.do(step, asked)
    later = NOON + timedelta(minutes=1 + minutes)

    if works:
        assert venue.do("recall", asked, venue.finn, now=later).held_by == venue.finn.user_id
        return
    with pytest.raises(RecallTooLate):
        venue.do("recall", asked, now=later)
    assert venue.board(now=later).done == ()


@pytest.mark.parametrize(
    "reason", ["", "   ", "x" * 301, "a\x00b"], ids=["none", "blank", "long", "control"]
)
def test_decline_needs_a_reason_for_the_guest(venue, asked, reason):
    with pytest.raises(BadInput) as refusal:
        venue.do("decline", asked, reason=reason)

    assert [*refusal.value.fields] == ["reason"]
    assert stored(asked).status is S.OPEN


@pytest.mark.parametrize("step", STEPS)
def test_request_of_another_event_does_not_exist_here(venue, asked, step):
    elsewhere = open_venue()

    with pytest.raises(RequestNotFound):
        elsewhere.do(step, asked, **STEPS[step])

    assert stored(asked).version == asked.version


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("request_id", ["7" * 24, "kinds#x", "", "../me"])
def test_unknown_request_is_not_found(venue, step, request_id):
    with pytest.raises(RequestNotFound):
        venue.do(step, GuestRequest(request_id), **STEPS[step])


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", [None, Role.DESK])
def test_who_serves_no_requests_is_refused(venue, asked, step, role):
    dora = a_user("user-dora")
    if role:
        make_member(event_id=venue.id, member=dora.user_id, role=role)
        forget_role(event_id=venue.id, user_id=dora.user_id)

    with pytest.raises(EventForbidden):
        venue.do(step, asked, dora, **STEPS[step])

    assert stored(asked).version == asked.version


def test_organiser_owner_and_administrator_may_serve(venue, asked):
    omar = a_user("user-omar")
    make_member(event_id=venue.id, member=omar.user_id, role=Role.ORGANISER)
    owner = a_user(venue.event.creator_id)

    for actor in (omar, owner, an_administrator()):
        assert venue.do("claim", asked, actor).held_by == actor.user_id
        venue.do("release", asked, actor)


def test_board_of_a_private_event_does_not_exist_for_strangers():
    event = make_event(visibility="PRIVATE")

    with pytest.raises(EventNotFound):
        queries.board(event_id=event.uuid, actor=a_user("user-eve"), now=NOON)


def test_board_shows_the_kinds_of_a_team_or_those_asked_for(venue):
    ada = venue.guest()
    food, drink = (venue.ask(ada, kind=kind) for kind in ("FOOD", "BEVERAGE"))
    for one in (food, drink):
        venue.do("claim", one)
    venue.do("fulfil", drink)

    of_bar, of_food = venue.board(team="Bar"), venue.board(kinds=["FOOD"])

    assert [kind.key for kind in of_bar.kinds] == ["BEVERAGE"]
    assert (ids(of_bar.claimed), ids(of_bar.done)) == ([], [drink.request_id])
    assert (ids(of_food.claimed), ids(of_food.done)) == ([food.request_id], [])


def test_fingerprint_stays_while_nothing_changes_and_changes_with_the_minute(venue, asked):
    first = venue.board()

    assert venue.board(now=first.now + timedelta(seconds=20)).fingerprint == first.fingerprint
    assert venue.board(now=first.now + timedelta(seconds=80)).fingerprint != first.fingerprint


def test_board_says_that_a_queue_is_longer_than_it_shows(venue, monkeypatch):
    monkeypatch.setattr(queries, "MOST_WAITING_SHOWN", 2)
    for number in range(3):
        make_request(event_id=venue.id, number=number, created_at=NOON + timedelta(seconds=number))

    board = venue.board()

    assert (len(board.new), board.is_cut) == (2, True)


def test_queue_is_paged_oldest_first(venue):
    wanted = [
        make_request(event_id=venue.id, number=n, created_at=NOON + timedelta(seconds=n)).request_id
        for n in range(10, 13)
    ]
    asked = {"event_id": venue.id, "kind": "FOOD", "actor": venue.fay, "now": NOON}

    first = queries.list_queue(limit=2, **asked)
    rest = queries.list_queue(limit=2, start=first.next_key, **asked)

    assert ids(first.items + rest.items) == wanted
    with pytest.raises(QueueNotFound):
        queries.list_queue(**asked | {"kind": "CLOAKROOM"})


def test_holder_without_a_name_in_the_team_is_somebody(venue, asked):
    chief = an_administrator()
    venue.do("claim", asked, chief)

    assert venue.board().names == {chief.user_id: "Somebody"}
    assert queries.fetch_request(
        event_id=venue.id, request_id=asked.request_id, actor=venue.fay, now=NOON
    ).held_by == (chief.user_id)
