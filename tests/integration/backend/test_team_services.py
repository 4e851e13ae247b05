from datetime import timedelta

import pytest

from backend.shared.actor import VISITOR
from backend.shared.db import StaleWrite
from backend.team import queries, services
from backend.team.errors import AlreadyMember, MemberNotFound, NotTeamOwner, OwnerStays
from backend.team.models import Member
from backend.team.roles import Role
from tests.factories.events import NOON, new_event_id
from tests.factories.team import make_member
from tests.factories.users import a_user, an_administrator

pytestmark = pytest.mark.usefixtures("tables")
OLGA = a_user("user-olga")


@pytest.fixture
def event_id() -> str:
    """An event that Olga owns."""
    event_id = new_event_id()
    make_member(event_id=event_id, member="user-olga", role=Role.OWNER)
    return event_id


def add(event_id: str, user_id: str = "user-dora", role: Role = Role.DESK, actor=OLGA) -> Member:
    return services.add_member(
        event_id=event_id, user_id=user_id, name="Dora Desk", role=role, actor=actor, now=NOON
    )


def role_of(event_id: str, user_id: str, now=NOON) -> Role | None:
    return queries.role_of(event_id=event_id, user_id=user_id, now=now)


def test_add_member_gives_a_role(event_id):
    add(event_id)

    stored = Member.find(event_id, "user-dora")
    assert stored
    assert (stored.name, stored.role, stored.added_at, stored.added_by) == (
        "Dora Desk",
        Role.DESK,
        NOON,
        "USER:user-olga",
    )


def test_add_member_shows_at_once_in_this_process(event_id):
    assert role_of(event_id, "user-dora") is None

    add(event_id)

    assert role_of(event_id, "user-dora") is Role.DESK


def test_an_administrator_may_add_a_member(event_id):
    add(event_id, actor=an_administrator())

    assert role_of(event_id, "user-dora") is Role.DESK


@pytest.mark.parametrize("actor", [VISITOR, a_user("user-omar"), a_user("user-nobody")])
def test_add_member_refuses_who_does_not_own_the_event(event_id, actor):
    make_member(event_id=event_id, member="user-omar", role=Role.ORGANISER)

    with pytest.raises(NotTeamOwner):
        add(event_id, actor=actor)

    assert Member.find(event_id, "user-dora") is None


def test_add_member_refuses_a_second_owner(event_id):
    with pytest.raises(OwnerStays):
        add(event_id, role=Role.OWNER)

    assert Member.find(event_id, "user-dora") is None


def test_add_member_refuses_who_is_in_the_team_and_says_as_what(event_id):
    add(event_id, role=Role.FLOOR)

    with pytest.raises(AlreadyMember) as refusal:
        add(event_id, role=Role.ORGANISER)

    assert refusal.value.details == {"role": Role.FLOOR}
    assert role_of(event_id, "user-dora") is Role.FLOOR


def test_remove_member_takes_the_role_away(event_id):
    add(event_id)
    assert role_of(event_id, "user-dora") is Role.DESK

    services.remove_member(event_id=event_id, user_id="user-dora", actor=OLGA, now=NOON)

    assert role_of(event_id, "user-dora") is None


def test_remove_member_refuses_who_does_not_own_the_event(event_id):
    add(event_id)

    with pytest.raises(NotTeamOwner):
        services.remove_member(
            event_id=event_id, user_id="user-dora", actor=a_user("user-omar"), now=NOON
        )

    assert Member.find(event_id, "user-dora") is not None


def test_a_member_may_leave(event_id):
    add(event_id)

    services.remove_member(
        event_id=event_id, user_id="user-dora", actor=a_user("user-dora"), now=NOON
    )

    assert role_of(event_id, "user-dora") is None


def test_who_was_marked_as_removed_when_the_process_died_has_no_role_and_can_be_added(event_id):
    make_member(event_id=event_id, member="user-dora", removed_by="USER:user-olga")

    assert role_of(event_id, "user-dora") is None
    assert [m.member for m in queries.list_for_event(event_id=event_id, limit=9).items] == [
        "user-olga"
    ]
    assert add(event_id).role is Role.DESK


