from datetime import timedelta

import pytest

from backend.events import mails
from backend.notifications.messages import Message, Suppression
from backend.notifications.models import Notification
from backend.shared.actor import VISITOR
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.team import queries, services
from backend.team.errors import (
    InvitationNotFound,
    InvitedJustNow,
    NotTeamOwner,
    OwnerStays,
    TeamFull,
)
from backend.team.models import Invitation, Member
from backend.team.roles import Role
from tests.factories.events import NOON, make_event, new_event_id
from tests.factories.team import make_member
from tests.factories.users import a_user

pytestmark = pytest.mark.usefixtures("tables")
OLGA = a_user("user-olga")
LATER = NOON + timedelta(minutes=2)


@pytest.fixture
def event_id() -> str:
    """An event that Olga owns."""
    event_id = new_event_id()
    make_member(event_id=event_id, member="user-olga", role=Role.OWNER)
    return event_id


@pytest.fixture
def dora():
    return a_user(f"user-{new_event_id()}")


def invite(event_id: str, email: str, role: Role = Role.DESK, *, actor=OLGA, now=NOON):
    return services.invite(event_id=event_id, email=email, role=role, actor=actor, now=now)


def role_of(event_id, person):
    return queries.role_of(event_id=event_id, user_id=person.user_id, now=NOON)


def test_who_is_invited_joins_in_that_role(event_id, dora):
    invite(event_id, f"  {dora.email.upper()} ")
    assert role_of(event_id, dora) is None

    member = services.accept_invitation(event_id=event_id, actor=dora, now=LATER)

    assert (member.role, member.name, role_of(event_id, dora)) == (Role.DESK, dora.name, Role.DESK)
    assert queries.list_invitations(event_id=event_id, limit=9).items == []
    assert queries.list_my_invitations(actor=dora, now=LATER) == []


def test_an_invitation_shows_to_the_owner_and_to_who_was_invited(event_id, dora):
    sent = invite(event_id, dora.email)

    listed = queries.list_invitations(event_id=event_id, limit=9).items
    mine = queries.list_my_invitations(actor=dora, now=NOON)

    assert [(one.email, one.role, one.inviter) for one in listed] == [
        (dora.email, Role.DESK, OLGA.name)
    ]
    assert [(one.event_id, one.member) for one in mine] == [(event_id, sent.member)]
    assert [m.member for m in queries.list_for_event(event_id=event_id, limit=9).items] == [
        "user-olga"
    ]


@pytest.mark.parametrize("actor", [VISITOR, a_user("user-omar"), a_user("user-nobody")])
def test_only_the_owner_invites(event_id, dora, actor):
    make_member(event_id=event_id, member="user-omar", role=Role.ORGANISER)

    with pytest.raises(NotTeamOwner):
        invite(event_id, dora.email, actor=actor)

    assert queries.list_invitations(event_id=event_id, limit=9).items == []


@pytest.mark.parametrize(
    ("email", "role", "refusal"),
    [
        ("no address", Role.DESK, BadInput),
        (OLGA.email.upper(), Role.DESK, BadInput),
        ("dora@example.org", Role.OWNER, OwnerStays),
    ],
)
def test_invite_refuses_and_writes_nothing(event_id, email, role, refusal):
    with pytest.raises(refusal):
        invite(event_id, email, role)

    assert queries.list_invitations(event_id=event_id, limit=9).items == []


def test_inviting_again_at_once_is_refused_and_later_renews(event_id, dora):
    invite(event_id, dora.email)
    with pytest.raises(InvitedJustNow):
        invite(event_id, dora.email)

    renewed = invite(event_id, dora.email, Role.FLOOR, now=LATER)

    stored = queries.list_invitations(event_id=event_id, limit=9).items
    assert [(one.role, one.invited_at) for one in stored] == [(Role.FLOOR, LATER)]
    assert renewed.expires_at == LATER + services.INVITED_FOR


def test_a_team_has_a_largest_size(event_id, dora, monkeypatch):
    monkeypatch.setattr(services, "LARGEST_TEAM", 2)
    invite(event_id, dora.email)

    with pytest.raises(TeamFull):
        invite(event_id, "another@example.org")


def test_an_invitation_ends_after_two_weeks(event_id, dora):
    invite(event_id, dora.email)

    with pytest.raises(InvitationNotFound):
        services.accept_invitation(event_id=event_id, actor=dora, now=NOON + services.INVITED_FOR)

    assert role_of(event_id, dora) is None


