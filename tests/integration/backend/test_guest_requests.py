"""From asking to done, and who is told what on the way."""

import pytest

from backend.guest_requests.errors import TakenBySomebody
from backend.guest_requests.states import RequestStatus
from tests.support.asking import open_venue

pytestmark = pytest.mark.usefixtures("tables")
S = RequestStatus


def ids(requests):
    return [one.request_id for one in requests]


def test_request_goes_from_the_guest_over_the_board_to_done():
    venue = open_venue()
    asked = venue.ask(venue.guest())

    new = venue.board()
    venue.do("claim", asked)
    claimed = venue.board()
    venue.do("fulfil", asked)
    done = venue.board()

    assert [ids(b.new) for b in (new, claimed, done)] == [[asked.request_id], [], []]
    assert [ids(b.claimed) for b in (new, claimed, done)] == [[], [asked.request_id], []]
    assert [ids(b.done) for b in (new, claimed, done)] == [[], [], [asked.request_id]]
    assert claimed.names == {venue.fay.user_id: "Fay Floor"}


def test_second_claim_is_told_who_was_first():
    venue = open_venue()
    asked = venue.ask(venue.guest())
    venue.do("claim", asked)

    with pytest.raises(TakenBySomebody) as refusal:
        venue.do("claim", asked, venue.finn)

    assert refusal.value.message == "Taken by Fay Floor."