def test_change_role_gives_another_role(event_id):
    add(event_id)

    services.change_role(event_id=event_id, user_id="user-dora", role=Role.ORGANISER, actor=OLGA)

    assert role_of(event_id, "user-dora") is Role.ORGANISER


@pytest.mark.parametrize(
    ("user_id", "role", "actor", "refusal"),
    [
        ("user-dora", Role.OWNER, OLGA, OwnerStays),
        ("user-olga", Role.DESK, OLGA, OwnerStays),
        ("user-nobody", Role.DESK, OLGA, MemberNotFound),
        ("user-dora", Role.ORGANISER, a_user("user-dora"), NotTeamOwner),
    ],
)
def test_change_role_refuses(event_id, user_id, role, actor, refusal):
    add(event_id)

    with pytest.raises(refusal):
        services.change_role(event_id=event_id, user_id=user_id, role=role, actor=actor)

    assert role_of(event_id, "user-dora") is Role.DESK
    assert role_of(event_id, "user-olga") is Role.OWNER


def test_of_two_changes_of_one_role_the_second_is_refused(event_id):
    add(event_id)
    first, second = Member.get(event_id, "user-dora"), Member.get(event_id, "user-dora")

    first.change_role(Role.FLOOR, changed_by="x")

    with pytest.raises(StaleWrite):
        second.change_role(Role.ORGANISER, changed_by="y")


def test_remove_member_refuses_a_stranger(event_id):
    with pytest.raises(MemberNotFound):
        services.remove_member(event_id=event_id, user_id="user-nobody", actor=OLGA, now=NOON)


def test_remove_member_keeps_the_owner(event_id):
    with pytest.raises(OwnerStays):
        services.remove_member(event_id=event_id, user_id="user-olga", actor=OLGA, now=NOON)

    assert Member.find(event_id, "user-olga") is not None


def test_of_two_who_remove_one_member_the_second_is_refused(event_id):
    add(event_id)
    first, second = Member.get(event_id, "user-dora"), Member.get(event_id, "user-dora")

    first.remove(removed_by="x", now=NOON)

    with pytest.raises(StaleWrite):
        second.remove(removed_by="x", now=NOON)


def test_role_of_is_at_most_thirty_seconds_old(event_id):
    make_member(event_id=event_id, member="user-omar", role=Role.ORGANISER)
    assert role_of(event_id, "user-omar") is Role.ORGANISER
    make_member(event_id=event_id, member="user-omar", role=Role.DESK)

    assert role_of(event_id, "user-omar", NOON + timedelta(seconds=29)) is Role.ORGANISER
    assert role_of(event_id, "user-omar", NOON + timedelta(seconds=30)) is Role.DESK


def test_roles_of_many_do_not_pile_up(event_id, monkeypatch):
    monkeypatch.setattr(queries, "_CACHE_LIMIT", 3)

    assert [role_of(event_id, f"user-{number}") for number in range(8)] == [None] * 8
    assert len(queries._cached) <= 3


def test_role_of_nobody_is_none(event_id):
    assert role_of(event_id, "") is None


def test_list_for_event_pages_through_the_team(event_id):
    for user_id in ("user-a", "user-b", "user-c"):
        add(event_id, user_id)

    first = queries.list_for_event(event_id=event_id, limit=3)
    second = queries.list_for_event(event_id=event_id, limit=3, start=first.next_key)

    assert [member.member for member in first.items] == ["user-a", "user-b", "user-c"]
    assert [member.member for member in second.items] == ["user-olga"]


def test_list_for_member_shows_the_newest_event_first():
    user_id = f"user-{new_event_id()}"
    events = [new_event_id(), new_event_id(), new_event_id()]
    for event_id in events:
        make_member(event_id=event_id, member=user_id)

    listed = queries.list_for_member(user_id=user_id, limit=10)

    assert [member.event_id for member in listed.items] == sorted(events, reverse=True)