@pytest.mark.parametrize("email", ["", "somebody@example.org"])
def test_an_invitation_is_only_for_its_verified_address(event_id, dora, email):
    invite(event_id, dora.email)

    with pytest.raises(InvitationNotFound):
        services.accept_invitation(
            event_id=event_id, actor=a_user("user-eve", email=email), now=NOON
        )

    assert queries.role_of(event_id=event_id, user_id="user-eve", now=NOON) is None


def test_declining_ends_the_invitation(event_id, dora):
    invite(event_id, dora.email)

    services.decline_invitation(event_id=event_id, actor=dora, now=NOON)

    assert queries.list_invitations(event_id=event_id, limit=9).items == []
    with pytest.raises(InvitationNotFound):
        services.accept_invitation(event_id=event_id, actor=dora, now=NOON)


def test_withdrawing_ends_the_invitation(event_id, dora):
    sent = invite(event_id, dora.email)

    services.withdraw_invitation(event_id=event_id, invitee=sent.member, actor=OLGA)

    with pytest.raises(InvitationNotFound):
        services.accept_invitation(event_id=event_id, actor=dora, now=NOON)
    with pytest.raises(InvitationNotFound):
        services.withdraw_invitation(event_id=event_id, invitee=sent.member, actor=OLGA)


@pytest.mark.parametrize("invitee", ["user-olga", "~", "~" + "!" * 16])
def test_withdrawing_refuses_what_is_no_invitation(event_id, invitee):
    with pytest.raises(InvitationNotFound):
        services.withdraw_invitation(event_id=event_id, invitee=invitee, actor=OLGA)

    assert Member.find_member(event_id, "user-olga") is not None


def test_only_the_owner_withdraws(event_id, dora):
    sent = invite(event_id, dora.email)

    with pytest.raises(NotTeamOwner):
        services.withdraw_invitation(event_id=event_id, invitee=sent.member, actor=dora)


def test_who_is_in_the_team_keeps_the_role(event_id, dora):
    make_member(event_id=event_id, member=dora.user_id, role=Role.ORGANISER)
    invite(event_id, dora.email, Role.FLOOR)

    services.accept_invitation(event_id=event_id, actor=dora, now=NOON)

    assert role_of(event_id, dora) is Role.ORGANISER
    assert queries.list_invitations(event_id=event_id, limit=9).items == []


def test_an_invitation_changed_this_moment_is_not_accepted_as_it_was(event_id, dora):
    """The owner lowers the role while the invited person's old page accepts."""
    old = invite(event_id, dora.email, Role.ORGANISER)
    invite(event_id, dora.email, Role.FLOOR, now=LATER)

    with pytest.raises(StaleWrite):
        old.leave(removed_by="x")

    assert services.accept_invitation(event_id=event_id, actor=dora, now=LATER).role is Role.FLOOR


def test_two_acceptances_make_one_member(event_id, dora):
    invite(event_id, dora.email)

    first = services.accept_invitation(event_id=event_id, actor=dora, now=NOON)
    with pytest.raises(InvitationNotFound):
        services.accept_invitation(event_id=event_id, actor=dora, now=NOON)

    assert role_of(event_id, dora) is first.role


# The mail


def mail_of(invitation: Invitation, **facts: str) -> Message | Suppression:
    known = {
        "event_id": invitation.event_id,
        "member": invitation.member,
        "invited_at": "2040-06-01T12:00:00.000Z",
    }
    notification = Notification("key", template=mails.INVITED, facts=known | facts)
    return mails.compose(notification, now=NOON)


def test_the_mail_says_who_asks_for_what_and_leads_to_the_answer(dora):
    event = make_event(title="PyCon <Graz>")
    make_member(event_id=event.uuid, member="user-olga", role=Role.OWNER)
    sent = invite(event.uuid, dora.email)

    mail = mail_of(sent, invited_at=sent.invited_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"))

    assert isinstance(mail, Message)
    assert mail.recipient == dora.email
    assert mail.subject == f"{OLGA.name} invites you to the team of PyCon <Graz>"
    assert f"/o/e/{event.uuid}/join" in mail.text
    assert "work at the door: PyCon <Graz>" in mail.text
    assert "PyCon &lt;Graz&gt;" in mail.html


def test_a_mail_of_an_invitation_that_was_renewed_or_withdrawn_is_not_sent(event_id, dora):
    sent = invite(event_id, dora.email)
    assert mail_of(sent, invited_at="2001-01-01T00:00:00.000Z") == Suppression("invited_again")

    services.withdraw_invitation(event_id=event_id, invitee=sent.member, actor=OLGA)

    assert mail_of(sent) == Suppression("invitation_gone")
