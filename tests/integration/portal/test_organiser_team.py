from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from backend.team import queries
from backend.team.roles import Role
from tests.factories.events import make_event
from tests.factories.team import make_invitation, make_member
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")


@pytest.fixture
def event():
    return make_event(title="PyCon Graz")


def team_of(event) -> dict[str, Role]:
    page = queries.list_for_event(event_id=event.uuid, limit=50)
    return {member.name: member.role for member in page.items}


def invited_to(event) -> list[tuple[str, Role]]:
    page = queries.list_invitations(event_id=event.uuid, limit=50)
    return [(one.email, one.role) for one in page.items]


def test_the_owner_invites_somebody_by_address(event):
    owner = browser_of("owner", event.uuid, name="Olga")

    answer = owner.post(
        f"/o/e/{event.uuid}/team/invite", {"email": "Dora@Example.org", "role": "DESK"}, follow=True
    )

    assert "dora@example.org is invited." in answer.text
    assert invited_to(event) == [("dora@example.org", Role.DESK)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "nonsense", "role": "DESK"}, "This is no e-mail address"),
        ({"email": "", "role": "DESK"}, "This field is required"),
        ({"email": "a@example.org", "role": "OWNER"}, "Select a valid choice"),
        ({"email": "a@example.org"}, "This field is required"),
    ],
)
def test_a_bad_invitation_is_refused_beside_its_field_and_stays_typed(event, typed, said):
    owner = browser_of("owner", event.uuid, name="Olga")

    answer = owner.post(f"/o/e/{event.uuid}/team/invite", typed)

    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{typed["email"]}"' in answer.text or not typed["email"]
    assert invited_to(event) == []


def test_inviting_twice_at_once_says_so(event):
    owner = browser_of("owner", event.uuid, name="Olga")
    typed = {"email": "dora@example.org", "role": "DESK"}
    owner.post(f"/o/e/{event.uuid}/team/invite", typed)

    answer = owner.post(f"/o/e/{event.uuid}/team/invite", typed)

    assert answer.status_code == 429
    assert "invited a moment ago" in answer.text


def test_inviting_an_address_again_and_again_in_other_roles_is_limited(event, monkeypatch):
    monkeypatch.setattr(settings, "ATTEMPTS_PER_ADDRESS", 2)
    owner = browser_of("owner", event.uuid, name="Olga")
    address = f"often-{event.uuid}@example.org"

    answers = [
        owner.post(f"/o/e/{event.uuid}/team/invite", {"email": address, "role": role})
        for role in ("DESK", "FLOOR", "ORGANISER")
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Too many attempts" in answers[-1].text
    assert invited_to(event) == [(address, Role.FLOOR)]


def test_the_owner_changes_and_takes_back_roles(event):
    owner = browser_of("owner", event.uuid, name="Olga")
    dora = make_member(event_id=event.uuid, member="user-dora", name="Dora", role=Role.DESK)
    team = f"/o/e/{event.uuid}/team"

    changed = owner.post(f"{team}/{dora.member}/role", {"role": "ORGANISER"}, follow=True)
    assert "Dora: Organiser from now on." in changed.text
    assert team_of(event)["Dora"] is Role.ORGANISER

    removed = owner.post(f"{team}/{dora.member}/remove", follow=True)
    assert "Removed from the team." in removed.text
    assert team_of(event) == {"Olga": Role.OWNER}

    again = owner.post(f"{team}/{dora.member}/remove", follow=True)
    assert "This person is not in the team." in again.text


@pytest.mark.parametrize("role", ["OWNER", "", "KING"])
def test_a_role_that_cannot_be_given_changes_nothing(event, role):
    owner = browser_of("owner", event.uuid, name="Olga")
    make_member(event_id=event.uuid, member="user-dora", name="Dora", role=Role.DESK)

    answer = owner.post(f"/o/e/{event.uuid}/team/user-dora/role", {"role": role}, follow=True)

    assert "Choose one of the roles." in answer.text
    assert team_of(event)["Dora"] is Role.DESK


def test_the_owner_is_not_removed(event):
    owner = browser_of("owner", event.uuid, name="Olga")
    [owns] = queries.list_for_event(event_id=event.uuid, limit=5).items

    answer = owner.post(f"/o/e/{event.uuid}/team/{owns.member}/remove", follow=True)

    assert "The owner cannot leave the team." in answer.text
    assert team_of(event) == {"Olga": Role.OWNER}


def test_an_invitation_is_withdrawn(event):
    owner = browser_of("owner", event.uuid, name="Olga")
    invitation = make_invitation(event_id=event.uuid)

    answer = owner.post(
        f"/o/e/{event.uuid}/team/invitations/{invitation.member}/withdraw", follow=True
    )

    assert "The invitation is withdrawn." in answer.text
    assert invited_to(event) == []


def test_a_volunteer_sees_the_team_without_addresses_and_may_leave(event):
    browser_of("owner", event.uuid, name="Olga")
    make_invitation(event_id=event.uuid, email="ina@example.org")
    desk = browser_of("desk", event.uuid, name="Dora")

    page = desk.get(f"/o/e/{event.uuid}/team").text

    assert "Olga" in page
    assert "ina@example.org" not in page
    assert "Send invitation" not in page

    left = desk.post(f"/o/e/{event.uuid}/team/leave", follow=True)
    assert "You left the team of “PyCon Graz”." in left.text
    assert team_of(event) == {"Olga": Role.OWNER}


def invited_browser(event, **values):
    """A signed-in person outside the team whose address is invited."""
    guest = browser_of("stranger", "", name="Ina")
    now = datetime.now(UTC)
    make_invitation(
        event_id=event.uuid,
        email=guest.actor.email,
        **{"invited_at": now, "expires_at": now + timedelta(days=1)} | values,
    )
    return guest


def test_who_is_invited_sees_for_what_and_joins(event):
    ina = invited_browser(event)

    page = ina.get(f"/o/e/{event.uuid}/join").text
    assert "Olga Owner asks you to join the team of this event." in page
    assert "PyCon Graz" in page
    assert "scans tickets" in page

    joined = ina.post(f"/o/e/{event.uuid}/join", {"answer": "yes"}, follow=True)
    assert "Welcome to the team. Your role: Desk." in joined.text
    assert team_of(event) == {"Ina": Role.DESK}
    assert ina.get(f"/o/e/{event.uuid}/join").status_code == 404


def test_who_is_invited_can_turn_it_down(event):
    ina = invited_browser(event)

    answer = ina.post(f"/o/e/{event.uuid}/join", {"answer": "no"}, follow=True)

    assert "You turned the invitation down." in answer.text
    assert (team_of(event), invited_to(event)) == ({}, [])


def test_an_invitation_that_ran_out_is_not_there(event):
    now = datetime.now(UTC)
    ina = invited_browser(event, expires_at=now - timedelta(seconds=5))

    assert ina.get(f"/o/e/{event.uuid}/join").status_code == 404
    assert ina.post(f"/o/e/{event.uuid}/join", {"answer": "yes"}).status_code == 404
    assert team_of(event) == {}


def test_open_invitations_show_on_the_page_of_events(event):
    ina = invited_browser(event)

    page = ina.get("/o/events").text

    assert "PyCon Graz" in page
    assert f"/o/e/{event.uuid}/join" in page
