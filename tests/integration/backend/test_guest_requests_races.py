"""Guests and staff who do the same at the same moment."""

import pytest

from backend.guest_requests import queries
from backend.guest_requests.errors import TakenBySomebody, TooManyOpen
from backend.team.roles import Role
from tests.factories.team import make_member
from tests.factories.users import a_user
from tests.support.asking import open_venue
from tests.support.at_once import at_once

pytestmark = pytest.mark.usefixtures("tables")


def mine(actor):
    return queries.my_requests(actor=actor).items


def test_several_at_once_do_not_pass_the_limit():
    venue = open_venue(most_open=2)
    ada = venue.guest()

    answers = at_once([lambda n=n: venue.ask(ada, text=f"wish {n}") for n in range(5)])

    refused = [one for one in answers if isinstance(one, TooManyOpen)]
    assert (len(refused), len(mine(ada)), len(venue.board().new)) == (3, 2, 2)


def test_same_id_sent_several_times_at_once_asks_once():
    venue = open_venue(most_open=1)
    ada = venue.guest()

    answers = at_once([lambda: venue.ask(ada, request_id="a") for _ in range(4)])

    assert len({one.request_id for one in answers}) == 1
    assert len(venue.board().new) == 1


def test_of_several_who_claim_at_once_one_gets_it():
    venue = open_venue()
    asked = venue.ask(venue.guest())
    staff = [a_user(f"user-{n}-{venue.id}", name=f"N{n}") for n in range(5)]
    for one in staff:
        make_member(event_id=venue.id, member=one.user_id, name=one.name, role=Role.FLOOR)

    answers = at_once([lambda one=one: venue.do("claim", asked, one) for one in staff])

    (won,) = (one for one in answers if not isinstance(one, TakenBySomebody))
    winner = next(one.name for one in staff if one.user_id == won.held_by)
    said = {one.message for one in answers if isinstance(one, TakenBySomebody)}
    assert said == {f"Taken by {winner}."}
